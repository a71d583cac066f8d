import Scheduling
public import Transport

/// Posts to a webhook of Discord. Its address is the key.
public struct DiscordCourier: Courier {
  public let repeatsSafely = false
  private let url: Secret
  private let post: WebPost

  /// Bounds of Discord.
  static let titleMax = 256
  static let descriptionMax = 4096

  public init(url: Secret, post: WebPost) { (self.url, self.post) = (url, post) }

  public func parts(of message: Message) -> Int { 1 }

  public func send(_ message: Message, part: Int) async -> Delivery {
    switch await post.send(url.reveal { Self.request(message, url: $0) }) {
    case .nothing(let delivery): return delivery
    case .response(let response):
      let fields = JSONBody.object(response.body)
      switch response.status {
      case 429:
        // Seconds with a fraction, and more exact than the header, which has whole ones.
        let seconds = (fields?["retry_after"] as? Double).flatMap { $0 > 0 && $0 < 604_800 ? $0 : nil }
        let wait = seconds.map { Duration.milliseconds(Int64(($0 * 1000).rounded(.up))) }
        return .later(after: wait ?? post.retryAfter(response), why: post.reason(response, fields?["message"] as? String))
      case 404 where fields?["code"] as? Int == 10015: return .closed(why: post.reason(response, fields?["message"] as? String))
      default: return post.delivery(of: response)
      }
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
      "title": EscapedText.slices(of: message.title, unitsMax: titleMax, escaped)[0],
      "description": EscapedText.slices(of: message.lines.joined(separator: "\n"), unitsMax: descriptionMax, escaped)[0], "color": colour,
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
