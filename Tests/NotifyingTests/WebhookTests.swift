import Foundation
import Scheduling
import Testing
import Transport

@testable import Notifying

@Suite struct `A webhook` {
  private let url = Secret("https://desk.example/hooks/very-secret-path")

  @Test func `is signed as GitHub signs`() {
    // docs.github.com, "Validating webhook deliveries": the secret, the body and the signature of the page.
    let signature = Signature.github(Array("Hello, World!".utf8), key: Secret("It's a Secret to Everybody"))
    #expect(signature == "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
  }

  @Test func `is signed over the time and the body, so that neither can be changed`() {
    // printf '1768451405.{}' | openssl dgst -sha256 -hmac key
    let key = Secret("key")
    let one = Signature.v1(Array("{}".utf8), seconds: 1_768_451_405, key: key)
    #expect(one == "v1=d4d40077ec9e5d7b7f117fdce08b822734b5257a5546d31930037b312e41106d")
    #expect(one != Signature.v1(Array("{}".utf8), seconds: 1_768_451_406, key: key))
    #expect(one != Signature.v1(Array("{ }".utf8), seconds: 1_768_451_405, key: key))
  }

  @Test func `says the same at every attempt, but for the time and the signature`() {
    func request(_ seconds: Int64) -> HTTPRequest {
      WebhookCourier.request(Sample.message(), url: "https://x.example", key: Secret("k"), style: .jobs, seconds: seconds)
    }
    let (first, second) = (request(1000), request(2000))
    #expect(first.body == second.body)
    #expect(
      String(decoding: first.body!, as: UTF8.self)
        == #"{"id":"0123456789abcdef0123456789abcdef","notices":[{"job":"nightly","kind":"failed","lines":["crypto: 3 of 12 tasks failed"],"run":"nightly-20260115T0000Z-1","title":"nightly failed"}],"queued_at":"2026-01-15T04:30:05Z","schema":"jobs.notification/1","severity":"error","title":"nightly failed"}"#
    )
    let headers = Dictionary(uniqueKeysWithValues: first.headers.map { ($0.name, $0.value) })
    #expect(headers["X-Jobs-Delivery"] == "01234567-89ab-8def-8123-456789abcdef")
    #expect(headers["X-Jobs-Event"] == "failed" && headers["X-Jobs-Timestamp"] == "1000")
    #expect(headers["X-Jobs-Signature"] == Signature.v1(first.body!, seconds: 1000, key: Secret("k")))
    #expect(second.headers.first { $0.name == "X-Jobs-Delivery" }?.value == headers["X-Jobs-Delivery"])
    let github = WebhookCourier.request(Sample.message(), url: "https://x.example", key: Secret("k"), style: .github, seconds: 0)
    #expect(github.headers.last == HTTPHeader("X-Hub-Signature-256", Signature.github(first.body!, key: Secret("k"))))
  }

  @Test(
    arguments: [
      (.answer(200), "delivered"), (.answer(204), "delivered"), (.answer(410, "gone"), "closed: it answered 410: gone"),
      (.answer(400, "no"), "refused: it answered 400: no"), (.answer(503), "later: it answered 503"),
      (.answer(429, "", [HTTPHeader("Retry-After", "7")]), "later after 7.0 seconds: it answered 429"),
      (.answer(404, "no /hooks/very-secret-path here"), "refused: it answered 404: no /hooks/*** here"),
      (.failure(.deadline(.seconds(10))), "unknown: no answer came: it took longer than 10.0 seconds"),
      (
        .failure(.refusedRedirect(to: "https://evil.example:443/very-secret-path")),
        "refused: it points elsewhere, to https://evil.example:443/***, which is not followed"
      ),
      (.failure(.cannotResolve(host: "desk.example")), "later: the host desk.example cannot be found"),
    ] as [(ScriptedClient.Reply, String)])
  func `ends as its answer says`(reply: ScriptedClient.Reply, words: String) async {
    let client = ScriptedClient([reply])
    let courier = WebhookCourier(url: url, key: nil, post: WebPost(client, secrets: [url]))
    #expect(await courier.send(Sample.message(), part: 0).words == words)
    let request = await client.requests[0]
    #expect(request.limits.deadline == .seconds(10) && request.limits.redirectsMax == 0)
  }

  @Test func `goes to no private address unless that was allowed`() async throws {
    let http = CurlHTTPClient(userAgent: "test")
    defer { http.shutdown() }
    for host in [
      "https://127.0.0.1:9", "https://10.1.2.3", "https://192.168.0.1", "https://169.254.169.254", "https://[::1]:9", "https://[fd00::1]",
      "https://localhost:9", "https://[::ffff:10.0.0.1]", "https://172.20.0.1", "https://100.64.0.1", "http://127.0.0.1:9/x",
    ] {
      let address = Secret(host)
      let courier = WebhookCourier(url: address, key: nil, post: WebPost(http, time: StandingTime(), allowsPrivate: false, secrets: []))
      let delivery = await courier.send(Sample.message(), part: 0)
      #expect(delivery.words.contains("private network"), "\(host): \(delivery.words)")
    }
    let allowed = WebhookCourier(
      url: Secret("http://127.0.0.1:9/x"), key: nil, post: WebPost(http, time: StandingTime(), allowsPrivate: true, secrets: []))
    #expect(await allowed.send(Sample.message(), part: 0).words.hasPrefix("later: no connection to 127.0.0.1"))
  }
}

@Suite struct `A message to a chat` {
  private let address = Secret("https://chat.example/services/T000/B000/XXXXXXXXXXXX")
  private let long = Sample.message(
    .warning, title: String(repeating: "*t*<", count: 200), lines: (0..<6000).map { "line \($0) <a> & *b* \u{1F4C9}" })

  private func object(_ request: HTTPRequest?) throws -> [String: Any] { try #require(JSONBody.object(request?.body ?? [])) }

  @Test func `of Slack has blocks within its bounds`() throws {
    let body = try object(SlackCourier.request(long, url: "https://x.example"))
    let blocks = try #require(body["blocks"] as? [[String: Any]])
    let texts = blocks.compactMap { ($0["text"] as? [String: Any])?["text"] as? String }
    try #require(blocks.count == 50 && texts.count == 50)
    #expect(texts.allSatisfy { $0.utf16.count <= 3000 })
    #expect(texts[1].contains("&lt;a&gt; &amp; *b*") && texts[49] == "… and more in the report")
    let short = String(decoding: SlackCourier.request(Sample.message(), url: "https://x.example").body!, as: UTF8.self)
    #expect(
      short
        == #"{"blocks":[{"text":{"text":"*nightly failed*\ncrypto: 3 of 12 tasks failed","type":"mrkdwn"},"type":"section"}],"text":"nightly failed"}"#
    )
  }

  @Test func `of Discord has an embed within its bounds, and calls nobody`() throws {
    let body = try object(DiscordCourier.request(long, url: "https://x.example"))
    let embed = try #require((body["embeds"] as? [[String: Any]])?.first)
    #expect((embed["title"] as? String)!.utf16.count <= 256)
    #expect((embed["description"] as? String)!.utf16.count <= 4096 && (embed["description"] as? String)!.count > 3900)
    #expect((embed["description"] as? String)!.hasPrefix("line 0 \\<a\\> & \\*b\\*"))
    #expect((embed["description"] as? String)!.hasSuffix("…"), "what is cut off is marked")
    #expect(((body["allowed_mentions"] as? [String: Any])?["parse"] as? [String]) == [])
  }

  @Test func `of ntfy goes to the root of its server, with the topic in it, and is not too long`() throws {
    let request = try #require(NtfyCourier.request(long, url: "https://ntfy.example/desk_7", token: Secret("tk_x")))
    let body = try object(request)
    #expect(request.url == "https://ntfy.example/")
    #expect(request.headers.contains(HTTPHeader("Authorization", "Bearer tk_x")))
    #expect(body["topic"] as? String == "desk_7" && body["priority"] as? Int == 4)
    #expect((body["message"] as? String)!.utf8.count <= 4096)
    for address in ["https://ntfy.example", "https://ntfy.example/", "https://ntfy.example/a b", "https://ntfy.example/x?y"] {
      #expect(NtfyCourier.request(long, url: address, token: nil) == nil)
    }
  }

  @Test(
    arguments: [
      ("slack", .answer(200, "ok"), "delivered"), ("slack", .answer(400, "invalid_blocks"), "refused: it answered 400: invalid_blocks"),
      ("slack", .answer(404, "no_service"), "closed: it answered 404: no_service"),
      ("slack", .answer(410, "channel_is_archived"), "closed: it answered 410: channel_is_archived"),
      ("slack", .answer(429, "", [HTTPHeader("Retry-After", "30")]), "later after 30.0 seconds: it answered 429"),
      ("discord", .answer(204), "delivered"),
      (
        "discord",
        .answer(429, #"{"message":"You are being rate limited.","retry_after":0.529,"global":false}"#, [HTTPHeader("Retry-After", "1")]),
        "later after 0.529 seconds: it answered 429: You are being rate limited."
      ),
      ("discord", .answer(404, #"{"code":10015,"message":"Unknown Webhook"}"#), "closed: it answered 404: Unknown Webhook"),
      (
        "discord", .answer(400, #"{"code":50006,"message":"Cannot send an empty message"}"#),
        #"refused: it answered 400: {"code":50006,"message":"Cannot send an empty message"}"#
      ),
      ("ntfy", .answer(200, #"{"id":"x"}"#), "delivered"), ("ntfy", .answer(429, "slow"), "later: it answered 429: slow"),
      ("ntfy", .answer(403, "no"), "refused: it answered 403: no"),
    ] as [(String, ScriptedClient.Reply, String)])
  func `ends as its answer says`(kind: String, reply: ScriptedClient.Reply, words: String) async {
    let post = WebPost(ScriptedClient([reply]), secrets: [address])
    let courier: any Courier =
      switch kind {
      case "slack": SlackCourier(url: address, post: post)
      case "discord": DiscordCourier(url: address, post: post)
      default: NtfyCourier(url: Secret("https://ntfy.example/topic"), token: nil, post: post)
      }
    #expect(await courier.send(Sample.message(), part: 0).words == words)
  }
}

@Suite struct `What could not be sent` {
  @Test func `is tried again later and later, and given up in the end; what the other side asks for wins`() {
    #expect(
      (1...6).map { ResendPolicy.wait(afterAttempt: $0, asked: nil) } == [
        .seconds(10), .seconds(60), .seconds(600), .seconds(3600), .seconds(3600), .seconds(3600),
      ])
    #expect(ResendPolicy.wait(afterAttempt: 1, asked: .milliseconds(529)) == .milliseconds(529))
    #expect(ResendPolicy.wait(afterAttempt: 12, asked: .seconds(1)) == nil)
    // One that asks for a moment again and again does not use up all attempts within seconds.
    #expect(
      (3...7).map { ResendPolicy.wait(afterAttempt: $0, asked: .milliseconds(300)) } == [
        .milliseconds(300), .seconds(10), .seconds(60), .seconds(600), .seconds(3600),
      ])
    #expect(ResendPolicy.wait(afterAttempt: 5, asked: .days(1)) == .days(1))
  }
}
