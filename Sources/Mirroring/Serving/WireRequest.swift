/// A request as it came over the wire, whole.
struct WireRequest: Sendable {
  let method: String
  /// As it was sent: path and query, percent-encoded.
  let target: String
  /// Names in lower case.
  let headers: [(name: String, value: String)]
  var body: [UInt8]
  /// The connection may be used for another request.
  let keepsAlive: Bool

  /// The first value of a header.
  subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// An answer, whole.
struct HTTPAnswer: Sendable {
  var status: Int
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  private static let reasons = [
    200: "OK", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 412: "Precondition Failed", 413: "Content Too Large",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
    505: "HTTP Version Not Supported",
  ]

  /// As it goes over the wire.
  /// - Parameters:
  ///   - hasLength: false for a body that comes in parts until the connection is closed.
  ///   - isHead: the request wants no body.
  func bytes(keepsAlive: Bool, hasLength: Bool = true, isHead: Bool = false) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(HTTPAnswer.reasons[status] ?? "-")\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    if hasLength, status != 204, status != 304 { text += "Content-Length: \(body.count)\r\n" }
    text += keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n"
    var bytes = Array(text.utf8)
    if !isHead, status != 204, status != 304 { bytes += body }
    return bytes
  }
}

/// Why bytes are no request that this server takes.
struct HTTPDefect: Error, Sendable, Equatable {
  let status: Int
  let message: String

  static func malformed(_ message: String) -> HTTPDefect { HTTPDefect(status: 400, message: message) }
}
