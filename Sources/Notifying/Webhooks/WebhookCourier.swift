import Scheduling
public import Transport

/// Posts a message as JSON, signed, to an address of one's own.
///
/// `X-Jobs-Delivery` is the same at every attempt, so that the receiver can tell a repeated one: a message of unknown fate is sent again.
public struct WebhookCourier: PostingCourier {
  public enum Style: String, Sendable, CaseIterable {
    /// `X-Jobs-Signature: v1=…`, over time and body.
    case jobs
    /// `X-Hub-Signature-256: sha256=…`, over the body.
    case github
  }

  public let repeatsSafely = true
  private let url: Secret
  private let key: Secret?
  private let style: Style
  public let post: WebPost

  /// - Parameter key: what the body is signed with; nil: it is not.
  public init(url: Secret, key: Secret?, style: Style = .jobs, post: WebPost) {
    (self.url, self.key, self.style, self.post) = (url, key, style, post)
  }

  public func request(_ message: Message) -> HTTPRequest? {
    let seconds = post.time.now().milliseconds / 1000
    return url.reveal { Self.request(message, url: $0, key: key, style: style, seconds: seconds) }
  }

  /// - Parameter seconds: the time of sending; all else is the same at every attempt.
  public static func request(_ message: Message, url: String, key: Secret?, style: Style, seconds: Int64) -> HTTPRequest {
    var fields: [String: Any] = [
      "schema": "jobs.notification/1", "id": message.id, "severity": message.severity.rawValue, "title": message.title,
      "queued_at": message.date.iso8601,
      "notices": message.sections.map {
        ["kind": $0.kind, "job": $0.job, "run": $0.cause, "title": $0.title, "lines": $0.lines] as [String: Any]
      },
    ]
    if let remark = message.remark { fields["remark"] = remark }
    let body = JSONBody.bytes(fields)
    let kinds = Set(message.sections.map(\.kind))
    var headers = [
      HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-Jobs-Event", kinds.count == 1 ? kinds.first! : "digest"),
      HTTPHeader("X-Jobs-Delivery", uuid(of: message.id)), HTTPHeader("X-Jobs-Timestamp", "\(seconds)"),
    ]
    if let key {
      headers.append(
        style == .jobs
          ? HTTPHeader("X-Jobs-Signature", Signature.v1(body, seconds: seconds, key: key))
          : HTTPHeader("X-Hub-Signature-256", Signature.github(body, key: key)))
    }
    return HTTPRequest(method: "POST", url: url, headers: headers, body: body)
  }

  /// The first 32 hexadecimal digits of an id as a UUID of version 8: RFC 9562, section 5.8.
  static func uuid(of id: String) -> String {
    var digits = Array(id.filter(\.isHexDigit).prefix(32))
    digits += Array(repeating: "0", count: 32 - digits.count)
    (digits[12], digits[16]) = ("8", "8")
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }
}
