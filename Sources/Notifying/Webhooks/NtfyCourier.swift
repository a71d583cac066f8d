public import Transport

/// Publishes to a topic of an ntfy server. Whoever knows the topic can read it, so its address is a key.
public struct NtfyCourier: PostingCourier {
  private let url: Secret
  private let token: Secret?
  public let post: WebPost

  /// A longer message would become an attachment.
  static let messageBytesMax = 4096

  /// - Parameters:
  ///   - url: `https://ntfy.sh/TOPIC`
  ///   - token: `tk_…`; nil for a topic that anybody may write to.
  public init(url: Secret, token: Secret?, post: WebPost) { (self.url, self.token, self.post) = (url, token, post) }

  public var addressHint: String { "the address has no topic; it is like https://ntfy.sh/TOPIC" }

  public func request(_ message: Message) -> HTTPRequest? { url.reveal { Self.request(message, url: $0, token: token) } }

  /// The JSON form, which takes any text; it goes to the server's root and names the topic.
  /// - Returns: nil when the address has no topic.
  public static func request(_ message: Message, url: String, token: Secret?) -> HTTPRequest? {
    guard let slash = url.lastIndex(of: "/"), url[..<slash].contains("://"), url[slash...].count > 1,
      url[slash...].dropFirst().allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
    else { return nil }
    var headers = [HTTPHeader("Content-Type", "application/json")]
    if let token { headers.append(HTTPHeader("Authorization", token.reveal { "Bearer \($0)" })) }
    let (priority, tag) =
      switch message.severity {
      case .info: (3, "white_check_mark")
      case .warning: (4, "warning")
      case .error: (5, "rotating_light")
      }
    let body: [String: Any] = [
      "topic": String(url[slash...].dropFirst()), "title": message.title.cut(toUTF16: 250), "priority": priority, "tags": [tag],
      "message": cut(message.lines.isEmpty ? message.title : message.lines.joined(separator: "\n")),
    ]
    return HTTPRequest(method: "POST", url: String(url[...slash]), headers: headers, body: JSONBody.bytes(body))
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > messageBytesMax else { return text }
    var (result, left) = ("", messageBytesMax - 3)
    for character in text {
      left -= character.utf8.count
      guard left >= 0 else { break }
      result.append(character)
    }
    return result + "…"
  }
}
