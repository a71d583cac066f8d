import Foundation
import Scheduling
import Testing

@testable import Transport

@Suite struct `A ping` {
  private let address = Secret("https://hc.example/0f0e8f5c-secret")
  private static let run = "6f1c0d1e-0000-8000-8000-000000000000"

  @Test(
    arguments: [
      ("https://hc.example/abc", .start, "https://hc.example/abc/start?rid=R"),
      ("https://hc.example/abc/", .ended(0), "https://hc.example/abc?rid=R"),
      ("https://hc.example/abc", .ended(3), "https://hc.example/abc/3?rid=R"),
      ("https://hc.example/abc?create=1", .ended(143), "https://hc.example/abc/143?create=1&rid=R"),
    ] as [(String, HealthPing.Signal, String)])
  func `goes to the path of its signal, with the run`(address: String, signal: HealthPing.Signal, url: String) {
    #expect(HealthPing.url(address, signal, run: "R") == url)
  }

  @Test func `carries the end of the log, without what is secret`() async throws {
    let http = ScriptedClient([.answer(200)])
    let ping = HealthPing(
      address: address, run: Self.run, http: http, time: JumpingTime(), secrets: [Secret("PROVIDERKEY")])
    let log = String(repeating: "é line\n", count: 3000) + "key PROVIDERKEY at https://hc.example/0f0e8f5c-secret, path /0f0e8f5c-secret\n"
    #expect(await ping.send(.ended(3), log: log) == nil)
    let request = try #require(await http.requests.first)
    #expect(request.url == "https://hc.example/0f0e8f5c-secret/3?rid=\(Self.run)")
    let body = String(decoding: try #require(request.body), as: UTF8.self)
    #expect(body.utf8.count <= 10_000 && body.utf8.count > 9_990)
    #expect(body.hasSuffix("key *** at ***, path /***\n"), "\(body.suffix(60))")
    #expect(!body.contains("\u{FFFD}"), "no character is cut")
  }

  @Test func `is tried again when the switch is busy or the network fails, a few times and no longer`() async throws {
    let time = JumpingTime()
    let http = ScriptedClient([.answer(503), .failure(.cannotConnect(host: "hc.example", reason: "refused")), .answer(200)])
    let ping = HealthPing(address: address, run: Self.run, http: http, time: time)
    #expect(await ping.send(.start) == nil)
    #expect(await http.requests.count == 3)
    let dead = ScriptedClient(Array(repeating: .answer(500), count: 9))
    #expect(await HealthPing(address: address, run: Self.run, http: dead, time: time).send(.start) == "it answered 500 (4 attempts)")
    #expect(await dead.requests.count == 4)
  }

  @Test func `is not repeated when the switch knows better, and its address stays out of the reason`() async throws {
    let gone = ScriptedClient([.answer(404)])
    #expect(await HealthPing(address: address, run: Self.run, http: gone, time: JumpingTime()).send(.ended(0)) == "it answered 404")
    #expect(await gone.requests.count == 1)
    let elsewhere = ScriptedClient([.failure(.refusedRedirect(to: "https://evil.example:443/0f0e8f5c-secret"))])
    let reason = await HealthPing(address: address, run: Self.run, http: elsewhere, time: JumpingTime()).send(.ended(0))
    #expect(reason?.contains("secret") == false, "\(reason ?? "")")
  }

  @Test(arguments: [
    "http://hc.example/x", "ftp://hc.example/x", "hc.example", "https://user:pw@hc.example/x", "https://hc.example/x#y", "a b", "",
    "http://169.254.169.254/latest", "http://10.0.0.1/x", "redis://127.0.0.1/x",
  ])
  func `goes to no address that is not safe`(text: String) async {
    let http = ScriptedClient([.answer(200)])
    let reason = await HealthPing(address: Secret(text), run: Self.run, http: http, time: JumpingTime()).send(.start)
    #expect(reason != nil && (text.isEmpty || !reason!.contains(text)), "\(reason ?? "")")
    #expect(await http.requests.isEmpty)
  }

  @Test func `may go to the loopback in plain text`() {
    #expect(HealthPing.refusal(of: Secret("http://127.0.0.1:8000/ping/x")) == nil)
  }
}

/// Answers as told, in turn.
private actor ScriptedClient: HTTPClient {
  enum Reply: Sendable {
    case answer(Int)
    case failure(TransportError)
  }

  private(set) var requests: [HTTPRequest] = []
  private var replies: [Reply]

  init(_ replies: [Reply]) { self.replies = replies }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    requests.append(request)
    switch replies.removeFirst() {
    case .answer(let status): return HTTPResponse(status: status, body: [])
    case .failure(let error): throw error
    }
  }
}

/// Time that has come as soon as somebody waits for it.
private final class JumpingTime: TimeSource, @unchecked Sendable {
  private let lock = NSLock()
  private var instant = Instant(milliseconds: 0)

  func now() -> Instant { lock.withLock { instant } }
  func sleep(until end: Instant) async throws { lock.withLock { instant = max(instant, end) } }
}
