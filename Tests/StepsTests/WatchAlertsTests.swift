import Analysis
import JobGraph
import MarketData
import Running
import Scheduling
import Steps
import Storage
import Testing

@Suite struct `The alerts step` {
  private let bench: Bench
  private let symbol = try! Symbol("BTCUSDT")

  init() throws { bench = try Bench() }

  private func key(_ source: String) -> SeriesKey { SeriesKey(source: source, symbol: symbol, interval: .day1) }

  private func alert(_ kind: AlertRule.Kind = .price(level: 100, .above), id: String = "up", muted: CivilDate? = nil) throws -> Alert {
    Alert(id: id, symbols: [symbol], rule: try AlertRule(kind), mutedUntil: muted)
  }

  /// Stores the closes of days from 0 on; nil: no candle on that day.
  private func store(_ closes: [Double?], source: String = "binance", seenAt night: Int = 0) async throws {
    let key = key(source)
    let rows = try closes.enumerated().compactMap { index, close in
      try close.map {
        try Candle(
          openTime: day(index), closeTime: day(index + 1) - .milliseconds(1), open: $0, high: $0, low: $0, close: $0, volume: 1)
      }
    }
    try await bench.warehouse.write { transaction in
      _ = try transaction.upsert(rows, of: key, seenAt: day(night))
      try transaction.extendWatermark(of: key, from: day(0), until: day(closes.count), askedAt: day(night))
    }
  }

  /// - Returns: the days of the candles that new alerts stand under, and what was warned of.
  @discardableResult
  private func judge(_ alerts: [Alert], at night: Int) async throws -> (new: [Int], warnings: [String]) {
    let warehouse = bench.warehouse
    let before = try await all()
    let state = try await bench.run("analysis.alerts", ["symbol": symbol.name], at: day(night)) { _ in
      WatchAlerts(warehouse, alerts: alerts)
    }
    #expect(state.result == .succeeded)
    let tasks = try await warehouse.read { try $0.tasks(of: $0.runs(of: nil, limit: 1)[0].id) }
    let new = try await all().filter { !before.contains($0) }
    return (new.map { Int($0.barTime.milliseconds / 86_400_000) }.sorted(), tasks.flatMap(\.warnings))
  }

  private func all() async throws -> [StoredAlert] {
    try await bench.warehouse.read { try $0.alerts(foundAfter: day(-1), until: day(100_000)) }
  }

  @Test func `tells each crossing once, makes a missed night up, and is silent when it runs again`() async throws {
    try await store([90, 95, 90, 110, 90, 110, 111])
    #expect(try await judge([alert()], at: 2).new == [])
    #expect(try await judge([alert()], at: 7).new == [3, 5])
    #expect(try await judge([alert()], at: 7).new == [])
    #expect(try await judge([alert()], at: 5).new == [], "a run for an earlier date")
    let told = try await bench.warehouse.read { try $0.outboxCount() }
    #expect(told == 2)
  }

  @Test func `tells late of a crossing that only a restated candle shows`() async throws {
    try await store([90, 90, 99])
    #expect(try await judge([alert()], at: 3).new == [])
    try await store([90, 90, 101, 102], seenAt: 4)
    #expect(try await judge([alert()], at: 4).new == [2])
    #expect(try await judge([alert()], at: 4).new == [])
  }

  @Test func `does not tell twice of a crossing that a restatement moved`() async throws {
    try await store([90, 90, 99])
    #expect(try await judge([alert()], at: 2).new == [])
    try await store([90, 90, 101])
    #expect(try await judge([alert()], at: 3).new == [2])
    try await store([90, 90, 99, 102])
    #expect(try await judge([alert()], at: 4).new == [3], "a new candle that crosses says so")
    try await store([90, 101, 102, 103])
    #expect(try await judge([alert()], at: 4).new == [])
  }

  @Test func `tells of a crossing on a candle that came late, and stays told when it takes the place of another`() async throws {
    try await store([90, nil, 90])
    #expect(try await judge([alert()], at: 1).new == [])
    #expect(try await judge([alert()], at: 3).new == [])
    try await store([90, 110, 90])
    #expect(try await judge([alert()], at: 3).new == [1])
    try await store([90, 110, 90, nil, 110])
    #expect(try await judge([alert()], at: 5).new == [4])
    try await store([90, 110, 90, 110, 110])
    #expect(try await judge([alert()], at: 5).new == [])
  }

  @Test func `does not take prices from before a split for crossings, and says that the price must be written anew`() async throws {
    try await store([400, 404, 396, 400])
    let alerts = [try alert()]
    #expect(try await judge(alerts, at: 3).new == [])
    // Four for one on day 4: all candles before are divided by 4 from now on, and cross 100 up and down.
    try await store([400, 404, 396, 400, 99])
    let (symbol, split) = (symbol, try CorporateAction(date: day(4).utcDay, kind: .split(4)))
    try await bench.warehouse.write { try $0.upsert([split], symbol: symbol, source: "binance") }
    let night = try await judge(alerts, at: 5)
    #expect(night.new == [])
    #expect(night.warnings.count == 1 && night.warnings[0].hasPrefix("up: BTCUSDT had a split 4 : 1 on "), "\(night.warnings)")
    // Written anew it is judged as a new one, and nobody is reminded.
    #expect(try await judge([alert(.price(level: 101, .above))], at: 5).warnings == [])
  }

  @Test func `forgets an alert that is gone, so that its return is no flood of old news`() async throws {
    try await store([90, 90, 110, 90, 110, 90, 111, 112])
    #expect(try await judge([alert()], at: 1).new == [])
    #expect(try await judge([], at: 3).new == [])
    #expect(try await judge([alert()], at: 8).new == [])
  }

  @Test func `judges another condition as a new alert`() async throws {
    try await store([90, 110, 90, 110])
    #expect(try await judge([alert()], at: 1).new == [])
    #expect(try await judge([alert(.price(level: 101, .above))], at: 4).new == [3])
  }

  @Test func `tells of two sources that cross on the same candle once`() async throws {
    try await store([90, 110])
    try await store([90, 111], source: "desk")
    #expect(try await judge([alert()], at: 1).new == [])
    #expect(try await judge([alert()], at: 2).new == [1])
    #expect(try await all().map(\.key.source) == ["binance"])
  }

  @Test func `tells of a series that has stopped once for each stop`() async throws {
    let alerts = [try alert(.stale(bars: 3), id: "quiet")]
    try await store([90, 91])
    var told: [[Int]] = []
    for night in 2...7 { told.append(try await judge(alerts, at: night).new) }
    #expect(told == [[], [], [], [1], [], []])
    #expect(try await all().map(\.sentence) == ["No bar came since the one of 1970-01-02T00:00:00Z; 3 are missing."])
    #expect(try await all().map(\.validFrom) == [day(5)])
    try await store([90, 91, 92, 93, 94, 95, 96])
    #expect(try await judge(alerts, at: 7).new == [])
    #expect(try await judge(alerts, at: 10).new == [6])
  }

  @Test func `stores what it saw though a number in it is none`() async throws {
    // The volume of a flat market is nothing beside nothing: no ratio.
    try await store(Array(repeating: 1e308, count: 60) + [1e-300])
    #expect(try await judge([alert(.drawdown(limit: 0.5)), alert(.stop(.trailing(0.1), by: .close), id: "stop")], at: 60).new == [])
    #expect(try await judge([alert(.drawdown(limit: 0.5)), alert(.stop(.trailing(0.1), by: .close), id: "stop")], at: 61).new == [60, 60])
  }
}
