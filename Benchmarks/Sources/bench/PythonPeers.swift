import Foundation

/// Libraries in Python that compute what `analyses` computes, in a virtual environment beside the benchmark programs.
struct PythonPeers {
  private let script: String
  private let interpreter: String
  /// The parts of the script whose library is there.
  private let parts: Set<String>

  /// Installs what is missing, where that is possible.
  /// - Parameter libraries: by the part of the script that needs them.
  init(bench: Workbench, libraries: KeyValuePairs<String, [String]>) {
    script = "\(bench.project)/Benchmarks/Sources/analyses/peers.py"
    let folder = "\(bench.meter.programs)/python-peers"
    let interpreter = "\(folder)/bin/python"
    self.interpreter = interpreter
    func succeeds(_ command: [String]) -> Bool { (try? bench.meter.run(command)) != nil }  // what is not there is no baseline
    let isThere = FileManager.default.isExecutableFile(atPath: interpreter) || succeeds(["/usr/bin/env", "python3", "-m", "venv", folder])
    parts = Set(
      libraries.filter { part, names in
        let isInstalled = isThere && succeeds([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + names)
        if !isInstalled { print("  not installed: no baseline for \(part) (\(names.joined(separator: ", ")))") }
        return isInstalled
      }.map(\.key))
  }

  /// How a part is run on one core; nil when its library is not there.
  func command(_ part: String) -> [String]? {
    guard parts.contains(part) else { return nil }
    let single = ["OMP", "OPENBLAS", "NUMBA"].map { "\($0)_NUM_THREADS=1" }
    // A core type chosen for another program is left out.
    return ["/usr/bin/env", "-u", "OPENBLAS_CORETYPE", "-u", "OPENBLAS_L2_SIZE"] + single + [interpreter, script, part]
  }
}
