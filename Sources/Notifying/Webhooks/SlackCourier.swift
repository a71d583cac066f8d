public import Transport

/// Posts to an incoming webhook of Slack. Its address is the key.
public struct SlackCourier: PostingCourier {
  private let url: Secret
  public let post: WebPost

  /// Bounds of Slack, of which the text counts characters after escaping.
  static let textMax = 3000
  static let blocksMax = 50

  public init(url: Secret, post: WebPost) { (self.url, self.post) = (url, post) }

  public func request(_ message: Message) -> HTTPRequest? { url.reveal { Self.request(message, url: $0) } }

  /// The channel was archived (410), or the webhook removed (404).
  public func delivery(of response: HTTPResponse) -> Delivery {
    response.status == 404 ? .closed(why: post.reason(response)) : post.delivery(of: response)
  }

  public static func request(_ message: Message, url: String) -> HTTPRequest {
    var texts = ["*\(escaped(message.title.cut(toUTF16: 200)))*"]
    for line in message.lines.flatMap({ EscapedText.slices(of: $0, unitsMax: textMax, escaped) }) {
      if texts[texts.count - 1].utf16.count + line.utf16.count + 1 > textMax {
        texts.append(line)
      } else {
        texts[texts.count - 1] += "\n" + line
      }
    }
    if texts.count > blocksMax { texts = texts.prefix(blocksMax - 1) + ["… and more in the report"] }
    let blocks = texts.map { ["type": "section", "text": ["type": "mrkdwn", "text": $0.isEmpty ? " " : $0]] as [String: Any] }
    return HTTPRequest(
      method: "POST", url: url, headers: [HTTPHeader("Content-Type", "application/json; charset=utf-8")],
      body: JSONBody.bytes(["text": escaped(message.title.cut(toUTF16: 500)), "blocks": blocks]))
  }

  /// Slack wants these three, and no others.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
