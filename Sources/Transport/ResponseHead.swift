/// The status line and headers of an answer, read line by line. Only what two parsers could not read differently is accepted.
struct ResponseHead {
  private(set) var status = 0
  private(set) var headers: [HTTPHeader] = []
  /// The blank line after the final answer's headers has come; what follows are trailers.
  private(set) var isComplete = false
  private var bytes = 0
  private let bytesMax: Int

  init(bytesMax: Int) {
    self.bytesMax = bytesMax
  }

  /// A status line has been seen: what arrives is HTTP.
  var hasBegun: Bool { status != 0 }

  /// Takes the next line, with its line end.
  mutating func take(_ line: [UInt8]) throws(TransportError) {
    bytes += line.count
    guard bytes <= bytesMax else {
      throw .notHTTP(start: "more than \(bytesMax) bytes of headers; the last line: " + printable(line))
    }
    guard !isComplete else { return }
    let text = String(decoding: line, as: UTF8.self).filter { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }
    if text.hasPrefix("HTTP/") {
      try begin(text)
    } else if text.isEmpty {
      try end()
    } else if text.first == " " || text.first == "\t" {
      fold(text)
    } else if let colon = text.firstIndex(of: ":") {
      headers.append(HTTPHeader(String(text[..<colon]), trimmed(text[text.index(after: colon)...])))
    }
  }

  private mutating func begin(_ line: String) throws(TransportError) {
    let words = line.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[1].utf8.count == 3, let code = Int(words[1]), (100...999).contains(code), code != 101 else {
      throw .notHTTP(start: printable(Array(line.utf8)))
    }
    (status, headers) = (code, [])
  }

  private mutating func end() throws(TransportError) {
    guard status >= 200 else { return }
    isComplete = true
    _ = try contentLength()
    let transfer = values(of: "transfer-encoding").filter { !["chunked", "identity"].contains($0) }
    guard transfer.isEmpty else {
      throw .corruptBody(reason: "the transfer encoding `\(transfer.joined(separator: ", "))` was not asked for")
    }
  }

  private mutating func fold(_ text: String) {
    guard let last = headers.popLast() else { return }
    headers.append(HTTPHeader(last.name, last.value + " " + trimmed(text[...])))
  }

  /// The one length that all Content-Length headers agree on; nil when there is none.
  func contentLength() throws(TransportError) -> Int? {
    let lengths = Set(values(of: "content-length"))
    guard lengths.count <= 1 else {
      throw .corruptBody(reason: "the answer names different lengths: \(lengths.sorted().joined(separator: " and "))")
    }
    guard let length = lengths.first else { return nil }
    guard length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(length) else {
      throw .corruptBody(reason: "the answer's length `\(length)` is not a number")
    }
    return count
  }

  var isChunked: Bool { values(of: "transfer-encoding").contains("chunked") }

  /// The comma-separated values of all headers of a name (lower case), lower case.
  func values(of name: String) -> [String] {
    headers.filter { $0.name.lowercased() == name }.flatMap { header in
      header.value.lowercased().split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
    }
  }
}

/// The first 200 bytes, with a dot for each that cannot be printed.
func printable(_ bytes: some Sequence<UInt8>) -> String {
  String(decoding: bytes.prefix(200).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
}

private func trimmed(_ text: Substring) -> String {
  let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  let start = text.drop(while: isBlank)
  return String(start.dropLast(start.reversed().prefix(while: isBlank).count))
}
