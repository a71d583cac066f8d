import JobGraph
import MarketData
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Testing

/// What waits in the outbox, as a tree; a value that was queued twice counts once.
private func waiting(_ warehouse: Warehouse) async throws -> RealtimeValue {
  let entries = try await warehouse.read { try $0.outbox(limit: 10_000) }
  return try entries.reduce(.null) { tree, entry in
    let value = try entry.value.map { try RealtimeJSON.value(of: Array($0.utf8)) } ?? .null
    return tree.setting(value, at: RealtimePath(escaped: entry.path)!.keys)
  }
}

private func empty(_ warehouse: Warehouse) async throws -> [OutboxEntry] {
  let entries = try await warehouse.read { try $0.outbox(limit: 10_000) }
  if let last = entries.last { try await warehouse.write { try $0.acknowledge(through: last.sequence) } }
  return entries
}

@Suite struct `States that are told` {
  private func tell(
    _ warehouse: Warehouse, _ states: [(String, String)], vanished: VanishedState = .isDeleted
  ) async throws -> [OutboxEntry] {
    _ = try await warehouse.write {
      try $0.tell("health", states.map { (path: $0.0, value: $0.1) }, vanished: vanished, logicalDate: day(1))
    }
    return try await empty(warehouse)
  }

  @Test func `are queued when they change, and taken away when they are no more`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    #expect(try await tell(warehouse, [("health/a", "1"), ("health/b", "2")]).map(\.path) == ["health/a", "health/b"])
    #expect(try await tell(warehouse, [("health/a", "1"), ("health/b", "2")]) == [])
    #expect(try await tell(warehouse, [("health/a", "1"), ("health/b", "3")]).map(\.value) == ["3"])
    let gone = try await tell(warehouse, [("health/b", "3")])
    #expect(gone.map(\.path) == ["health/a"] && gone.map(\.value) == [nil])
    #expect(try await tell(warehouse, [], vanished: .stays) == [])
    #expect(try await tell(warehouse, [("health/b", "3")]).map(\.value) == ["3"], "what is not remembered is told again")
  }

  @Test func `move with the place that is configured, and are not remembered while nobody is told`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    warehouse.outboxPlaces.set { _ in nil }
    #expect(try await tell(warehouse, [("health/a", "1")]) == [])
    warehouse.outboxPlaces.set { "old/" + $0 }
    #expect(try await tell(warehouse, [("health/a", "1")]).map(\.path) == ["old/health/a"])
    warehouse.outboxPlaces.set { "new/" + $0 }
    let moved = try await tell(warehouse, [("health/a", "1")])
    #expect(moved.map(\.path) == ["new/health/a", "old/health/a"] && moved.map(\.value) == ["1", nil])
  }
}

@Suite struct `Results of users` {
  private let rules = JobValue.map([.init("users", .map([]))])

  /// Daily candles that opened on days 1, 2, ...: each with its close as high, low and open, and its volume.
  private func store(_ bars: [(close: Double, volume: Double)], of symbol: String, in warehouse: Warehouse) async throws {
    let key = SeriesKey(source: "binance", symbol: try Symbol(symbol), interval: .day1)
    let candles = try bars.enumerated().map { index, bar in
      try Candle(
        openTime: day(index + 1), closeTime: day(index + 2) - .milliseconds(1), open: bar.close, high: bar.close, low: bar.close,
        close: bar.close,
        volume: bar.volume)
    }
    try await warehouse.write { transaction in
      _ = try transaction.upsert(candles, of: key, seenAt: day(bars.count + 1))
      try transaction.extendWatermark(of: key, from: day(1), until: day(bars.count + 1), askedAt: day(bars.count + 1))
    }
  }

  private func users(_ users: [StoredUser], in warehouse: Warehouse) async throws {
    try await warehouse.write { try $0.replaceUsers(users, quarantine: [], at: day(1)) }
  }

  private func tell(_ bench: Bench, night: Int, rules: JobValue? = nil) async throws -> [OutboxEntry] {
    let (warehouse, rules) = (bench.warehouse, rules ?? self.rules)
    let state = try await bench.run("realtime.results", at: day(night)) { _ in try TellUsers(warehouse, rules: rules) }
    #expect(state.result == .succeeded, "\(String(describing: state["step"]?.failures))")
    return try await empty(warehouse)
  }

  private func ann(watching symbols: [String], alerts: [(kind: String, threshold: Double?)] = []) -> StoredUser {
    var user = StoredUser(uid: "ann")
    user.watchlist = symbols
    user.alerts = alerts.enumerated().map {
      .init(slot: "s\($0)", symbol: "BTCUSDT", kind: $1.kind, threshold: $1.threshold, channel: "none", isEnabled: true, note: nil)
    }
    return user
  }

  @Test func `are what the symbols that a user follows came to, and go with them`() async throws {
    let bench = try Bench()
    try await store([(100, 1), (110, 1)], of: "BTCUSDT", in: bench.warehouse)
    try await users([ann(watching: ["BTCUSDT", "BRK.B"])], in: bench.warehouse)
    let told = try await tell(bench, night: 3)
    #expect(told.map(\.path) == ["users/ann/results/symbols/BTCUSDT", "users/ann/results/symbols/BRK%2EB"])
    let btc = try RealtimeJSON.value(of: Array(told[0].value!.utf8))
    #expect(btc[["quote", "close"]] == .number(110) && btc["source"] == .string("binance"))
    guard case .number(let change) = btc[["quote", "change_percent"]] else { Issue.record("\(btc)"); return }
    #expect(abs(change - 10) < 1e-9)
    #expect(told[1].value == #"{"state":"no data"}"#)
    #expect(try await tell(bench, night: 3) == [], "told once")

    try await users([ann(watching: ["BTCUSDT"])], in: bench.warehouse)
    let less = try await tell(bench, night: 3)
    #expect(less.map(\.path) == ["users/ann/results/symbols/BRK%2EB"] && less[0].value == nil)
    try await users([StoredUser(uid: "bob")], in: bench.warehouse)
    let gone = try await tell(bench, night: 3)
    #expect(gone.map(\.path) == ["users/ann/results/symbols/BTCUSDT"] && gone[0].value == nil)
  }

  @Test func `of an earlier night say nothing over those of a later one`() async throws {
    let bench = try Bench()
    try await store([(100, 1), (110, 1), (120, 1)], of: "BTCUSDT", in: bench.warehouse)
    try await users([ann(watching: ["BTCUSDT"])], in: bench.warehouse)
    #expect(try await tell(bench, night: 4).count == 1)
    #expect(try await tell(bench, night: 3) == [])
  }

  @Test func `tell how each alert stands, and when it last began to`() async throws {
    let bench = try Bench()
    let closes: [Double] = Array(repeating: 100, count: 22) + [120, 90, 110, 112]
    try await store(closes.enumerated().map { ($1, $0 == 25 ? 5 : 1) }, of: "BTCUSDT", in: bench.warehouse)
    let alerts: [(String, Double?)] = [
      ("price_above", 105), ("price_below", 95), ("change", 15), ("volume", 3), ("signal", nil), ("price_above", 500),
    ]
    try await users([ann(watching: [], alerts: alerts)], in: bench.warehouse)
    let told = try await tell(bench, night: 27)
    let values = try told.map { try RealtimeJSON.value(of: Array($0.value!.utf8)) }
    #expect(told.map(\.path) == (0..<6).map { "users/ann/results/alerts/s\($0)" })
    #expect(values.map { $0["holds"] } == [true, false, false, true, false, false].map { RealtimeValue.bool($0) })
    // 110 after 90 is the last time that the price came above 105; -25 % and +22 % are changes of 15 %, the second is the last.
    let fired = [day(25), day(24), day(25), day(26), nil, nil].map { $0.map { RealtimeValue.string($0.iso8601) } ?? .null }
    #expect(values.map { $0["fired_at"] } == fired)
    #expect(values[3]["observed"] == .number(5) && values[0]["observed"] == .number(112))
  }

  @Test func `are only those that realtime.yaml wants`() async throws {
    let bench = try Bench()
    try await store([(100, 1), (110, 1)], of: "BTCUSDT", in: bench.warehouse)
    try await users([ann(watching: ["BTCUSDT"], alerts: [("price_above", 105)])], in: bench.warehouse)
    func rules(_ words: [String]) -> JobValue {
      .map([.init("users", .map([.init("results", .list(words.map { .string($0) }))]))])
    }
    #expect(try await tell(bench, night: 3, rules: rules(["alerts"])).map(\.path) == ["users/ann/results/alerts/s0"])
    let quotes = try await tell(bench, night: 3, rules: rules(["quotes"]))
    #expect(quotes.map(\.path) == ["users/ann/results/symbols/BTCUSDT", "users/ann/results/alerts/s0"] && quotes[1].value == nil)
    #expect(try await tell(bench, night: 3, rules: rules([])).map(\.value) == [nil])
    #expect(try await tell(bench, night: 3, rules: .map([])) == [])
  }

  @Test func `stand where the user looks, whatever else is moved`() {
    let projection = Projection([:], hasResults: true)
    let path = RealtimePath("users", "ann", "results", "symbols", "BRK.B")
    #expect(projection.place(of: path) == path)
    #expect(projection.place(of: RealtimePath("users", "ann", "profile")) == nil)
    #expect(Projection([:]).place(of: path) == nil)
  }
}

@Suite struct `What a night tells` {
  private func candles(_ count: Int) throws -> [Candle] {
    try (1...count).map {
      let close = 100 + Double($0 % 7)
      return try Candle(
        openTime: day($0), closeTime: day($0 + 1) - .milliseconds(1), open: close, high: close + 1, low: close - 1, close: close,
        volume: $0 == count ? 100 : 10)
    }
  }

  private let key = SeriesKey(source: "binance", symbol: try! Symbol("BTCUSDT"), interval: .day1)

  private func bench(_ count: Int) async throws -> Bench {
    let (bench, key, candles) = (try Bench(), key, try candles(count))
    try await bench.warehouse.write { transaction in
      _ = try transaction.upsert(candles, of: key, seenAt: day(count + 1))
      try transaction.extendWatermark(of: key, from: day(1), until: day(count + 1), askedAt: day(count + 1))
    }
    return bench
  }

  @Test func `of the volume stands among the signals of the symbol`() async throws {
    let bench = try await bench(40)
    let warehouse = bench.warehouse
    let state = try await bench.run("analysis.volume", ["symbol": "BTCUSDT"], at: day(41)) { _ in ComputeVolume(warehouse) }
    #expect(state.result == .succeeded)
    let signal = try await waiting(warehouse)[["signals", "BTCUSDT", "1d", "volume", day(40).iso8601]]
    #expect(signal["unusual"] == .bool(true) && signal["ratio"] == .number(10) && signal["source"] == .string("binance"))
    #expect(signal["valid_from"] == .string(day(41).iso8601))
  }

  @Test func `of the regime is that of the newest bar`() async throws {
    let bench = try await bench(400)
    let warehouse = bench.warehouse
    let state = try await bench.run("analysis.regimes", ["symbol": "BTCUSDT"], with: [.init("model", .string("never"))], at: day(401)) {
      _ in FindRegimes(warehouse)
    }
    #expect(state.result == .succeeded)
    let regime = try await waiting(warehouse)[["regimes", "binance", "BTCUSDT", "1d"]]
    let stored = try await warehouse.read { [key] in try $0.regimes(of: key, until: day(400), limit: 1) }
    #expect(regime["bar_time"] == .string(day(400).iso8601) && regime["trend"] == .string(stored[0].trend))
  }

  @Test func `of candles are the newest sixty, and the next night only what changed of them`() async throws {
    let (bench, market) = (try Bench(), Market(days: 0..<80))
    func charted() async throws -> [OutboxEntry] { try await empty(bench.warehouse).filter { $0.path.hasPrefix("candles/") } }
    try await bench.fetch(market, night: 65)
    let first = try await charted()
    #expect(first.map(\.path) == (5..<65).map { "candles/memory/BTCUSDT/1d/\(day($0).iso8601)" })
    #expect(first.last?.value == #"{"close":65,"high":65,"low":65,"open":65,"volume":1}"#)
    try await bench.fetch(market, night: 66)
    let second = try await charted()
    #expect(second.map(\.path) == [65, 5].map { "candles/memory/BTCUSDT/1d/\(day($0).iso8601)" })
    #expect(second.map { $0.value == nil } == [false, true])
    // A night that is made again knows nothing of the newest candle, and tells nothing over it.
    market.restate(day: 60, close: 7)
    try await bench.fetch(market, night: 62)
    #expect(try await empty(bench.warehouse) == [])
    bench.warehouse.outboxPlaces.set { $0.hasPrefix("candles/") ? nil : $0 }
    try await bench.fetch(market, night: 67)
    #expect(try await charted() == [])
  }

  /// Does nothing but end.
  private struct Push: StepOperation {
    func run(in context: StepContext) async throws -> TaskOutcome { TaskOutcome(note: "") }
  }

  @Test func `of runs and health is how they are, and a run that died is told as such by the next`() async throws {
    let bench = try await bench(40)
    let warehouse = bench.warehouse
    let verdict = StoredVerdict(key: key, rule: "gaps", severity: "warning", passed: false, observed: 3, sentence: "3 bars are missing")
    try await warehouse.write { try $0.replaceQualityResults([verdict], logicalDate: day(41)) }
    func push(_ night: Int) async throws {
      let state = try await bench.run("realtime.push", at: day(night)) { _ in TellStates(warehouse, providers: ["binance"], then: Push()) }
      #expect(state.result == .succeeded)
    }
    try await push(41)
    var tree = try await waiting(warehouse)
    #expect(tree[["runs", "test", day(41).iso8601, "state"]] == .string("running"))
    #expect(tree[["health", "data", "state"]] == .string("warning"))
    #expect(tree[["health", "data", "sentences", "s0"]] == .string("3 bars are missing"))
    #expect(tree[["health", "data", "rules", "gaps"]] == .number(1))
    #expect(tree[["health", "messages", "state"]] == .string("ok") && tree[["health", "providers", "state"]] == .string("ok"))
    #expect(tree[["health", "jobs"]].isNull, "no run has ended yet")
    // One that died: it is open, and goes on no more.
    let dead = RunHeader(id: RunID("dead"), job: "test", logicalDate: day(42), trigger: "test", startedAt: Instant(milliseconds: 1))
    try await warehouse.open(dead, plan: Plan(job: "test", logicalDate: day(42), steps: []))
    try await push(43)
    tree = try await waiting(warehouse)
    #expect(tree[["runs", "test", day(41).iso8601, "state"]] == .string("succeeded"))
    #expect(tree[["runs", "test", day(42).iso8601, "state"]] == .string("interrupted"))
    try await warehouse.close(RunID("dead"), result: .partial, exitStatus: .partial, at: day(42))
    try await push(44)
    tree = try await waiting(warehouse)
    #expect(tree[["runs", "test", day(42).iso8601, "state"]] == .string("partial"))
    #expect(tree[["runs", "test", day(42).iso8601, "ended_at"]] == .string(day(42).iso8601))
    #expect(
      tree[["health", "jobs", "state"]] == .string("ok") && tree[["health", "jobs", "jobs", "test", "state"]] == .string("succeeded"))
  }
}
