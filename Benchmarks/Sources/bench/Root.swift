import Foundation

/// A folder for `jobs --root`: the project's own Jobs/ with another watchlist, nothing stored.
struct Root {
  let path: String

  /// - Parameters:
  ///   - project: the checkout whose Jobs/ and crontab are copied.
  ///   - crypto: how many pairs are followed; all of them are made up by the sandbox.
  init(at path: String, project: String, crypto: Int = 1) throws {
    self.path = path
    let manager = FileManager.default
    if manager.fileExists(atPath: path) { try manager.removeItem(atPath: path) }
    try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["Jobs", "crontab"] { try manager.copyItem(atPath: "\(project)/\(name)", toPath: "\(path)/\(name)") }
    let pairs = (0..<crypto).map { index in "  - SYN" + String(1000 + index).dropFirst() + "USDT\n" }
    try "crypto:\n\(pairs.joined())equities:\n  - SPY\n".write(
      toFile: "\(path)/Jobs/config/watchlist.yaml", atomically: true, encoding: .utf8)
  }

  /// Adds a job to Jobs/.
  func add(job name: String, _ text: String) throws {
    try text.write(toFile: "\(path)/Jobs/\(name).yaml", atomically: true, encoding: .utf8)
  }

  /// Replaces the addresses of providers.
  func ask(_ addresses: [String: String]) throws {
    let file = "\(path)/Jobs/config/providers.yaml"
    var provider = ""
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if let first = line.first, first.isLetter { provider = String(line.prefix { $0 != ":" }) }
      guard line.hasPrefix("  base_url:"), let address = addresses[provider] else { return String(line) }
      return "  base_url: \(address)"
    }
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
  }

  /// Forgets everything that was stored and written.
  func clear() throws {
    for name in ["data", "reports"] where FileManager.default.fileExists(atPath: "\(path)/\(name)") {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
