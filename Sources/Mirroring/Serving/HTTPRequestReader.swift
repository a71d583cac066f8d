/// Puts requests together from the bytes of one connection, in whatever pieces they come. Strict where leniency would let two readers of
/// the same bytes see different requests.
struct HTTPRequestReader: Sendable {
  /// How long the request line and all headers may be.
  static let headMax = 16 << 10
  let bodyMax: Int

  private var buffer: [UInt8] = []
  /// So many bytes of the buffer are done with; they are dropped when others come, all at once, so that many small parts cost no more than one.
  private var done = 0
  private var phase = Phase.head(scanned: 0)
  private var body: [UInt8] = []
  /// The sender waits to be told that its body is wanted.
  private(set) var expectsContinue = false

  private enum Phase {
    case head(scanned: Int)
    case body(WireRequest, missing: Int)
    case chunkSize(WireRequest)
    case chunk(WireRequest, missing: Int)
    case chunkEnd(WireRequest)
    case trailer(WireRequest, read: Int)
  }

  init(bodyMax: Int) {
    self.bodyMax = bodyMax
  }

  /// Nothing of a request has come yet.
  var isIdle: Bool { if case .head = phase { unread == 0 } else { false } }
  var isInHead: Bool { if case .head = phase { true } else { false } }
  /// What is held in memory.
  var held: Int { buffer.count + body.count }
  private var unread: Int { buffer.count - done }

  mutating func feed(_ bytes: some Collection<UInt8>) {
    buffer.removeFirst(done)
    done = 0
    buffer.append(contentsOf: bytes)
  }

  mutating func didContinue() { expectsContinue = false }

  /// The next request, when all of it is there.
  mutating func next() throws(HTTPDefect) -> WireRequest? {
    while true {
      switch phase {
      case .head(let scanned):
        let end = HTTPRequestReader.headEnd(buffer, from: done + scanned)
        if (end ?? buffer.count) - done > HTTPRequestReader.headMax {
          throw HTTPDefect(status: 431, message: "The head of the request is too long.")
        }
        guard let end else {
          phase = .head(scanned: max(0, unread - 3))
          return nil
        }
        let head = buffer[done..<end]
        phase = try begin(head)
        done = end
      case .body(let request, let missing):
        let count = take(missing)
        guard count == missing else {
          phase = .body(request, missing: missing - count)
          return nil
        }
        return finish(request)
      case .chunkSize(let request):
        guard let line = try line() else { return nil }
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        // A sign is no digit, though a number may have one.
        guard (1...8).contains(digits.count), digits.first! > UInt8(ascii: "-"),
          let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw .malformed("A chunk has no size.") }
        try check(body.count + size)
        phase = size == 0 ? .trailer(request, read: 0) : .chunk(request, missing: size)
      case .chunk(let request, let missing):
        let count = take(missing)
        phase = count == missing ? .chunkEnd(request) : .chunk(request, missing: missing - count)
        if count < missing { return nil }
      case .chunkEnd(let request):
        guard let line = try line() else { return nil }
        guard line.isEmpty else { throw .malformed("A chunk is longer than its size.") }
        phase = .chunkSize(request)
      case .trailer(let request, let read):
        guard let line = try line() else { return nil }
        if line.isEmpty { return finish(request) }
        guard read + line.count <= HTTPRequestReader.headMax else {
          throw HTTPDefect(status: 431, message: "What follows the body is too long.")
        }
        phase = .trailer(request, read: read + line.count)
      }
    }
  }

  /// Moves so many bytes, or as many as there are, into the body.
  private mutating func take(_ wanted: Int) -> Int {
    let count = min(wanted, unread)
    body.append(contentsOf: buffer[done..<(done + count)])
    done += count
    return count
  }

  private mutating func finish(_ request: WireRequest) -> WireRequest {
    var request = request
    request.body = body
    (body, phase, expectsContinue) = ([], .head(scanned: 0), false)
    return request
  }

  private static func headEnd(_ bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var index = start
      while index + 3 < bytes.count {
        if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 { return index + 4 }
        index += 1
      }
      return nil
    }
  }

  private mutating func line() throws(HTTPDefect) -> [UInt8]? {
    guard let end = buffer[done...].firstIndex(of: 10) else {
      if unread > 1024 { throw .malformed("A line between chunks is too long.") }
      return nil
    }
    guard end > done, buffer[end - 1] == 13 else { throw .malformed("A line ends without a carriage return.") }
    let line = Array(buffer[done..<(end - 1)])
    done = end + 1
    return line
  }

  private func check(_ size: Int) throws(HTTPDefect) {
    if size > bodyMax {
      throw HTTPDefect(status: 400, message: "Data to write exceeds the maximum size that can be modified with a single request.")
    }
  }

  private mutating func begin(_ head: ArraySlice<UInt8>) throws(HTTPDefect) -> Phase {
    guard let text = String(validating: head.dropLast(4), as: UTF8.self) else { throw .malformed("The head is not UTF-8.") }
    var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let first = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
    guard first.count == 3, !first[0].isEmpty, first[0].allSatisfy({ $0.isASCII && $0.isLetter }), !first[1].isEmpty else {
      throw .malformed("The request line is malformed.")
    }
    guard first[2] == "HTTP/1.1" || first[2] == "HTTP/1.0" else {
      throw HTTPDefect(status: 505, message: "This server speaks HTTP/1.1.")
    }
    var headers: [(name: String, value: String)] = []
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, line.first?.isWhitespace == false,
        line[..<colon].utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !line.utf8.contains(13), !line.utf8.contains(10), !line.utf8.contains(0)
      else { throw .malformed("A header is malformed.") }
      let value = line[line.index(after: colon)...]
      headers.append((line[..<colon].lowercased(), String(value.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())))
    }
    let connection = headers.first { $0.name == "connection" }?.value.lowercased() ?? ""
    let request = WireRequest(
      method: String(first[0]), target: String(first[1]), headers: headers, body: [],
      keepsAlive: first[2] == "HTTP/1.1" ? !connection.contains("close") : connection.contains("keep-alive"))
    // Its server might not have known chunks, and have taken them for the next request.
    guard first[2] == "HTTP/1.1" || request["transfer-encoding"] == nil else { throw .malformed("HTTP/1.0 has no transfer encodings.") }
    return try bodyPhase(of: request)
  }

  private mutating func bodyPhase(of request: WireRequest) throws(HTTPDefect) -> Phase {
    let lengths = request.headers.filter { $0.name == "content-length" }
    let encodings = request.headers.filter { $0.name == "transfer-encoding" }
    expectsContinue = request["expect"]?.lowercased() == "100-continue"
    if let encoding = encodings.first {
      guard encodings.count == 1, lengths.isEmpty else { throw .malformed("The length of the body is told twice.") }
      guard encoding.value.lowercased() == "chunked" else { throw HTTPDefect(status: 501, message: "This transfer encoding is not known.") }
      return .chunkSize(request)
    }
    guard lengths.count <= 1 else { throw .malformed("The length of the body is told twice.") }
    guard let text = lengths.first?.value else { return .body(request, missing: 0) }
    guard !text.isEmpty, text.utf8.count <= 15, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let length = Int(text) else {
      throw .malformed("The length of the body is no number.")
    }
    try check(length)
    body.reserveCapacity(min(length, 1 << 20))
    return .body(request, missing: length)
  }
}
