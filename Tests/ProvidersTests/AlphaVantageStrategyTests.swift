import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Asking Alpha Vantage` {
  private let good = series("IBM", last: "2026-01-14", count: 5)

  private func ask(
    _ desk: Desk, _ provider: AlphaVantage, from: String = "2026-01-01", latest: Instant? = nil
  ) async throws -> [CandlePage] {
    try await pages(provider, "IBM", .day1, from: from, until: "2026-01-15", latest: latest)
  }

  @Test func `waits out a burst and goes on`() async throws {
    let desk = Desk(TestHTTP(sequence: [Said.burst, Said.burst, Said.burst, good]))
    #expect(try await ask(desk, desk.alphaVantage()).count == 1)
    #expect(await desk.archive.entries.map(\.answer) == [.burst, .burst, .burst, .ok])
    #expect(desk.time.now() == instant("2026-01-15T07:00:33.600Z"))
  }

  @Test func `gives up after three waits for a burst`() async throws {
    let desk = Desk(TestHTTP(sequence: [Said.burst]))
    let failure = try await failure(of: { _ = try await ask(desk, desk.alphaVantage()) })
    #expect(failure?.answer == .burst)
    #expect(failure?.isTransient == true)
    #expect(failure?.retryAfter == .milliseconds(1200))
    #expect(await desk.http.urls.count == 4)
  }

  @Test func `does not wait out a burst beyond the last useful moment`() async throws {
    let desk = Desk(TestHTTP(sequence: [Said.burst, good]))
    let failure = try await failure(of: { _ = try await ask(desk, desk.alphaVantage(), latest: instant("2026-01-15T07:00:31Z")) })
    #expect(failure?.answer == .burst)
    #expect(failure?.availableAt == instant("2026-01-15T07:00:31.200Z"))
    #expect(await desk.http.urls.count == 1)
  }

  @Test func `takes an old note that comes again for the day's limit`() async throws {
    let desk = Desk(TestHTTP(sequence: [Said.note]))
    let failure = try await failure(of: { _ = try await ask(desk, desk.alphaVantage()) })
    #expect(failure?.answer == .quota)
    #expect(failure?.availableAt?.iso8601 == "2026-01-16T05:00:00Z")
    #expect(await desk.http.urls.count == 2)
    #expect(await desk.limiter.log.last == "paused until 2026-01-16T05:00:00Z: the day's requests are spent")
  }

  @Test func `stops until New York's midnight when the day is spent, and never shows the key`() async throws {
    let desk = Desk(TestHTTP(sequence: [Said.daily]), now: "2026-07-15T07:00:00Z")
    let failure = try #require(try await failure(of: { _ = try await ask(desk, desk.alphaVantage()) }))
    #expect(failure.answer == .quota)
    #expect(failure.availableAt?.iso8601 == "2026-07-16T04:00:00Z")
    #expect(failure.isTransient == false)
    #expect(failure.message.contains("API key as [redacted] and"))
    #expect(await desk.archive.entries.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains("SECRETKEY") })
  }

  @Test func `falls back on the plain function and remembers for the day why`() async throws {
    let memory = InMemoryEntitlementMemory()
    let desk = Desk(TestHTTP(sequence: [Said.premium, good, good]))
    #expect(try await ask(desk, desk.alphaVantage(entitlements: memory), from: "2020-01-01")[0].candles.count == 5)
    #expect(await functions(desk) == ["DAILY_ADJUSTED full", "DAILY compact"])
    #expect(await memory.isRefused("TIME_SERIES_DAILY_ADJUSTED", on: CivilDate("2026-01-15")!))
    let second = Desk(TestHTTP(sequence: [good]))
    _ = try await ask(second, second.alphaVantage(entitlements: memory), from: "2020-01-01")
    #expect(await functions(second) == ["DAILY compact"])
  }

  @Test func `replays a fallback offline, whatever is remembered`() async throws {
    let desk = Desk(TestHTTP(sequence: [good]))
    let memory = InMemoryEntitlementMemory()
    await memory.rememberRefusal(of: "TIME_SERIES_DAILY_ADJUSTED", on: CivilDate("2026-01-15")!)
    let online = try await ask(desk, desk.alphaVantage(entitlements: memory))
    let offline = try await ask(desk, desk.alphaVantage(isOffline: true))
    #expect(online == offline)
  }

  @Test func `tries the compact form of a full series that is refused as Said.invalid, once`() async throws {
    let desk = Desk(TestHTTP(sequence: [Said.invalid, good]))
    #expect(try await ask(desk, desk.alphaVantage(), from: "2020-01-01").count == 1)
    #expect(await functions(desk) == ["DAILY_ADJUSTED full", "DAILY_ADJUSTED compact"])
    let unknown = Desk(TestHTTP(sequence: [Said.invalid]))
    let failure = try await failure(of: { _ = try await ask(unknown, unknown.alphaVantage(), from: "2020-01-01") })
    #expect(failure?.answer == .unknownSymbol)
    #expect(await unknown.http.urls.count == 2)
  }

  @Test func `asks for the whole series when the compact one does not reach back`() async throws {
    let compact = series("IBM", last: "2026-06-14", count: 100)
    let desk = Desk(TestHTTP(sequence: [compact, series("IBM", last: "2026-06-14", count: 400)]))
    #expect(try await ask(desk, desk.alphaVantage(), from: "2026-01-05")[0].firstOpenTime?.iso8601 == "2025-05-11T00:00:00Z")
    #expect(await functions(desk) == ["DAILY_ADJUSTED compact", "DAILY_ADJUSTED full"])
  }

  @Test func `for another interval is refused without a request`() async throws {
    let desk = Desk(TestHTTP(sequence: [good]))
    let failure = try await failure(of: { _ = try await pages(desk.alphaVantage(), "IBM", .hour4, from: "2026-01-01", until: "2026-01-15") }
    )
    #expect(failure?.message == "alphavantage IBM 4h: not asked, it has no such interval; it has 1m, 5m, 15m, 30m, 1h, 1d, 1w, 1M.")
    #expect(await desk.http.urls == [])
  }

  @Test(arguments: [
    ("2026-03-08", "2026-03-08T20:00:00Z"), ("2026-03-07", "2026-03-07T21:00:00Z"), ("2026-11-01", "2026-11-01T21:00:00Z"),
    ("2026-10-31", "2026-10-31T20:00:00Z"),
  ])
  func `knows New York's close over a change of clocks`(day: String, close: String) {
    #expect(NewYork.regularClose(of: CivilDate(day)!).iso8601 == close)
  }

  @Test(arguments: [
    ("2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z"), ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
    ("2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"), ("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
  ])
  func `knows New York's next midnight over a change of clocks`(now: String, midnight: String) {
    #expect(NewYork.midnight(after: instant(now)).iso8601 == midnight)
  }
}
