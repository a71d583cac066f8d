import Foundation
import Mirroring
import Testing
import Transport

@Suite struct `A web page at the realtime server` {
  private let page = "Origin: http://localhost:3000"

  @Test func `of this machine may ask for everything, and read the tag`() async throws {
    let served = try Served()
    let asked = try await served.ask(
      "OPTIONS", "/a.json", [page, "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: authorization,if-match"])
    #expect(asked.status == 204 && asked.headers["access-control-allow-origin"] == "http://localhost:3000")
    #expect(asked.headers["access-control-allow-methods"]?.contains("PATCH") == true)
    for name in ["authorization", "content-type", "if-match", "x-firebase-etag", "x-http-method-override"] {
      #expect(asked.headers["access-control-allow-headers"]?.contains(name) == true, "\(name)")
    }
    #expect(asked.headers["access-control-allow-credentials"] == nil)
    for (method, target, body) in [("PUT", "/a.json", "1"), ("GET", "/a.json", nil), ("GET", "/a", nil)] as [(String, String, String?)] {
      let answer = try await served.ask(method, target, [page, "X-Firebase-ETag: true"], body: body)
      #expect(answer.headers["access-control-allow-origin"] == "http://localhost:3000", "\(answer)")
      #expect(answer.headers["access-control-expose-headers"] == "ETag" && answer.headers["vary"] == "Origin")
    }
    let stream = try served.connect()
    await stream.request("GET", "/a.json", [page, "Accept: text/event-stream"])
    #expect(await stream.head()?.headers["access-control-allow-origin"] == "http://localhost:3000")
    await served.server.stop()
  }

  @Test func `of elsewhere may when its place is named, and is told nothing otherwise`() async throws {
    let served = try Served { $0.origins = ["https://desk.example"] }
    for (origin, status) in [
      ("https://desk.example", 200), ("https://DESK.example", 200), ("http://desk.example", 403),
      ("https://desk.example.evil.example", 403),
      ("https://evil.example", 403), ("null", 403), ("https://localhost.evil.example", 403), ("http://127.0.0.1:8000", 200),
      ("localhost", 403),
    ] {
      let answer = try await served.ask("GET", "/a.json", ["Origin: \(origin)"])
      #expect(answer.status == status, "\(origin)")
      #expect((answer.headers["access-control-allow-origin"] == origin) == (status == 200), "\(origin)")
      let asked = try await served.ask("OPTIONS", "/a.json", ["Origin: \(origin)", "Access-Control-Request-Private-Network: true"])
      #expect(
        asked.status == (status == 200 ? 204 : 403) && (asked.headers["access-control-allow-private-network"] == "true") == (status == 200))
    }
    // A proxy may pass on the name by which it is known.
    let wire = try served.connect()
    await wire.send("GET /a.json HTTP/1.1\r\nHost: desk.example\r\n\r\n")
    #expect(await wire.answer()?.status == 200)
    await served.server.stop()
  }

  @Test func `may come from everywhere with a star, and from the same place on a network`() async throws {
    let all = try Served { $0.origins = ["*"] }
    #expect(
      try await all.ask("GET", "/a.json", ["Origin: https://any.example"]).headers["access-control-allow-origin"] == "https://any.example")
    await all.server.stop()
    let open = try Served { $0.host = "0.0.0.0" }
    for (host, status) in [("https://desk.example", 200), ("https://evil.example", 403)] {
      let wire = try open.connect()
      await wire.send("GET /a.json HTTP/1.1\r\nHost: desk.example\r\nOrigin: \(host)\r\n\r\n")
      #expect(await wire.answer()?.status == status)
    }
    await open.server.stop()
  }
}

@Suite struct `What the realtime server writes down` {
  private let owner = ["Authorization: Bearer owner"]

  @Test func `is who changed rules and users' places, with digests and no values`() async throws {
    let served = try Served()
    let rules = #"{"rules":{".read":true}}"#
    _ = try await served.ask("PUT", "/.settings/rules.json", owner, body: rules)
    _ = try await served.ask("PUT", "/quotes/a.json", owner, body: "1")
    _ = try await served.ask("PUT", "/users/ann/profile.json", owner, body: #"{"name":"s3cret"}"#)
    _ = try await served.ask("PATCH", "/.json", owner, body: #"{"users/ann/profile":null,"users/bob":1,"x":1}"#)
    _ = try await served.ask("PUT", "/users/bob.json", owner, body: #"{"a.b":1}"#)
    _ = try await served.ask("DELETE", "/.json", owner)
    let deeds = await served.tree.deeds()
    #expect(deeds.map(\.kind) == [.rulesChanged, .usersWritten, .usersWritten, .usersWritten])
    #expect(deeds.map(\.object) == ["the embedded realtime database", "/users/ann/profile", "/users/ann/profile, /users/bob", "/users"])
    #expect(deeds.allSatisfy { $0.who == "the admin" } && !"\(deeds)".contains("s3cret") && !"\(deeds)".contains("owner"))
    #expect(deeds[0].before == nil && deeds[0].after?.count == 64)
    #expect(deeds[1].before == nil && deeds[1].after == deeds[2].before && deeds[3].after == nil)
    await served.server.stop()
  }

  @Test func `is that tokens were refused, once a minute, with the number`() async throws {
    let served = try Served(door: .token(Secret("s3cret")))
    for number in 0..<5 { _ = try await served.ask("GET", "/a.json", ["Authorization: Bearer wrong\(number)"]) }
    served.clock.advance(seconds: 61)
    for _ in 0..<3 { _ = try await served.ask("GET", "/a.json?auth=wrong") }
    while await served.tree.deeds().count < 2 { await Task.yield() }
    await served.server.stop()
    let deeds = await served.tree.deeds()
    #expect(deeds.allSatisfy { $0.kind == .signInsRefused } && !"\(deeds)".contains("wrong"))
    #expect(deeds.compactMap { $0.note.flatMap { Int($0.prefix { $0 != ":" }) } } == [1, 5, 2])
  }

  @Test func `is which rule refused, for the desk and never for the client`() async throws {
    let lines = Locked<[String]>([])
    let served = try Served(rules: #"{"rules":{"quotes":{".read":"auth != null",".write":"auth.uid === 'desk'"}}}"#) {
      $0.denied = { line in lines.append(line) }
    }
    let answer = try await served.ask("PUT", "/quotes/AAPL.json?auth_variable_override=%7B%22uid%22:%22ann%22%7D", owner, body: "1")
    #expect(answer.status == 401 && answer.body == "{\n  \"error\" : \"Permission denied\"\n}\n")
    #expect(
      lines.all == [
        "denied: PUT /quotes/AAPL by the admin as user ann: nothing grants .write at /quotes/AAPL; the last rule asked is that of /quotes: "
          + "auth.uid === 'desk'"
      ])
    // A flood is one line a second.
    for _ in 0..<5 { _ = try await served.ask("GET", "/quotes.json") }
    served.clock.advance(seconds: 2)
    _ = try await served.ask("GET", "/quotes.json", ["Accept: text/event-stream"])
    #expect(
      lines.all.count == 2 && lines.all[1].hasPrefix("denied: listening to /quotes by nobody: ")
        && lines.all[1].hasSuffix("(and 5 more since the last such line)"))
    await served.server.stop()
  }
}

/// Lines from several threads.
private final class Locked<Value: Sendable>: Sendable where Value: RangeReplaceableCollection, Value.Element: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var value: Value

  init(_ value: Value) { self.value = value }

  var all: Value { lock.withLock { value } }
  func append(_ element: Value.Element) { lock.withLock { value.append(element) } }
}
