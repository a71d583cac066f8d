/// Which web pages may ask the server: what it tells browsers (CORS), and what keeps other pages from speaking for their readers.
///
/// Source: WHATWG, Fetch, "CORS protocol"; WICG, Private Network Access.
struct WebPages: Sendable {
  /// It listens on the loopback: pages of this machine are its own, and it has no other name.
  let isLocal: Bool
  /// `https://desk.example`, in lower case; `*` for every page.
  let origins: Set<String>

  private static let own = ["127.0.0.1", "localhost", "[::1]"]

  /// - Returns: why the request is refused; nil when it is not.
  func refusal(_ request: WireRequest) -> HTTPAnswer? {
    if isLocal, let host = request["host"], !WebPages.isOwn(Substring(host)), !isListed(authority: host) {
      // A name that leads here by a trick.
      return HTTPAnswer(error: "This server answers to names of its own machine only.", status: 403)
    }
    guard let origin = request["origin"], !isKnown(origin, request) else { return nil }
    return HTTPAnswer(
      error: "This server does not answer to pages of \(origin.prefix(200)); start it with --origin to let them in.", status: 403)
  }

  private func isKnown(_ origin: String, _ request: WireRequest) -> Bool {
    guard origin.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return false }
    if origins.contains("*") || origins.contains(origin.lowercased()) { return true }
    guard let authority = origin.split(separator: "/").last, origin.contains("://") else { return false }
    if isLocal { return WebPages.isOwn(authority) }
    // A page of the same place, behind a proxy perhaps.
    return request["host"]?.lowercased() == authority.lowercased()
  }

  private func isListed(authority: String) -> Bool {
    origins.contains { $0.hasSuffix("://" + authority.lowercased()) }
  }

  private static func isOwn(_ authority: Substring) -> Bool {
    let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    return own.contains(host.lowercased()) || host.lowercased().hasSuffix(".localhost")
  }

  /// The answer to what a browser asks before it sends a page's request; nil for any other request.
  func preflight(_ request: WireRequest) -> HTTPAnswer? {
    guard request.method == "OPTIONS" else { return nil }
    var answer = HTTPAnswer(status: 204, headers: [("Allow", WebPages.methods)])
    guard request["origin"] != nil else { return answer }
    answer.headers += [
      ("Access-Control-Allow-Methods", WebPages.methods),
      (
        "Access-Control-Allow-Headers",
        "authorization, content-type, accept, cache-control, last-event-id, if-match, if-none-match, x-firebase-etag, x-http-method-override"
      ), ("Access-Control-Max-Age", "600"),
    ]
    if request["access-control-request-private-network"] == "true" {
      answer.headers.append(("Access-Control-Allow-Private-Network", "true"))
    }
    return answer
  }

  private static let methods = "GET, PUT, PATCH, POST, DELETE, OPTIONS"

  /// An answer that the page may read: it was let in.
  func shown(_ answer: HTTPAnswer, to request: WireRequest) -> HTTPAnswer {
    guard let origin = request["origin"] else { return answer }
    var answer = answer
    // Never with credentials: a page has to send its token itself.
    answer.headers += [
      ("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", "ETag"), ("Vary", "Origin"),
    ]
    return answer
  }
}
