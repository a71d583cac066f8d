import Foundation
import Mirroring
import Transport

/// A connection to a server on the loopback, byte by byte; what waits does so on a thread of its own.
final class Wire: Sendable {
  private let descriptor: Int32
  nonisolated(unsafe) private var buffer: [UInt8] = []

  struct Answer: Sendable {
    var status = 0
    var headers: [String: String] = [:]
    var body = ""
  }

  /// - Parameter receiveBuffer: how much the kernel keeps for a reader that does not read.
  init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
    // So long that only an answer that never comes is missed: the server shares its threads with all other tests.
    var limit = timeval(tv_sec: 900, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
  }

  deinit { close(descriptor) }

  /// Nothing more is sent; what is answered can still be read.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Byte by byte, without giving way to other tests in between: the server waits only so long.
  func sendInPieces(_ text: String) async {
    await blocking { [descriptor] in
      for byte in text.utf8 { withUnsafeBytes(of: byte) { _ = Glibc.send(descriptor, $0.baseAddress!, 1, Int32(MSG_NOSIGNAL)) } }
    }
  }

  @discardableResult
  func send(_ bytes: [UInt8]) async -> Bool {
    await blocking { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL)) }
        if count <= 0 { return false }
        sent += count
      }
      return true
    }
  }

  func send(_ text: String) async { _ = await send(Array(text.utf8)) }

  func request(_ method: String, _ target: String, _ headers: [String] = [], body: String? = nil) async {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for header in headers { text += header + "\r\n" }
    if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
    await send(text + "\r\n" + (body ?? ""))
  }

  /// - Returns: nil when the connection was closed before.
  func answer() async -> Answer? {
    await blocking { [self] in
      guard let head = until("\r\n\r\n") else { return nil }
      var answer = Wire.head(head)
      let count = Int(answer.headers["content-length"] ?? "0")!
      while buffer.count < count { guard more() else { return nil } }
      answer.body = String(decoding: buffer.prefix(count), as: UTF8.self)
      buffer.removeFirst(count)
      return answer
    }
  }

  func head() async -> Answer? { await blocking { [self] in until("\r\n\r\n").map(Wire.head) } }

  /// The next event of a stream, as `put {"path":…}`; nil at its end.
  func event() async -> String? {
    await blocking { [self] in
      until("\n\n")?.replacing("event: ", with: "").replacing("\ndata: ", with: " ")
    }
  }

  /// Everything until the other side closes.
  func rest() async -> String {
    await blocking { [self] in
      while more() {}
      return String(decoding: buffer, as: UTF8.self)
    }
  }

  private static func head(_ text: String) -> Answer {
    let lines = text.split(separator: "\r\n").map(String.init)
    var answer = Answer(status: Int(lines[0].split(separator: " ")[1])!)
    for line in lines.dropFirst() {
      let halves = line.split(separator: ":", maxSplits: 1)
      answer.headers[halves[0].lowercased()] = halves[1].trimmingCharacters(in: .whitespaces)
    }
    return answer
  }

  private func until(_ mark: String) -> String? {
    let mark = Array(mark.utf8)
    while true {
      if let range = buffer.firstRange(of: mark) {
        defer { buffer.removeSubrange(..<range.upperBound) }
        return String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
      }
      guard more() else { return nil }
    }
  }

  private func more() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count > 0 { buffer += chunk[..<count] }
    return count > 0
  }
}

func blocking<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}

/// A server over a tree in memory.
struct Served: Sendable {
  let tree = MemoryTree()
  let server: RealtimeServer
  let port: UInt16
  let clock: TestClock

  init(
    rules: String = #"{"rules":{".read":true,".write":true}}"#, door: RealtimeDoor = .emulator,
    _ change: (inout RealtimeServer.Settings) -> Void = { _ in }
  ) throws {
    let clock = TestClock()
    var settings = RealtimeServer.Settings(door: door, rules: try SecurityRules(reading: rules))
    settings.poll = .milliseconds(5)
    // Between a connection and its first byte other tests may be at work for long.
    settings.patience = 3600
    settings.now = { clock.now }
    change(&settings)
    (self.clock, server) = (clock, RealtimeServer(tree, settings))
    port = try server.start()
  }

  func connect(receiveBuffer: Int32? = nil) throws -> Wire { try Wire(port: port, receiveBuffer: receiveBuffer) }

  /// One request on a connection of its own.
  func ask(_ method: String, _ target: String, _ headers: [String] = [], body: String? = nil) async throws -> Wire.Answer {
    let wire = try connect()
    await wire.request(method, target, headers, body: body)
    return await wire.answer() ?? Wire.Answer()
  }

  /// A listener that has had the head of its answer.
  func listen(_ target: String, _ headers: [String] = []) async throws -> Wire {
    let wire = try connect()
    await wire.request("GET", target, ["Accept: text/event-stream"] + headers)
    _ = await wire.head()
    return wire
  }
}

/// A clock that moves when it is told.
final class TestClock: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var milliseconds = 1_700_000_000_000.0

  var now: Double { lock.withLock { milliseconds } }

  func advance(seconds: Double) { lock.withLock { milliseconds += seconds * 1000 } }
}
