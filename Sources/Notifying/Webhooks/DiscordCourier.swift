import Scheduling
public import Transport

/// Posts to a webhook of Discord. Its address is the key.
public struct DiscordCourier: PostingCourier {
  private let url: Secret
  public let post: WebPost

  /// Bounds of Discord.
  static let titleMax = 256
  static let descriptionMax = 4096

  public init(url: Secret, post: WebPost) { (self.url, self.post) = (url, post) }

  public func request(_ message: Message) -> HTTPRequest? { url.reveal { Self.request(message, url: $0) } }

  public func delivery(of response: HTTPResponse) -> Delivery {
    let fields = JSONBody.object(response.body)
    switch response.status {
    case 429:
      // Seconds with a fraction, and more exact than the header, which has whole ones.
      let wait = JSONBody.wait(fields?["retry_after"]) ?? post.retryAfter(response)
      return .later(after: wait, why: post.reason(response, fields?["message"] as? String))
    case 404 where fields?["code"] as? Int == 10015: return .closed(why: post.reason(response, fields?["message"] as? String))
    default: return post.delivery(of: response)
    }
  }

  public static func request(_ message: Message, url: String) -> HTTPRequest {
    let colour =
      switch message.severity {
      case .info: 0x17663A
      case .warning: 0x8A5A00
      case .error: 0xA8121D
      }
    let embed: [String: Any] = [
      "title": EscapedText.cut(message.title, unitsMax: titleMax, escaped),
      "description": EscapedText.cut(message.lines.joined(separator: "\n"), unitsMax: descriptionMax, escaped), "color": colour,
      "timestamp": message.date.iso8601,
    ]
    return HTTPRequest(
      method: "POST", url: url, headers: [HTTPHeader("Content-Type", "application/json")],
      // Nobody is called by a name that stands in a text.
      body: JSONBody.bytes(["username": "jobs", "embeds": [embed], "allowed_mentions": ["parse": [String]()]]))
  }

  /// What would be read as Markdown is shown as it is.
  static func escaped(_ text: String) -> String {
    String(text.flatMap { "\\*_~`|>#[]<".contains($0) ? ["\\", $0] : [$0] })
  }
}
