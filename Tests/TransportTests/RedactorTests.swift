import Testing
import Transport

@Suite struct `A redactor` {
  @Test(arguments: [
    ("the key ca/na ry+1 is wrong", "the key *** is wrong"),
    ("?q=ca%2Fna%20ry%2B1&x=1", "?q=***&x=1"), ("?q=ca%2fna+ry%2b1", "?q=***"), (#"{"key": "ca\/na ry+1"}"#, #"{"key": "***"}"#),
    ("ca/na ry+ca/na ry+1", "ca/na ry+***"), ("ca/na ry+", "ca/na ry+"), ("ca%2", "ca%2"),
    ("longer: ca/na ry+1-more.", "longer: ***."),
  ])
  func `hides its secrets however they are written`(text: String, expected: String) {
    #expect(Redactor([Secret("ca/na ry+1"), Secret("ca/na ry+1-more"), Secret("")]).redacted(text) == expected)
  }

  @Test(arguments: [
    ("https://a.b/q?function=X&apikey=abc&x=1", "https://a.b/q?function=X&apikey=***&x=1"),
    ("q?APIKEY=abc#top", "q?APIKEY=***#top"), ("key=1;token=2 auth=3", "key=***;token=*** auth=***"),
    ("?access_token=a.b-c%3D", "?access_token=***"), ("?signature=f00\"", "?signature=***\""),
    ("monkey=3&sortkey=4&my_token=5&éauth=6", "monkey=3&sortkey=4&my_token=5&éauth=6"), ("key=", "key="), ("apikey=***", "apikey=***"),
    ("https://api.telegram.org/bot123456:AB-c_d/sendMessage", "https://api.telegram.org/bot***/sendMessage"),
    ("/bot123456%3AABC/x", "/bot***/x"), ("/bottom/1:2", "/bottom/1:2"), ("/bot12/x", "/bot12/x"),
    ("https://hooks.slack.com/services/T000/B000/XXXX ok", "https://hooks.slack.com/services/*** ok"),
    ("https://discord.com/api/webhooks/123/abc-DEF?wait=1", "https://discord.com/api/webhooks/***?wait=1"),
    ("Authorization: Bearer eyJhbGciOi.x-y_z=", "Authorization: Bearer ***"), ("a bearer of news", "a bearer of news"),
  ])
  func `hides what has the shape of a secret, and only its value`(text: String, expected: String) {
    #expect(Redactor().redacted(text) == expected)
  }

  @Test func `keeps a body that has nothing to hide, and looks for no shapes in what is not text`() {
    let redactor = Redactor([Secret("canary")])
    let archive: [UInt8] = [0xff, 0xfe] + Array(" key=value ".utf8)
    #expect(redactor.redacted(Array("plain".utf8)) == nil)
    #expect(redactor.redacted(archive) == nil)
    #expect(redactor.redacted([0xff] + Array("a canary".utf8)) == [0xff] + Array("a ***".utf8))
    #expect(redactor.redacted(Array("?key=v".utf8)) == Array("?key=***".utf8))
  }

  @Test func `leaves no request with a URL that tells`() {
    let request = HTTPRequest(url: "https://a.b/bot1:xyz/c?apikey=abc&q=canary", secretQuery: [("key", Secret("canary"))])
    #expect(request.redactedURL == "https://a.b/bot***/c?apikey=***&q=***")
  }

  @Test(arguments: [
    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.9/c%61nary-secret?apikey=canary-secret\r\nContent-Length: 0\r\n\r\n",
    "canary-secret is not HTTP", "HTTP/1.1 200 OK\r\nContent-Encoding: canary-secret\r\nContent-Length: 1\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nContent-Length: canary-secret\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: canary-secret\r\n\r\n",
    "HTTP/1.1 canary-secret\r\n\r\n", "",
  ])
  func `stands before every error text of the client`(echo: String) async throws {
    let server = try FaultServer(answer: echo)
    defer { server.stop() }
    let request = HTTPRequest(url: server.url + "/?token=canary-secret", secretQuery: [("apikey", Secret("canary-secret"))])
    let error = try #require(await transportError { try await client().send(request) })
    #expect(!"\(error)".lowercased().contains("nary-secret"))
    #expect(!String(reflecting: error).lowercased().contains("nary-secret"))
  }

  @Test(arguments: ["http://canary.example/", "https://canary.localhost:1/x?key=canary", "ht!tp://canary", "http://canary@127.0.0.1/"])
  func `hides a secret of the client's own, also in a URL that was refused`(url: String) async throws {
    let error = try #require(await transportError { try await client(Redactor([Secret("canary")])).send(HTTPRequest(url: url)) })
    #expect(!"\(error)".contains("canary"))
  }
}
