import Foundation

/// A dead-man's switch on the loopback: answers each request as told, and remembers them.
final class SwitchServer: @unchecked Sendable {
  struct Request: Sendable {
    let method: String
    let target: String
    let body: String
    /// The lines above the body.
    let head: String
  }

  let url: String
  private let listener: Int32
  private let lock = NSLock()
  private var received: [Request] = []

  /// - Parameter status: of the answer to a request, by its place, from 0.
  convenience init(_ status: @escaping @Sendable (Int) -> Int = { _ in 200 }) throws {
    try self.init(answer: { _ in "OK" }, status: status)
  }

  /// - Parameter answer: the body of the answer to a request.
  init(answer: @escaping @Sendable (Request) -> String, status: @escaping @Sendable (Int) -> Int) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard listener >= 0, isBound, listen(listener, 16) == 0 else { throw Mistake("no socket: \(String(cString: strerror(errno)))") }
    url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    Thread { [self] in serve(answer, status) }.start()
  }

  var requests: [Request] { lock.withLock { received } }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// One connection after another; each is closed after its answer.
  private func serve(_ body: (Request) -> String, _ status: (Int) -> Int) {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      if let request = read(connection) {
        let place = lock.withLock {
          received.append(request)
          return received.count - 1
        }
        let text = body(request)
        let answer = "HTTP/1.1 \(status(place)) X\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
        _ = answer.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
      }
      close(connection)
    }
    close(listener)
  }

  private func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let length =
          head.lazy.compactMap { line in
            line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) : nil
          }.first ?? 0
        if bytes.count >= end.upperBound + length {
          let words = head[0].split(separator: " ").map(String.init)
          guard words.count == 3 else { return nil }
          let body = String(decoding: bytes[end.upperBound...].prefix(length), as: UTF8.self)
          return Request(method: words[0], target: words[1], body: body, head: head.joined(separator: "\n"))
        }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }
}
