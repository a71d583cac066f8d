/// Makes the answer that a caller sees out of what came over the wire.
enum ResponseBody {
  /// Inflates and checks the body. Heavy work for a large one, so it leaves the caller's actor.
  @concurrent
  static func decode(_ exchange: CurlExchange, of request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let (head, wire) = (exchange.head, exchange.body)
    let encodings = head.values(of: "content-encoding").filter { !$0.isEmpty && $0 != "identity" }
    if encodings.isEmpty || mayBeEmpty(exchange, request) {
      return HTTPResponse(status: head.status, headers: head.headers, body: wire)
    }
    let asked = Set(request.headers.filter { $0.name.lowercased() == "accept-encoding" }.map { $0.value.lowercased() })
    switch encodings {
    case ["gzip"], ["x-gzip"]:
      let inflated = try inflate(wire, .gzip, request.limits)
      return HTTPResponse(
        status: head.status, headers: head.headers, body: inflated.bytes, gzippedBody: inflated.members == 1 ? wire : nil)
    case ["deflate"] where asked.contains { $0.contains("deflate") }:
      return HTTPResponse(status: head.status, headers: head.headers, body: try inflate(wire, .zlib, request.limits).bytes)
    default:
      throw .corruptBody(reason: "the content encoding `\(printable(encodings.joined(separator: ", ").utf8))` was not asked for")
    }
  }

  /// No body is a whole body where HTTP says that there is none, or where the answer itself announced its length as 0.
  private static func mayBeEmpty(_ exchange: CurlExchange, _ request: HTTPRequest) -> Bool {
    guard exchange.body.isEmpty else { return false }
    return request.method == "HEAD" || exchange.head.status == 204 || exchange.head.status == 304
      || exchange.head.values(of: "content-length").first == "0"
  }

  private static func inflate(
    _ wire: [UInt8], _ format: Inflater.Format, _ limits: HTTPLimits
  ) throws(TransportError) -> (bytes: [UInt8], members: Int) {
    do throws(GzipError) {
      return try Inflater(format: format, bytesMax: limits.bodyBytesMax, ratioMax: limits.inflationRatioMax).inflate(wire)
    } catch {
      switch error {
      case .tooLarge(let bytesMax): throw .tooLarge(bytesMax: bytesMax)
      case .bomb(let ratio): throw .bomb(ratio: ratio)
      case .notGzip, .truncated, .corrupt, .trailingBytes: throw .corruptBody(reason: error.description)
      }
    }
  }
}
