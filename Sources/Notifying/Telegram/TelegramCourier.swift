import Foundation
public import Transport

/// Writes to a chat through a bot of Telegram.
public final class TelegramCourier: Courier {
  public let repeatsSafely = false
  private let server: String
  private let token: Secret
  private let post: WebPost
  private let sendsDocuments: Bool
  private let lock = NSLock()
  nonisolated(unsafe) private var chat: String

  /// - Parameter server: `https://HOST` of a Bot API server of one's own; nil for Telegram's.
  public init(server: String? = nil, token: Secret, chat: String, sendsDocuments: Bool = false, post: WebPost) {
    self.server = server ?? TelegramRequest.standardServer
    (self.token, self.chat, self.post, self.sendsDocuments) = (token, chat, post, sendsDocuments)
  }

  public func parts(of message: Message) -> Int { TelegramText.pieces(of: message).count + documents(of: message).count }

  public func send(_ message: Message, part: Int) async -> Delivery {
    let pieces = TelegramText.pieces(of: message)
    guard part < pieces.count else {
      let file = documents(of: message)[part - pieces.count]
      return await send { $0.document(file, caption: message.title, boundary: "jobs-\(message.id)") }
    }
    let first = await send { $0.text(pieces[part], isHTML: true) }
    // Telegram has refused it as a whole, so it is certain that nobody has seen it.
    guard case .refused(let why) = first, why.contains("can't parse entities") else { return first }
    return await send { $0.text(TelegramText.plain(pieces[part]), isHTML: false) }
  }

  private func documents(of message: Message) -> [Message.Attachment] {
    // Larger ones are refused.
    sendsDocuments ? message.attachments.filter { $0.bytes.count < 50_000_000 } : []
  }

  /// Sends, and once more to where a group has moved.
  private func send(_ make: (TelegramRequest) -> HTTPRequest) async -> Delivery {
    let chat = lock.withLock { self.chat }
    let (delivery, moved) = await sendOnce(make(TelegramRequest(server: server, token: token, chat: chat)))
    guard let moved else { return delivery }
    lock.withLock { self.chat = moved }
    let (second, _) = await sendOnce(make(TelegramRequest(server: server, token: token, chat: moved)))
    guard case .delivered = second else { return second }
    return .delivered(remark: "the group \(chat) has become \(moved); write that into notifications.yaml")
  }

  private func sendOnce(_ request: HTTPRequest) async -> (Delivery, moved: String?) {
    let response: HTTPResponse
    switch await post.send(request) {
    case .nothing(let delivery): return (delivery, nil)
    case .response(let answer): response = answer
    }
    let fields = JSONBody.object(response.body)
    let (parameters, words) = (fields?["parameters"] as? [String: Any], fields?["description"] as? String)
    let why = post.reason(response, words)
    if let moved = parameters?["migrate_to_chat_id"] as? Int { return (.refused(why: why), "\(moved)") }
    switch response.status {
    case 200..<300 where fields?["ok"] as? Bool == true: return (.delivered(remark: nil), nil)
    // A proxy that answers 200 with a page of its own is not Telegram.
    case 200..<300: return (.unknown(why: "what answered was not Telegram: \(why)"), nil)
    case 429:
      return (.later(after: JSONBody.wait(parameters?["retry_after"]) ?? post.retryAfter(response), why: why), nil)
    case 401, 404: return (.refused(why: "\(why); the token is not one of a bot: ask @BotFather, then `jobs secrets set`"), nil)
    default: return (post.delivery(of: response).mapWhy { _ in why }, nil)
    }
  }
}
