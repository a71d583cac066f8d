import Foundation

@testable import Notifying

/// Tests/StandIns/smtp.py while a test needs it.
final class MailStandIn: @unchecked Sendable {
  let port: Int
  let folder: URL
  var certificate: String { folder.path + "/certificate.pem" }
  private let process: pid_t
  /// What it prints; it would break on a pipe that nobody holds.
  private let output: Int32

  static let isThere = run("python3", ["-c", "import aiosmtpd"]) == 0

  /// - Parameter tls: with a certificate for localhost, made for the purpose.
  init(_ mode: String, tls: Bool, user: String? = nil, password: String = "") async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../StandIns/smtp.py").standardized.path
    var words = ["python3", script, mode, "--folder", folder.path]
    if tls {
      let made = Self.run(
        "openssl",
        [
          "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
          "subjectAltName=DNS:localhost",
          "-keyout", folder.path + "/key.pem", "-out", folder.path + "/certificate.pem",
        ])
      guard made == 0 else { throw CocoaError(.fileWriteUnknown) }
      words += ["--certificate", folder.path + "/certificate.pem", "--key", folder.path + "/key.pem"]
    }
    if let user { words += ["--user", user, "--password", password] }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw CocoaError(.fileReadUnknown) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    process = try spawn(words, output: ends[1])
    close(ends[1])
    output = ends[0]
    // Its port, as soon as it listens; nothing when it died.
    var (line, byte): ([UInt8], UInt8) = ([], 0)
    while read(ends[0], &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
    guard let port = Int(String(decoding: line, as: UTF8.self)) else { throw CocoaError(.fileReadCorruptFile) }
    self.port = port
  }

  /// What it has taken, in order.
  var mails: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".eml") }.sorted()
        .map { String(decoding: try Data(contentsOf: folder.appending(path: $0)), as: UTF8.self) }
    }
  }

  func stop() {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    close(output)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }  // a folder that stays behind in the temporary one harms nobody

  private static func run(_ program: String, _ words: [String]) -> Int32 {
    guard let process = try? spawn([program] + words, output: nil) else { return -1 }  // no such program is an answer too
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return status
  }
}

/// Starts a program without standard input, error and, when none is given, output.
private func spawn(_ words: [String], output: Int32?) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
  if let output {
    posix_spawn_file_actions_adddup2(&actions, output, 1)
  } else {
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
  }
  var arguments = words.map { strdup($0) } + [nil]
  defer { arguments.forEach { free($0) } }
  var process = pid_t()
  guard posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0 else { throw CocoaError(.executableNotLoadable) }
  return process
}

extension MailServer {
  /// As a server beyond the loopback is spoken to.
  func demandingTLS(trusting certificates: String?) -> MailServer {
    var server = self
    server.safety = .startTLS
    server.certificates = certificates
    return server
  }
}
