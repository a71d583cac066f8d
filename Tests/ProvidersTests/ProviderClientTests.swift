import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

private let date = instant("2026-01-15T07:00:00Z")
private let request = ProviderRequest(path: "/p", query: [("b", "2"), ("a", "x y&é")], weight: 3, subject: "BTCUSDT 1h")

private func ask(_ desk: Desk, isOffline: Bool = false, latest: Instant? = nil, key: Secret? = nil) async throws -> Answered<String> {
  let settings = try ProviderSettings(
    name: "test", baseURL: "http://127.0.0.1:1", key: key.map { .init(parameter: "apikey", secret: $0) }, usageHeader: "X-Used")
  return try await desk.client(settings, isOffline: isOffline).ask(request, logicalDate: date, latest: latest) {
    (answer, _) throws(Refusal) in
    let text = String(decoding: answer.body, as: UTF8.self)
    if text.hasPrefix("unknown") { throw Refusal(.unknownSymbol, "answered \(text)") }
    if text.hasPrefix("odd") { throw Refusal(.unexpectedShape, "answered \(text)") }
    return Reading(value: text, isEmpty: text.isEmpty)
  }
}

private func refused(_ desk: Desk, isOffline: Bool = false, latest: Instant? = nil, key: Secret? = nil) async throws -> ProviderFailure? {
  try await failure(of: { _ = try await ask(desk, isOffline: isOffline, latest: latest, key: key) })
}

@Suite struct `A request` {
  @Test func `is reserved, sent, settled with the server's count, landed and judged`() async throws {
    let desk = Desk(TestHTTP(headers: [HTTPHeader("x-used", "41")], Array("data".utf8)))
    let answered = try await ask(desk)
    #expect(answered.value == "data")
    #expect(answered.responseHash == "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7")
    #expect(await desk.limiter.log == ["reserved 3", "settled 41"])
    #expect(await desk.http.urls == ["http://127.0.0.1:1/p?a=x%20y%26%C3%A9&b=2"])
    #expect(await desk.archive.entries.map(\.answer) == [.ok])
    #expect(await desk.archive.entries.map(\.landed.hash) == [answered.responseHash])
  }

  @Test func `that was answered is not sent again for the same logical date`() async throws {
    let desk = Desk(TestHTTP(Array("data".utf8)))
    let first = try await ask(desk)
    let second = try await ask(desk, isOffline: true)
    #expect(first.responseHash == second.responseHash)
    #expect(second.value == "data")
    #expect(await desk.http.urls.count == 1)
  }

  @Test func `that found an unknown symbol is not sent again either`() async throws {
    let desk = Desk(TestHTTP(status: 400, Array("unknown".utf8)))
    let first = try await refused(desk)
    let second = try await refused(desk)
    #expect(first?.answer == .unknownSymbol)
    #expect(second == first)
    #expect(await desk.http.urls.count == 1)
  }

  @Test func `whose answer cannot be read lands, and is sent again`() async throws {
    let desk = Desk(TestHTTP(Array("odd".utf8)))
    #expect(try await refused(desk)?.answer == .unexpectedShape)
    #expect(try await refused(desk)?.isTransient == false)
    #expect(await desk.archive.entries.map(\.answer) == [.unexpectedShape, .unexpectedShape])
    #expect(await desk.http.urls.count == 2)
  }

  @Test func `is not sent offline`() async throws {
    let desk = Desk(TestHTTP(Array("data".utf8)))
    let failure = try #require(try await refused(desk, isOffline: true))
    #expect(failure.answer == .offline)
    #expect(
      failure.message == "test BTCUSDT 1h: not asked because this run is offline, and the archive has no answer for its logical date;"
        + " run without --offline to fetch it.")
    #expect(await desk.limiter.log == [])
  }

  @Test func `without the key that it needs is not sent`() async throws {
    let desk = Desk(TestHTTP(Array("{}".utf8)))
    let failure = try await failure(of: {
      _ = try await pages(desk.alphaVantage(key: nil), "IBM", .day1, from: "2026-01-01", until: "2026-01-15")
    })
    #expect(failure?.answer == .auth)
    #expect(failure?.message == "alphavantage IBM 1d: not asked because no key is set; set one with `jobs secrets set`.")
    #expect(await desk.http.urls == [])
  }

  @Test(arguments: [
    (TransportError.deadline(.seconds(60)), true), (.truncated(reason: "SECRETKEY1234567"), true), (.tooLarge(bytesMax: 5), false),
  ])
  func `that gets no answer is settled all the same`(error: TransportError, isTransient: Bool) async throws {
    let desk = Desk(TestHTTP { _, _ in .failure(error) })
    let failure = try #require(try await refused(desk, key: Secret("SECRETKEY1234567")))
    #expect(failure.answer == .transport)
    #expect(failure.isTransient == isTransient)
    #expect(!failure.message.contains("SECRETKEY"))
    #expect(await desk.limiter.log == ["reserved 3", "settled -"])
  }

  @Test func `that is cancelled is settled and stays cancelled`() async throws {
    let desk = Desk(TestHTTP { _, _ in .failure(.cancelled) })
    await #expect(throws: CancellationError.self) { try await ask(desk) }
    #expect(await desk.limiter.log == ["reserved 3", "settled -"])
  }

  @Test func `for which the limiter has no time fails with the moment when it may go`() async throws {
    let desk = Desk(TestHTTP(Array("data".utf8)))
    await desk.limiter.pause("test", until: instant("2026-01-15T08:00:00Z"), reason: "ban")
    let failure = try #require(try await refused(desk, latest: instant("2026-01-15T07:30:00Z")))
    #expect(failure.answer == .limited)
    #expect(failure.availableAt?.iso8601 == "2026-01-15T08:00:00Z")
    #expect(await desk.http.urls == [])
  }

  @Test(arguments: ["not a number", "-5", ""])
  func `ignores a count of the server that is nonsense`(header: String) async throws {
    let desk = Desk(TestHTTP(headers: [HTTPHeader("X-Used", header)], Array("data".utf8)))
    _ = try await ask(desk)
    #expect(await desk.limiter.log == ["reserved 3", "settled -"])
  }

  @Test func `keeps its key out of the URL, the archive and every message`() async throws {
    let key = Secret("SECRETKEY1234567")
    let desk = Desk(TestHTTP(status: 400, Array("unknown: your key as SECRETKEY1234567 is SECRETKEY1234567".utf8)))
    let failure = try #require(try await refused(desk, key: key))
    #expect(failure.message.contains("your key as [redacted] is [redacted]"))
    let kept = try #require(await desk.archive.entries.first)
    #expect(!String(decoding: kept.body, as: UTF8.self).contains("SECRETKEY"))
    let sent = try #require(await desk.http.requests.first)
    #expect(!sent.url.contains("SECRETKEY"))
    #expect(sent.secretQuery.map(\.name) == ["apikey"])
  }
}

/// Status, Retry-After, body; the class, and until when the provider is left alone.
private typealias StatusCase = (Int, String?, String, AnswerClass, String?)

@Suite struct `A status` {
  @Test(
    arguments: [
      (429, nil, "", .limited, "2026-01-15T07:01:00Z"),
      (429, "12", "", .limited, "2026-01-15T07:00:42Z"),
      (429, "0", "", .limited, "2026-01-15T07:01:00Z"),
      (429, "-5", "", .limited, "2026-01-15T07:01:00Z"),
      (429, "Thu, 15 Jan 2026 07:05:00 GMT", "", .limited, "2026-01-15T07:05:00Z"),
      (429, "Thu, 15 Jan 2015 07:05:00 GMT", "", .limited, "2026-01-15T07:01:00Z"),
      (429, "99999999999999999999", "", .limited, "2026-01-18T07:00:30Z"),
      (418, "120", "", .banned, "2026-01-15T07:02:30Z"),
      (418, nil, "{\"code\":-1003,\"msg\":\"Way too much; IP banned until 1768461000000. Please\"}", .banned, "2026-01-15T07:10:00Z"),
      (418, nil, "IP banned until 1660090423228.", .banned, "2026-01-15T07:02:30Z"),
      (418, nil, "", .banned, "2026-01-15T07:02:30Z"),
      (451, nil, "{\"code\":0}", .geo, nil), (403, nil, "<html>", .waf, nil), (401, nil, "", .auth, nil),
      (500, nil, "<html>", .server, nil), (503, "30", "", .server, "2026-01-15T07:01:00Z"), (408, nil, "", .server, nil),
      (302, nil, "", .unexpectedShape, nil),
    ] as [StatusCase])
  func `says what it means and how long the provider is left alone`(
    status: Int, retryAfter: String?, body: String, answer: AnswerClass, until: String?
  ) async throws {
    let headers = retryAfter.map { [HTTPHeader("retry-after", $0)] } ?? []
    let desk = Desk(TestHTTP(status: status, headers: headers, Array(body.utf8)))
    let failure = try #require(try await refused(desk, latest: instant("2026-01-15T07:00:31Z")))
    #expect(failure.answer == answer)
    #expect(failure.availableAt?.iso8601 == until)
    let pauses = await desk.limiter.log.filter { $0.hasPrefix("paused") }
    #expect(pauses.allSatisfy { $0.contains(until ?? "never") })
    #expect(pauses.isEmpty == (until == nil))
    #expect(await desk.archive.entries.map(\.answer) == [answer])
  }

  @Test func `503 hands on how long the server asks us to wait`() async throws {
    let desk = Desk(TestHTTP(status: 503, headers: [HTTPHeader("Retry-After", "30")], []))
    let failure = try await refused(desk)
    #expect(failure?.retryAfter == .seconds(30))
    #expect(failure?.isTransient == true)
  }

  @Test func `429 is told in one sentence: where, what, what next`() async throws {
    let desk = Desk(TestHTTP(status: 429, headers: [HTTPHeader("Retry-After", "12")], []))
    #expect(
      try await refused(desk, latest: instant("2026-01-15T07:00:31Z"))?.message
        == "test BTCUSDT 1h: answered 429, too many requests; it is asked again when the window is over."
        + " Nothing is sent to test before 2026-01-15T07:00:42Z.")
  }
}

@Suite struct `A silence that ends in time` {
  @Test(arguments: [(429, 4), (418, 2)])
  func `is waited out, and the same request asked again, so many times`(status: Int, sent: Int) async throws {
    let desk = Desk(TestHTTP(status: status, headers: [HTTPHeader("Retry-After", "12")], []))
    let failure = try #require(try await refused(desk, latest: instant("2026-01-15T08:00:00Z")))
    #expect(await desk.http.urls.count == sent)
    #expect(failure.availableAt == instant("2026-01-15T07:00:30Z") + .seconds(12 * sent))
  }

  @Test func `is not waited out where the deadline comes first`() async throws {
    let desk = Desk(TestHTTP(status: 418, headers: [HTTPHeader("Retry-After", "900")], []))
    let failure = try #require(try await refused(desk, latest: instant("2026-01-15T07:15:29Z")))
    #expect(await desk.http.urls.count == 1)
    #expect(failure.answer == .banned)
    #expect(failure.availableAt == instant("2026-01-15T07:15:30Z"))
    // Whoever comes later is told, and nothing is sent.
    #expect(try await refused(desk, latest: instant("2026-01-15T07:15:29Z"))?.answer == .limited)
    #expect(await desk.http.urls.count == 1)
  }

  @Test func `is that of the body where the body speaks of a later end than the header`() async throws {
    let body = Array("{\"code\":-1003,\"msg\":\"Way too much; IP banned until 1768461000000. Please\"}".utf8)
    let desk = Desk(TestHTTP(status: 418, headers: [HTTPHeader("Retry-After", "5")], body))
    let failure = try #require(try await refused(desk, latest: instant("2026-01-15T07:01:00Z")))
    #expect(failure.availableAt == instant("2026-01-15T07:10:00Z"))
  }
}

@Suite struct `What a request costs` {
  /// Collects what a meter is told.
  private actor Told {
    var lines: [String] = []
    func add(_ line: String) { lines.append(line) }
  }

  @Test func `is told to whoever measures, for each time that it goes out`() async throws {
    let (desk, told) = (Desk(TestHTTP(Array("data".utf8))), Told())
    let meter = RequestMeter { provider, weight in await told.add("\(provider) \(weight)") }
    _ = try await meter.measure { try await ask(desk).value }
    // It was answered: this time nobody is asked.
    _ = try await meter.measure { try await ask(desk).value }
    #expect(await told.lines == ["test 3"])
  }

  @Test func `is told of a request that is refused too, and not of one that was not sent`() async throws {
    let (desk, told) = (Desk(TestHTTP(status: 503, [])), Told())
    let meter = RequestMeter { provider, weight in await told.add("\(provider) \(weight)") }
    #expect(try await meter.measure { try await refused(desk) } != nil)
    let sent = await desk.http.urls.count
    #expect(await told.lines == Array(repeating: "test 3", count: sent) && sent > 0)
    #expect(try await meter.measure { try await refused(desk, isOffline: true) } != nil)
    #expect(await told.lines.count == sent)
  }

  @Test func `is counted where nobody measures too, by the limiter`() async throws {
    let desk = Desk(TestHTTP(Array("data".utf8)))
    #expect(try await ask(desk).value == "data")
    #expect(await desk.limiter.log == ["reserved 3", "settled -"])
  }
}
