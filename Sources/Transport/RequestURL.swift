import CCurl
import Foundation

/// A URL as curl itself will read it, so that what was allowed is what is asked.
struct RequestURL: Sendable, Hashable {
  /// Whole and normalised, without a fragment. Its query may hold a key.
  let text: String
  let scheme: String
  /// An IPv6 address is in brackets.
  let host: String
  let port: Int
  let path: String

  /// - Throws: `.refusedURL` for what is not http or https, for plain http beyond the loopback, for credentials in the URL.
  init(_ text: String) throws(TransportError) {
    try self.init(text, relativeTo: nil)
  }

  /// What a Location header means, seen from here.
  func resolving(_ location: String) throws(TransportError) -> RequestURL {
    try RequestURL(location, relativeTo: self)
  }

  private init(_ text: String, relativeTo base: RequestURL?) throws(TransportError) {
    guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !text.isEmpty else {
      throw .refusedURL(reason: "a URL must be percent-encoded ASCII without blanks")
    }
    guard let parsed = ParsedURL() else { throw .other(reason: "no memory for a URL") }
    if let base, !parsed.set(CURLUPART_URL, base.text) { throw .refusedURL(reason: "the URL cannot be read") }
    guard parsed.set(CURLUPART_URL, text) else { throw .refusedURL(reason: "the URL cannot be read") }
    guard parsed[CURLUPART_USER] == nil, parsed[CURLUPART_PASSWORD] == nil else {
      throw .refusedURL(reason: "a URL must not hold a user or password; send them as a header")
    }
    guard parsed.set(CURLUPART_FRAGMENT, nil), let scheme = parsed[CURLUPART_SCHEME], let host = parsed[CURLUPART_HOST],
      let port = parsed[CURLUPART_PORT].flatMap({ Int($0) }), let path = parsed[CURLUPART_PATH], let whole = parsed[CURLUPART_URL]
    else { throw .refusedURL(reason: "the URL cannot be read") }
    (self.text, self.scheme, self.host, self.port, self.path) = (whole, scheme.lowercased(), host.lowercased(), port, path)
    guard self.scheme == "https" || self.scheme == "http" else {
      throw .refusedURL(reason: "only https and http are spoken, not \(self.scheme)")
    }
    guard self.scheme == "https" || isLoopback else {
      throw .refusedURL(reason: "plain http is for loopback addresses only; \(self.host) needs https")
    }
  }

  /// 127.0.0.0/8, ::1 or localhost, which curl resolves without asking anyone.
  var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    var address = in_addr()
    return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
  }

  /// Scheme, host and port: what a connection belongs to.
  var origin: String { "\(scheme)://\(host):\(port)" }

  /// For messages: without the query.
  var shown: String { origin + path }

  /// The same place, or the same host made safer.
  func allowsRedirect(to other: RequestURL) -> Bool {
    other.origin == origin || (other.host == host && scheme == "http" && other.scheme == "https")
  }

  /// The names of the query's parameters, as they stand there.
  var queryNames: [Substring] {
    guard let mark = text.firstIndex(of: "?") else { return [] }
    return text[text.index(after: mark)...].split(separator: "&").map { $0.prefix { $0 != "=" } }
  }

  /// The text to hand to curl: with the secret parameters that it does not hold already.
  func revealing(_ secretQuery: [(name: String, secret: Secret)]) -> String {
    let present = queryNames
    var separator = text.contains("?") ? (text.hasSuffix("?") || text.hasSuffix("&") ? "" : "&") : "?"
    return secretQuery.reduce(into: text) { whole, item in
      let name = percentEncoded(item.name)
      guard !present.contains(Substring(name)) else { return }
      whole += item.secret.reveal { separator + name + "=" + percentEncoded($0) }
      separator = "&"
    }
  }
}

/// Every byte but RFC 3986's unreserved ones as %XX.
func percentEncoded(_ text: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  let bytes = text.utf8.flatMap { byte -> [UInt8] in
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      [byte]
    default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// curl's URL parser.
private final class ParsedURL {
  private let handle: OpaquePointer

  init?() {
    guard let handle = curl_url() else { return nil }
    self.handle = handle
  }

  deinit { curl_url_cleanup(handle) }

  func set(_ part: CURLUPart, _ text: String?) -> Bool { curl_url_set(handle, part, text, 0) == CURLUE_OK }

  subscript(_ part: CURLUPart) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
