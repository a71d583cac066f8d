import Foundation

/// A raw TCP server on the loopback, which answers each connection exactly as told, however wrong.
final class FaultServer: @unchecked Sendable {
  let port: UInt16
  private let listener: Int32
  private let isIPv6: Bool
  private let lock = NSLock()
  private var count = 0

  /// - Parameters:
  ///   - isIPv6: listens at ::1 instead of 127.0.0.1.
  ///   - serve: speaks with one connection, on a thread of its own; the connection is closed when it returns.
  init(isIPv6: Bool = false, _ serve: @escaping @Sendable (Peer) -> Void) throws {
    (listener, port) = try loopbackSocket(isIPv6: isIPv6)
    self.isIPv6 = isIPv6
    guard listen(listener, 1024) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    let thread = Thread { [self] in accept(serve) }
    thread.start()
  }

  /// Answers each connection's first request with these bytes, then closes.
  convenience init(answer: [UInt8]) throws {
    try self.init { peer in
      guard peer.readRequest() != nil else { return }
      peer.send(answer)
    }
  }

  convenience init(answer: String) throws {
    try self.init(answer: Array(answer.utf8))
  }

  var url: String { "http://\(isIPv6 ? "[::1]" : "127.0.0.1"):\(port)" }

  /// How many connections have come.
  var connectionCount: Int { lock.withLock { count } }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept(_ serve: @escaping @Sendable (Peer) -> Void) {
    while true {
      let connection = Foundation.accept(listener, nil, nil)
      guard connection >= 0 else { break }
      lock.withLock { count += 1 }
      let thread = Thread {
        let peer = Peer(socket: connection)
        serve(peer)
        peer.close()
      }
      thread.start()
    }
    Foundation.close(listener)
  }
}

/// A socket that is bound to the loopback.
/// - Parameter port: 0 takes one that is free.
func loopbackSocket(isIPv6: Bool = false, port: UInt16 = 0) throws -> (socket: Int32, port: UInt16) {
  let family = isIPv6 ? AF_INET6 : AF_INET
  let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in6()
  address.sin6_family = sa_family_t(family)
  address.sin6_port = port.bigEndian
  address.sin6_addr = in6addr_loopback
  var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
  let isBound = withUnsafeMutablePointer(to: &address) { pointer in
    if !isIPv6 {
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr.s_addr = inet_addr("127.0.0.1") }
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
    }
    return pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard descriptor >= 0, isBound else { throw POSIXError(.EADDRNOTAVAIL) }
  return (descriptor, UInt16(bigEndian: address.sin6_port))
}

/// The other end of one connection. Used by one thread.
final class Peer {
  private let socket: Int32
  private var unread: [UInt8] = []

  init(socket: Int32) {
    self.socket = socket
  }

  /// The head of the next request, line by line, and its body; nil when the peer has closed.
  func readRequest() -> String? {
    let blank = Array("\r\n\r\n".utf8)
    while true {
      if let head = unread.firstRange(of: blank) {
        let text = String(decoding: unread[..<head.upperBound], as: UTF8.self)
        let length = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let body = length.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        if unread.count >= head.upperBound + body {
          let whole = String(decoding: unread[..<(head.upperBound + body)], as: UTF8.self)
          unread.removeFirst(head.upperBound + body)
          return whole
        }
      }
      guard receive() else { return nil }
    }
  }

  /// Waits until something has come, or the peer has closed.
  func awaitBytes() {
    _ = receive()
  }

  func send(_ text: String) {
    send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Waits until the peer closes, at most so long.
  /// - Returns: whether it has closed.
  func isClosed(within milliseconds: Int32) -> Bool {
    var poller = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&poller, 1, milliseconds) > 0 && !receive()
  }

  /// Ends the connection with a reset instead of an orderly close.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  func close() {
    Foundation.close(socket)
  }

  private func receive() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    unread += chunk[..<count]
    return true
  }
}

/// A whole answer with a right length.
func answer(_ body: [UInt8], status: String = "200 OK", headers: [String] = []) -> [UInt8] {
  let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
  return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
}
