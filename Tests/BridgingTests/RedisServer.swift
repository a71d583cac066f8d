import Foundation
import Glibc
import Testing

@testable import Bridging

/// A real redis-server on the loopback, in a folder of its own; it is ended with the value.
final class RedisServer: Sendable {
  /// Where Debian and others put it; nil: there is none here, and the tests that need one are skipped.
  static let program: String? = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first { (path: String) in access(path, X_OK) == 0 }
  static let absence: Comment = "there is no redis-server here; `apt-get install redis-server` gives one"

  let port: Int
  private let folder: Folder
  private let options: [String]
  private let lock = NSLock()
  nonisolated(unsafe) private var process: Process?

  init(_ options: [String] = []) throws {
    (folder, self.options) = (try Folder(), options)
    port = try Self.freePort()
    try start()
  }

  // The signal that asks is blocked in what a test starts.
  deinit { if let process { Glibc.kill(process.processIdentifier, SIGKILL) } }

  func start() throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.program!)
    process.arguments =
      ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.path] + options
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    lock.withLock { self.process = process }
    // It answers as soon as it can.
    while (try? RedisClient(port)) == nil { guard process.isRunning else { throw RedisLoss.closed } }
  }

  func kill() {
    let process = lock.withLock { self.process }
    Glibc.kill(process!.processIdentifier, SIGKILL)
    process!.waitUntilExit()
  }

  private static func freePort() throws -> Int {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0 }
    }
    guard isBound else { throw RedisLoss.failed("no port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// What bots and operators do: commands and their answers, on a connection that speaks the protocol by hand.
final class RedisClient {
  private let socket: Int32

  init(_ port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isReached = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // The end of this object closes the socket, also here.
    guard isReached else { throw RedisLoss.closed }
  }

  deinit { close(socket) }

  /// Sends a command; the first line of its answer.
  @discardableResult
  func ask(_ words: [UInt8]...) throws -> String {
    var bytes = Array("*\(words.count)\r\n".utf8)
    for word in words { bytes += Array("$\(word.count)\r\n".utf8) + word + [13, 10] }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw RedisLoss.closed }
      sent += count
    }
    var line: [UInt8] = []
    while line.last != 10 {
      var byte: UInt8 = 0
      guard recv(socket, &byte, 1, 0) == 1 else { throw RedisLoss.closed }
      line.append(byte)
    }
    return String(decoding: line.dropLast(2), as: UTF8.self)
  }

  @discardableResult
  func ask(_ words: String...) throws -> String {
    switch words.count {
    case 1: try ask(Array(words[0].utf8))
    case 2: try ask(Array(words[0].utf8), Array(words[1].utf8))
    case 3: try ask(Array(words[0].utf8), Array(words[1].utf8), Array(words[2].utf8))
    default: try ask(Array(words[0].utf8), Array(words[1].utf8), Array(words[2].utf8), Array(words[3].utf8))
    }
  }

  /// - Returns: how many heard it.
  @discardableResult
  func publish(_ message: String, on channel: String = "ticker:SOLUSD") throws -> Int {
    Int(try ask("PUBLISH", channel, message).dropFirst()) ?? 0
  }
}
