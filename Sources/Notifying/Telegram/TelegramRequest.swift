import Transport

/// Requests to Telegram's Bot API. The token is in their address: it is never shown.
struct TelegramRequest {
  static let standardServer = "https://api.telegram.org"
  /// A longer caption is refused.
  static let captionMax = 1024

  let server: String
  let token: Secret
  /// `-1001234567890`, or `@channel`.
  let chat: String

  /// - Parameter html: nil sends the text as it is.
  func text(_ text: String, isHTML: Bool) -> HTTPRequest {
    var body: [String: Any] = ["chat_id": chatValue, "text": text, "link_preview_options": ["is_disabled": true]]
    if isHTML { body["parse_mode"] = "HTML" }
    return HTTPRequest(
      method: "POST", url: url("sendMessage"), headers: [HTTPHeader("Content-Type", "application/json")], body: JSONBody.bytes(body))
  }

  /// multipart/form-data: RFC 7578.
  /// - Parameter boundary: letters, digits and `-`.
  func document(_ file: Message.Attachment, caption: String, boundary: String) -> HTTPRequest {
    func field(_ name: String, _ value: String) -> [UInt8] {
      Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
    }
    let name = String(file.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    var body = field("chat_id", chat) + field("caption", caption.cut(toUTF16: Self.captionMax))
    body += Array(
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"document\"; filename=\"\(name)\"\r\nContent-Type: \(file.type.asOneLine)\r\n\r\n"
        .utf8)
    body += file.bytes + Array("\r\n--\(boundary)--\r\n".utf8)
    return HTTPRequest(
      method: "POST", url: url("sendDocument"), headers: [HTTPHeader("Content-Type", "multipart/form-data; boundary=\(boundary)")],
      body: body)
  }

  private func url(_ method: String) -> String { token.reveal { "\(server)/bot\($0)/\(method)" } }

  /// A number where it is one: Telegram takes both, and a name only as text.
  private var chatValue: Any { Int(chat).map { $0 as Any } ?? chat }
}
