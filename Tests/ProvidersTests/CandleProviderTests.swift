import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

/// One implementation with everything that the contract asks of it.
private struct Candidate: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let symbol: String
  let interval: Interval
  let from: String
  let until: String
  /// What it answers over a network that knows the symbol, or none.
  let make:
    @Sendable (_ knowsSymbol: Bool, _ isOffline: Bool, _ archive: InMemoryResponseArchive) async throws -> (any CandleProvider, TestHTTP?)

  static let all = [binance, alphaVantage, memory]

  static let binance = Candidate(
    testDescription: "Binance", symbol: "BTCUSDT", interval: .hour1, from: "2018-02-08", until: "2018-02-11T05:30:00Z"
  ) { knowsSymbol, isOffline, archive in
    let http =
      knowsSymbol
      ? try klineServer(try Fixture.bytes("klines-BTCUSDT-1h-2018-02-outage.json"), limitMax: 20)
      : TestHTTP(status: 400, Array("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}".utf8))
    return (try Desk(http, archive: archive).binance(isOffline: isOffline), http)
  }

  static let alphaVantage = Candidate(
    testDescription: "Alpha Vantage", symbol: "IBM", interval: .day1, from: "2023-12-04", until: "2023-12-12"
  ) { knowsSymbol, isOffline, archive in
    let http = TestHTTP(knowsSymbol ? try Fixture.bytes("daily-adjusted-IBM-2023-12.json") : try Fixture.bytes("Error.json"))
    return (try Desk(http, archive: archive).alphaVantage(isOffline: isOffline), http)
  }

  static let memory = Candidate(
    testDescription: "in memory", symbol: "BTCUSDT", interval: .hour1, from: "2018-02-08", until: "2018-02-11T05:30:00Z"
  ) { knowsSymbol, _, _ in
    let candles = try KlineScanner.scan(try Fixture.bytes("klines-BTCUSDT-1h-2018-02-outage.json")).candles
    let symbol = Symbol.named(knowsSymbol ? "BTCUSDT" : "OTHER")
    return (InMemoryCandleProvider(listings: [.init(symbol, .hour1): candles.shuffled()], pageSize: 20), nil)
  }

  func pages(from provider: any CandleProvider) async throws -> [CandlePage] {
    var result: [CandlePage] = []
    try await provider.candles(.named(symbol), interval, from: instant(from), until: instant(until), latest: nil) { result.append($0) }
    return result
  }
}

@Suite struct `Every provider of candles` {
  @Test(arguments: Candidate.all)
  fileprivate func `delivers closed candles of the range that was asked for, in order`(candidate: Candidate) async throws {
    let (provider, _) = try await candidate.make(true, false, InMemoryResponseArchive())
    let candles = try await candidate.pages(from: provider).flatMap(\.candles)
    #expect(candles.count >= 6)
    #expect(zip(candles, candles.dropFirst()).allSatisfy { $0.openTime < $1.openTime })
    #expect(candles.allSatisfy { $0.openTime >= instant(candidate.from) && $0.openTime < instant(candidate.until) })
    #expect(candles.allSatisfy { $0.closeTime <= instant(candidate.until) })
  }

  @Test(arguments: Candidate.all)
  fileprivate func `names the response of every page`(candidate: Candidate) async throws {
    let (provider, _) = try await candidate.make(true, false, InMemoryResponseArchive())
    for page in try await candidate.pages(from: provider) {
      #expect(page.responseHash.count == 64)
      #expect(page.firstOpenTime != nil && page.lastOpenTime != nil)
    }
  }

  @Test(arguments: Candidate.all)
  fileprivate func `delivers the same again, without the network`(candidate: Candidate) async throws {
    let archive = InMemoryResponseArchive()
    let first = try await candidate.pages(from: try await candidate.make(true, false, archive).0)
    let (again, http) = try await candidate.make(true, true, archive)
    #expect(try await candidate.pages(from: again) == first)
    if let http { #expect(await http.urls == []) }
  }

  @Test(arguments: Candidate.all)
  fileprivate func `says that it does not know a symbol`(candidate: Candidate) async throws {
    let (provider, _) = try await candidate.make(false, false, InMemoryResponseArchive())
    let failure = try await failure(of: { _ = try await candidate.pages(from: provider) })
    #expect(failure?.answer == .unknownSymbol)
    #expect(failure?.isTransient == false)
    #expect(failure?.message.hasPrefix("\(provider.name) \(candidate.symbol) \(candidate.interval): ") == true)
  }

  @Test(arguments: Candidate.all)
  fileprivate func `ends with what the receiver throws`(candidate: Candidate) async throws {
    struct Full: Error {}
    let (provider, _) = try await candidate.make(true, false, InMemoryResponseArchive())
    await #expect(throws: Full.self) {
      try await provider.candles(
        .named(candidate.symbol), candidate.interval, from: instant(candidate.from), until: instant(candidate.until), latest: nil
      ) { _ in throw Full() }
    }
  }
}
