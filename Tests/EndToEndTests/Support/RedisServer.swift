import Foundation
import Glibc
import Testing

/// A real redis-server on the loopback, and redis-cli to speak to it, which Debian installs with it.
final class RedisServer: @unchecked Sendable {
  static let isThere = ["/usr/bin/redis-server", "/usr/bin/redis-cli"].allSatisfy { (path: String) in access(path, X_OK) == 0 }
  static let absence: Comment = "there is no redis-server here; `apt-get install redis-server` gives one"

  let port = Int.random(in: 20_000...32_000)
  private let folder = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString)").path()
  private let process = Process()

  init(_ options: [String] = [], password: String? = nil) async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    process.executableURL = URL(filePath: "/usr/bin/redis-server")
    process.arguments =
      ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder] + options
      + (password.map { ["--requirepass", $0] } ?? [])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // It has said that it is ready when it answers; so many looks are more than it needs.
    for _ in 0..<1000 { if try cli("PING\n").contains(/PONG|NOAUTH/) { return } }
    throw Mistake("redis-server does not answer on port \(port)")
  }

  // The signal that asks is blocked in what a test starts.
  deinit {
    kill(process.processIdentifier, SIGKILL)
    // What cannot be deleted is the system's to clean.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Gives redis-cli commands, a line each.
  /// - Returns: the answers.
  @discardableResult
  func cli(_ commands: String) throws -> String {
    let (client, output) = (Process(), Pipe())
    client.executableURL = URL(filePath: "/usr/bin/redis-cli")
    client.arguments = ["-p", "\(port)"]
    // Not through a pipe: a client that has gone away reads no more, and writing to it would end the tests.
    let script = folder + "/\(UUID().uuidString)"
    try Data(commands.utf8).write(to: URL(filePath: script))
    defer { unlink(script) }
    (client.standardInput, client.standardOutput, client.standardError) =
      (try FileHandle(forReadingFrom: URL(filePath: script)), output, FileHandle.nullDevice)
    try client.run()
    let answers = try output.fileHandleForReading.readToEnd() ?? Data()
    client.waitUntilExit()
    return String(decoding: answers, as: UTF8.self)
  }
}
