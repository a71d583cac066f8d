import Foundation

/// Tests/StandIns/smtp.py while a test needs it: a real mail server, by aiosmtpd from PyPI.
final class MailServer {
  let port: Int
  let folder: String
  private let process = Process()
  private let output = Pipe()

  /// The Python that has aiosmtpd; nil where none does.
  static let python: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/python3" }.first { path in
      guard FileManager.default.isExecutableFile(atPath: path) else { return false }
      let process = Process()
      process.executableURL = URL(filePath: path)
      process.arguments = ["-c", "import aiosmtpd"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }  // what cannot be started has no module either
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
  }()

  init(_ mode: String, folder: String, _ words: String...) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../StandIns/smtp.py").standardized.path
    process.executableURL = URL(filePath: MailServer.python ?? "/nonexistent")
    process.arguments = [script, mode, "--folder", folder] + words
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    guard let line = Self.line(of: output), let port = Int(line) else { throw Mistake("the mail server does not start") }
    self.port = port
  }

  /// Returns when it has taken a mail, and before it says so where its mode is not to.
  func awaitMail() { _ = Self.line(of: output) }

  var mails: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.sorted()
        .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    }
  }

  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  private static func line(of output: Pipe) -> String? {
    var (bytes, byte): ([UInt8], UInt8) = ([], 0)
    while read(output.fileHandleForReading.fileDescriptor, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }
}
