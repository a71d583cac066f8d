import Foundation

/// The built program: where it lies, and how a test starts it.
enum Program {
  /// `JOBS_BINARY`, or what lies beside the tests, or what was built last in the checkout.
  static let path: Result<String, Absent> = {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "jobs").path()
    let candidates =
      ProcessInfo.processInfo.environment["JOBS_BINARY"].map { [$0] }
      ?? [beside, checkout.appending(path: ".build/debug/jobs").path()].compactMap(\.self)
    guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      return .failure(Absent(candidates: candidates))
    }
    return .success(found)
  }()

  /// There is no program to test.
  struct Absent: Error, CustomStringConvertible {
    let candidates: [String]
    var description: String {
      "the program is not built; it was looked for at \(candidates.joined(separator: ", ")). `swift build` makes it, JOBS_BINARY names it"
    }
  }

  /// How a command ended, and what it said.
  struct Ended: Sendable, CustomStringConvertible {
    /// As a shell shows it: 128 and the signal for a process that a signal ended.
    let status: Int32
    let out: String
    let err: String

    var description: String { "exit \(status)\n--- standard output\n\(out)\n--- standard error\n\(err)" }
  }

  /// Starts a command with a clean environment; its outputs go to files, so that nothing waits for a reader.
  ///
  /// - Parameters:
  ///   - shell: a line for `sh` in which `"$@"` stands for the command; nil starts it directly.
  ///   - scratch: a folder for the two outputs.
  static func start(_ arguments: [String], in folder: String, environment: [String: String], shell: String? = nil, scratch: String) throws
    -> Running
  {
    let program = try path.get()
    let process = Process()
    process.executableURL = URL(filePath: shell == nil ? program : "/bin/sh")
    process.arguments = shell.map { ["-c", $0, "sh", program] + arguments } ?? arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let name = "\(scratch)/\(UUID().uuidString)"
    let outputs = ["\(name).out", "\(name).err"]
    for output in outputs { try Data().write(to: URL(filePath: output)) }
    let handles = try outputs.map { try FileHandle(forWritingTo: URL(filePath: $0)) }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    let running = Running(process, out: outputs[0], err: outputs[1])
    try process.run()
    for handle in handles { try handle.close() }
    return running
  }

  /// A command that has been started.
  final class Running: @unchecked Sendable {
    private let process: Process
    private let (out, err): (String, String)
    private let ended: AsyncStream<Void>

    fileprivate init(_ process: Process, out: String, err: String) {
      (self.process, self.out, self.err) = (process, out, err)
      let (stream, continuation) = AsyncStream<Void>.makeStream()
      ended = stream
      process.terminationHandler = { _ in continuation.finish() }
    }

    /// Returns when the process has gone.
    func end() async throws -> Ended {
      for await _ in ended {}
      let signalled = process.terminationReason == .uncaughtSignal
      return Ended(
        status: (signalled ? 128 : 0) + process.terminationStatus, out: try String(contentsOfFile: out, encoding: .utf8),
        err: try String(contentsOfFile: err, encoding: .utf8))
    }

    /// What it has said on standard error so far.
    func errors() throws -> String { try String(contentsOfFile: err, encoding: .utf8) }

    /// What it has said on standard output so far.
    func output() throws -> String { try String(contentsOfFile: out, encoding: .utf8) }

    func signal(_ number: Int32) {
      // A process that has ended was reaped, and its number may be another's.
      if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Kills it without warning after a while, when it has not ended by then.
    func killed(after moment: Duration) async throws -> Ended {
      // The moment is the fault that is tried out; nothing is waited for.
      try await Task.sleep(for: moment)
      signal(SIGKILL)
      return try await end()
    }
  }
}
