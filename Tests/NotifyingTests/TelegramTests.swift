import Foundation
import Testing
import Transport

@testable import Notifying

@Suite struct `A message to Telegram` {
  private let token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"

  private func courier(_ client: ScriptedClient, documents: Bool = false) -> TelegramCourier {
    let secret = Secret(token)
    return TelegramCourier(
      token: secret, chat: "-1001234567890", sendsDocuments: documents, post: WebPost(client, secrets: [secret]))
  }

  @Test func `is HTML, escaped, to the chat, without previews of links`() async {
    let client = ScriptedClient([.answer(200, #"{"ok":true,"result":{"message_id":1}}"#)])
    let message = Sample.message(title: "a < b & \"c\"", lines: ["<script>"])
    #expect(await courier(client).send(message, part: 0) == .delivered(remark: nil))
    #expect(await client.requests[0].url == "https://api.telegram.org/bot\(token)/sendMessage")
    #expect(
      await client.bodies == [
        #"{"chat_id":-1001234567890,"link_preview_options":{"is_disabled":true},"parse_mode":"HTML","text":"<b>a &lt; b &amp; &quot;c&quot;</b>\n&lt;script&gt;"}"#
      ])
  }

  @Test(
    arguments: [
      (200, #"{"ok":true}"#, "delivered"),
      (
        429, #"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}"#,
        "later after 35.0 seconds: it answered 429: Too Many Requests: retry after 35"
      ),
      (
        429, #"{"ok":false,"description":"slow down","parameters":{"retry_after":0.5}}"#,
        "later after 0.5 seconds: it answered 429: slow down"
      ),
      (
        429, #"{"ok":false,"description":"banned","parameters":{"retry_after":99999999999}}"#,
        "later after 604800.0 seconds: it answered 429: banned"
      ),
      (400, #"{"ok":false,"description":"Bad Request: chat not found"}"#, "refused: it answered 400: Bad Request: chat not found"),
      (
        403, #"{"ok":false,"description":"Forbidden: bot was blocked by the user"}"#,
        "refused: it answered 403: Forbidden: bot was blocked by the user"
      ),
      (502, "<html>", "later: it answered 502: <html>"),
      (200, "<html>a proxy</html>", "unknown: what answered was not Telegram: it answered 200: <html>a proxy</html>"),
      (
        401, #"{"ok":false,"description":"Unauthorized"}"#,
        "refused: it answered 401: Unauthorized; the token is not one of a bot: ask @BotFather, then `jobs secrets set`"
      ),
    ])
  func `ends as its answer says`(status: Int, body: String, words: String) async {
    #expect(await courier(ScriptedClient([.answer(status, body)])).send(Sample.message(), part: 0).words == words)
  }

  @Test func `that Telegram cannot read is sent once more as plain text, and not a third time`() async {
    let refusal = #"{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: Unsupported start tag"}"#
    let client = ScriptedClient([.answer(400, refusal), .answer(200, #"{"ok":true}"#)])
    #expect(await courier(client).send(Sample.message(title: "a < b"), part: 0) == .delivered(remark: nil))
    #expect(await client.bodies[1].contains(#""text":"a < b\ncrypto"#))
    #expect(await !client.bodies[1].contains("parse_mode"))
    let stubborn = ScriptedClient([.answer(400, refusal), .answer(400, refusal)])
    #expect(await courier(stubborn).send(Sample.message(), part: 0).words.hasPrefix("refused"))
    #expect(await stubborn.requests.count == 2)
  }

  @Test func `follows a group that has moved, and says so`() async {
    let moved =
      #"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded","parameters":{"migrate_to_chat_id":-100777}}"#
    let client = ScriptedClient([.answer(400, moved), .answer(200, #"{"ok":true}"#), .answer(200, #"{"ok":true}"#)])
    let courier = courier(client)
    #expect(
      await courier.send(Sample.message(), part: 0).words
        == "delivered: the group -1001234567890 has become -100777; write that into notifications.yaml")
    #expect(await courier.send(Sample.message(), part: 0) == .delivered(remark: nil))
    #expect(await client.bodies.map { $0.contains("\"chat_id\":-100777") } == [false, true, true])
  }

  @Test func `is cut at the borders of lines, never inside an entity or a character`() {
    let lines = (0..<300).map { "line \($0) & \u{1F4C9} <\(String(repeating: "x", count: $0 % 50))>" }
    let pieces = TelegramText.pieces(of: Sample.message(lines: lines))
    #expect(pieces.count > 2 && pieces.allSatisfy { $0.utf16.count <= 4096 })
    #expect(pieces.map { TelegramText.plain($0) }.joined(separator: "\n") == (["nightly failed"] + lines).joined(separator: "\n"))
    let one = String(repeating: "&\u{1F4C9}", count: 2000)
    let parts = TelegramText.pieces(of: Sample.message(lines: [one]))
    #expect(parts.allSatisfy { $0.utf16.count <= 4096 } && parts.count == 5)
    #expect(parts.last!.hasPrefix("&amp;") || parts.last!.hasPrefix("\u{1F4C9}"))
    for part in parts { #expect(part.contains(/&[a-z]*$/) == false, "an entity is cut") }
    let endless = TelegramText.pieces(of: Sample.message(lines: Array(repeating: one, count: 9)))
    #expect(endless.count == 6 && endless.last == "… and more in the report.")
  }

  @Test func `holds a letter under a pile of accents that no piece has room for`() {
    let pile = "a" + String(repeating: "\u{301}", count: 9000)
    let pieces = TelegramText.pieces(of: Sample.message(lines: ["before", pile, "after"]))
    #expect(pieces.allSatisfy { $0.utf16.count <= 4096 && !$0.isEmpty })
    #expect(pieces.joined().unicodeScalars.count { $0 == "\u{301}" } == 9000)
  }

  @Test func `brings a document as a form, as a part of its own`() async {
    let client = ScriptedClient([.answer(200, #"{"ok":true}"#)])
    let file = Message.Attachment(name: "index\".html", type: "text/html", bytes: Array("<p>".utf8))
    let courier = courier(client, documents: true)
    let message = Sample.message(attachments: [file])
    #expect(courier.parts(of: message) == 2)
    #expect(self.courier(client).parts(of: message) == 1, "unless nobody wants it")
    #expect(await courier.send(message, part: 1) == .delivered(remark: nil))
    #expect(await client.requests[0].url.hasSuffix("/sendDocument"))
    let boundary = "jobs-0123456789abcdef0123456789abcdef"
    #expect(await client.requests[0].headers == [HTTPHeader("Content-Type", "multipart/form-data; boundary=\(boundary)")])
    #expect(
      await client.bodies[0] == """
        --\(boundary)\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n-1001234567890\r
        --\(boundary)\r\nContent-Disposition: form-data; name="caption"\r\n\r\nnightly failed\r
        --\(boundary)\r\nContent-Disposition: form-data; name="document"; filename="index_.html"\r\nContent-Type: text/html\r\n\r\n<p>\r
        --\(boundary)--\r\n
        """)
  }

  @Test(arguments: [
    TransportError.cannotConnect(host: "api.telegram.org", reason: "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/"),
    .deadline(.seconds(10)), .truncated(reason: "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
  ])
  func `does not tell its token, whatever goes wrong`(error: TransportError) async {
    let delivery = await courier(ScriptedClient([.failure(error)])).send(Sample.message(), part: 0)
    #expect(!delivery.words.contains("110201543:AAH"), "\(delivery)")
    if case .cannotConnect = error { #expect(delivery.words.hasPrefix("later")) } else { #expect(delivery.words.hasPrefix("unknown")) }
  }
}
