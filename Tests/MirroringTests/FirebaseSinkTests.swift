import Foundation
import Scheduling
import Testing
import Transport

@testable import Mirroring

@Suite struct `The Realtime Database` {
  private let time = HastyTime()
  private let address = FirebaseAddress("https://db.europe-west1.firebasedatabase.app")!

  private func sink(_ http: ScriptedHTTP, latest: Instant? = nil) -> FirebaseSink {
    var sink = FirebaseSink(address, sender: PatientSender(http: http, time: time, authorization: .owner) { 0.5 })
    sink.latest = latest
    return sink
  }

  private func changes(_ paths: String...) throws -> [RealtimeChange] {
    paths.map { RealtimeChange(path: RealtimePath(escaped: $0)!, value: "{\"close\":\"1.10\"}") }
  }

  @Test func `is told changed paths by one silent PATCH of the root`() async throws {
    let http = ScriptedHTTP([(204, "")])
    try await sink(http).apply(
      try changes("quotes/a/BRK%2EB/1d", "quotes/a/700/1d") + [RealtimeChange(path: RealtimePath("signals"), value: nil)])
    let request = try #require(http.asked.first)
    #expect(http.asked.count == 1 && request.method == "PATCH")
    #expect(request.url == "https://db.europe-west1.firebasedatabase.app/.json?print=silent")
    #expect(
      String(decoding: request.body!, as: UTF8.self)
        == "{\"quotes/a/BRK%2EB/1d\":{\"close\":\"1.10\"},\"quotes/a/%3700/1d\":{\"close\":\"1.10\"},\"signals\":null}")
    #expect(request.headers.contains(HTTPHeader("Authorization", "Bearer owner")))
  }

  @Test func `of an emulator is named in the query, and keys are encoded once more in a URL`() {
    let emulator = FirebaseAddress("http://127.0.0.1:9000?ns=my-db")!
    #expect(
      emulator.url(["a b", "BRK.B"], query: [("print", "silent")]) == "http://127.0.0.1:9000/a%20b/BRK%252EB.json?ns=my-db&print=silent")
    #expect(address.emulated(at: "localhost:9000")?.shown == "http://localhost:9000?ns=db")
    #expect(FirebaseAddress("http://db.example") == nil && FirebaseAddress("https://db.example/a") == nil)
  }

  @Test(
    arguments: [
      (401, "{\"error\":\"Permission denied\"}", MirrorFailure.Kind.denied, "do not let us write it"),
      (401, "{\"error\":\"Unauthorized request.\"}", .credentials, "Bearer owner"),
      (402, "{\"error\":\"over quota\"}", .permanent, "plan is used up"), (403, "{\"error\":\"disabled\"}", .permanent, "disabled"),
      (
        404,
        "{\"error\":\"Database lives in a different region. Please change your database URL to https://db.asia-southeast1.firebasedatabase.app\"}",
        .permanent, "set `database: https://db.asia-southeast1.firebasedatabase.app`"
      ),
      (404, "{\"error\":\"not found\"}", .permanent, "there is no such database"), (423, "", .permanent, "locked"),
      (200, "<html>hello</html>", .permanent, "a web page came"),
      (400, "{\"error\":\"Invalid data\"}", .refused, "answered 400, Invalid data"),
    ] as [(Int, String, MirrorFailure.Kind, String)])
  func `that refuses is explained, and not asked again`(status: Int, body: String, kind: MirrorFailure.Kind, words: String) async throws {
    let http = ScriptedHTTP([(status, body)])
    let paths = try changes("quotes/a")
    await #expect { try await sink(http).apply(paths) } throws: {
      ($0 as? MirrorFailure)?.kind == kind && "\($0)".contains(words) && "\($0)".contains("firebase https://db.europe-west1")
    }
    #expect(http.asked.count == 1)
  }

  @Test func `that is busy is asked again, with jitter and as it asks`() async throws {
    let http = ScriptedHTTP([
      { _ in .success(HTTPResponse(status: 503, body: [])) }, { _ in .failure(.truncated(reason: "cut")) },
      { _ in .success(HTTPResponse(status: 429, headers: [HTTPHeader("Retry-After", "7")], body: [])) },
      { _ in .success(HTTPResponse(status: 204, body: [])) },
    ])
    try await sink(http).apply(try changes("quotes/a"))
    #expect(time.sleeps == [.milliseconds(250), .milliseconds(500), .seconds(7)])
    #expect(Set(http.asked.map { String(decoding: $0.body!, as: UTF8.self) }).count == 1)
  }

  @Test func `that asks to wait longer than the step has is left for another run`() async throws {
    let http = ScriptedHTTP([{ _ in .success(HTTPResponse(status: 429, headers: [HTTPHeader("Retry-After", "600")], body: [])) }])
    let (paths, end) = (try changes("quotes/a"), time.now() + .minutes(10))
    await #expect { try await sink(http, latest: time.now() + .minutes(5)).apply(paths) } throws: {
      ($0 as? MirrorFailure)?.kind == .deferred(until: end)
    }
    #expect(time.sleeps.isEmpty)
  }

  @Test func `that is never well is given up after a bounded number of attempts`() async throws {
    let http = ScriptedHTTP([(500, "oops")])
    let paths = try changes("quotes/a")
    await #expect { try await sink(http).apply(paths) } throws: {
      ($0 as? MirrorFailure)?.kind == .transient && "\($0)".contains("500: oops (8 attempts)")
    }
    #expect(http.asked.count == PatientSender.attemptsMax)
  }

  @Test func `is asked once more with a new token when it calls the old one expired`() async throws {
    let tokens = ScriptedHTTP([(200, "{\"access_token\":\"first-token\"}"), (200, "{\"access_token\":\"other-token\"}")])
    let http = ScriptedHTTP([(401, "{\"error\":\"Auth token is expired\"}"), (204, ""), (401, "{\"error\":\"Auth token is expired\"}")])
    let source = TokenSource(try ServiceAccount(TestKey.file()), scopes: FirebaseSink.scopes, http: tokens, time: time)
    let sink = FirebaseSink(address, sender: PatientSender(http: http, time: time, authorization: .account(source)))
    try await sink.apply(try changes("quotes/a"))
    let sent = http.asked.map { $0.headers.last!.value }
    #expect(sent == ["Bearer first-token", "Bearer other-token"] && time.sleeps.isEmpty)
    // A second refusal of the same request is the last word.
    let paths = try changes("quotes/a")
    await #expect { try await sink.apply(paths) } throws: { ($0 as? MirrorFailure)?.kind == .credentials && !"\($0)".contains("-token") }
  }

  @Test func `finds the path that its rules deny`() async throws {
    let http = ScriptedHTTP([
      { request in
        let body = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
        if request.method == "GET" { return .success(HTTPResponse(status: 200, body: Array("{\"close\":\"1\"}".utf8))) }
        let isDenied = body.contains("secret/place")
        return .success(
          HTTPResponse(status: isDenied ? 401 : 204, body: Array(isDenied ? "{\"error\":\"Permission denied\"}".utf8 : "".utf8)))
      }
    ])
    let paths = try changes("quotes/a", "quotes/b", "secret/place", "quotes/c", "quotes/d")
    await #expect { try await sink(http).apply(paths) } throws: {
      "\($0)".contains("firebase https://db.europe-west1.firebasedatabase.app: secret/place: it answered 401, Permission denied")
        && "\($0)".contains("a `.validate` refuses the value")
    }
    // All others are there, each once, and nothing was written that is not ours.
    let written = http.asked.map { String(decoding: $0.body!, as: UTF8.self) }.filter { !$0.contains("secret") }
    for path in ["quotes/a", "quotes/b", "quotes/c", "quotes/d"] { #expect(written.filter { $0.contains(path) }.count == 1) }
    #expect(http.asked.count == 5 && http.asked.allSatisfy { $0.method == "PATCH" })
  }

  @Test func `whose rules deny everything is not asked to take each of many by itself`() async throws {
    let http = ScriptedHTTP([(401, "{\"error\":\"Permission denied\"}")])
    let paths = try changes("quotes/a", "quotes/b", "quotes/c")
    await #expect { try await sink(http).apply(paths) } throws: { ($0 as? MirrorFailure)?.kind == .denied }
    let many = (0..<400).map { RealtimeChange(path: RealtimePath("quotes", "s\($0)"), value: "1") }
    let before = http.asked.count
    await #expect(throws: MirrorFailure.self) { try await sink(http).apply(many) }
    #expect(http.asked.count - before < 120)
  }

  @Test func `is read some children at a time when all of them are too much`() async throws {
    let keys = (0..<1200).map { "u\($0)" } + ["700", "9"]
    let shallow = "{" + keys.map { "\"\($0)\":true" }.joined(separator: ",") + "}"
    let http = ScriptedHTTP([
      { request in
        let url = request.url.removingPercentEncoding!
        if url.contains("shallow=true") { return .success(HTTPResponse(status: 200, body: Array(shallow.utf8))) }
        guard let range = url.firstMatch(of: /startAt="(.*?)"&endAt="(.*?)"/) else { return .failure(.tooLarge(bytesMax: 16 << 20)) }
        let found = keys.filter { key in
          String(range.1) == key || (Int(key) == nil && key.utf8.elementsEqual(range.2.utf8))
            || (Int(key) == nil && range.1.utf8.lexicographicallyPrecedes(key.utf8) && key.utf8.lexicographicallyPrecedes(range.2.utf8))
        }
        let body = "{" + found.map { "\"\($0)\":{\"watchlist\":{\"s0\":\"\($0)\"}}" }.joined(separator: ",") + "}"
        return .success(HTTPResponse(status: 200, body: Array(body.utf8)))
      }
    ])
    let users = try await sink(http).value(at: ["users"])
    #expect(users.children.count == 1202 && keys.allSatisfy { users[[$0, "watchlist", "s0"]] == .string($0) })
    #expect(http.asked.count == 2 + 2 + 3, "the whole, the keys, two numbers, and 1,200 others by 500")
  }

  @Test func `deletes a tree child by child when it is too large for one step`() async throws {
    let http = ScriptedHTTP([
      { request in
        if request.method == "GET" { return .success(HTTPResponse(status: 200, body: Array("{\"BRK%2EB\":true,\"x\":true}".utf8))) }
        let body = String(decoding: request.body!, as: UTF8.self)
        let isTooLarge = body == "{\"old\":null}"
        let text = "{\"error\":\"Data to write exceeds the maximum size that can be modified with a single request.\"}"
        return .success(HTTPResponse(status: isTooLarge ? 400 : 204, body: isTooLarge ? Array(text.utf8) : []))
      }
    ])
    try await sink(http).apply([RealtimeChange(path: RealtimePath("old"), value: nil)])
    #expect(http.asked.map(\.method) == ["PATCH", "GET", "PATCH"])
    #expect(String(decoding: http.asked[2].body!, as: UTF8.self) == "{\"old/BRK%2EB\":null,\"old/x\":null}")
  }

  @Test func `keeps a pointer that was changed meanwhile`() async throws {
    let other = MirrorPointer(copy: .root, night: time.now(), sequence: 9, writer: "other")
    let http = ScriptedHTTP([
      { request in
        let isMatched = request.headers.contains(HTTPHeader("if-match", "v2"))
        let body = isMatched ? String(decoding: request.body!, as: UTF8.self) : other.value.json
        return .success(
          HTTPResponse(status: isMatched ? 200 : 412, headers: [HTTPHeader("ETag", isMatched ? "v3" : "v2")], body: Array(body.utf8)))
      }
    ])
    let mine = MirrorPointer(copy: .copy, night: time.now(), sequence: 10, writer: "me")
    let seen = try await sink(http).point(to: mine, replacing: SeenPointer(pointer: nil, version: "v1"))
    #expect(seen.pointer == other)
    #expect(try await sink(http).point(to: mine, replacing: seen).pointer == mine)
  }
}
