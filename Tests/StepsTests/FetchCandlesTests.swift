import Foundation
import JobGraph
import MarketData
import Providers
import Running
import Scheduling
import Steps
import Storage
import Testing

@Suite struct `Fetching candles` {
  let symbol = try! Symbol("BTCUSDT")
  var key: SeriesKey { SeriesKey(source: "memory", symbol: symbol, interval: .day1) }

  @Test func `asks on the first night for all, on the next only for what is missing and the last three bars again`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<400)
    try await desk.fetch(market, night: 300)
    try await desk.fetch(market, night: 301)
    #expect(market.asked == ["0..300", "297..301"])
    #expect(try await desk.closes(key) == (0..<301).map { Double($0 + 1) })
  }

  @Test func `asks nobody when the series is whole`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<400)
    for night in [300, 300, 299] { try await desk.fetch(market, night: night) }
    #expect(market.asked == ["0..300"])
  }

  @Test func `asks again the next night for bars that came late, but not twice for one date`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<298)
    for night in [300, 300, 301] { try await desk.fetch(market, night: night) }
    #expect(market.asked == ["0..300", "295..301"])
    let watermark = try await desk.warehouse.read { [key] in try $0.watermark(of: key) }
    #expect(watermark == Watermark(completeFrom: day(0), completeUntil: day(298), askedAt: day(301)))
  }

  @Test func `fetches older history when more of it is wanted`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<400)
    try await desk.fetch(market, night: 300, history: "100d")
    try await desk.fetch(market, night: 300, history: "200d")
    #expect(market.asked == ["200..300", "100..300"])
    #expect(try await desk.closes(key).count == 200)
  }

  @Test func `stores what was restated, and keeps the old value`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<400)
    try await desk.fetch(market, night: 300)
    market.restate(day: 299, close: 999)
    try await desk.fetch(market, night: 301)
    #expect(try await desk.closes(key)[299] == 999)
    #expect(
      try await desk.warehouse.read { try $0.restatements(at: day(301)).filter { $0.field == "close" }.map(\.openTime) } == [day(299)])
  }

  @Test func `reads long histories again from the raw store instead of holding them`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<30_000)
    let reread = Counter()
    try await desk.fetch(market, night: 29_000) { hash in
      reread.add()
      return market.page(hash)
    }
    #expect(try await desk.closes(key) == (0..<29_000).map { Double($0 + 1) })
    #expect(reread.count == 9)
  }

  @Test func `that fails in the middle leaves nothing behind`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<3000, failsAfterPages: 2)
    let state = try await desk.fetch(market, night: 2900)
    #expect(state.result == .failed)
    #expect(try await desk.closes(key).isEmpty)
    let watermark = try await desk.warehouse.read { [key] in try $0.watermark(of: key) }
    #expect(watermark == nil)
  }

  @Test func `remembers which response brought which candles, and puts rows that are none into quarantine`() async throws {
    let desk = try Bench()
    let market = Market(days: 0..<400)
    market.spoil(day: 42)
    let state = try await desk.fetch(market, night: 300)
    #expect(state.result == .succeeded)
    #expect(try await desk.warehouse.read { try $0.quarantined(at: day(300)).map(\.text) } == ["[42]"])
    #expect(try await desk.closes(key).count == 299)
  }
}

func day(_ number: Int) -> Instant { Instant(milliseconds: Int64(number) * 86_400_000) }

/// A market in memory that tells what it was asked for.
final class Market: CandleProvider {
  let name = "memory"
  let intervals: Set<Interval> = [.day1]
  private let days: Range<Int>
  private let failsAfterPages: Int
  private let lock = NSLock()
  nonisolated(unsafe) private var closes: [Int: Double] = [:]
  nonisolated(unsafe) private var spoiled = Set<Int>()
  nonisolated(unsafe) private var log: [String] = []
  private static let pageSize = 1000

  init(days: Range<Int>, failsAfterPages: Int = .max) {
    (self.days, self.failsAfterPages) = (days, failsAfterPages)
  }

  var asked: [String] { lock.withLock { log } }
  func restate(day: Int, close: Double) { lock.withLock { closes[day] = close } }
  func spoil(day: Int) { lock.withLock { _ = spoiled.insert(day) } }

  func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    let (first, end) = (Int(from.milliseconds / 86_400_000), Int(logicalDate.milliseconds / 86_400_000))
    lock.withLock { log.append("\(first)..\(end)") }
    for (number, start) in stride(from: max(first, days.lowerBound), to: min(end, days.upperBound), by: Market.pageSize).enumerated() {
      if number == failsAfterPages { throw TaskFailure(.permanent, "the line is dead") }
      try await page(makePage(start..<min(start + Market.pageSize, end, days.upperBound)))
    }
  }

  /// The candles of a page that was given before.
  func page(_ hash: String) -> [Candle]? {
    let ends = hash.split(separator: "-").map { Int(String($0)) ?? 0 }
    let page = makePage(ends[0]..<ends[1])
    return page.candles
  }

  private func makePage(_ range: Range<Int>) -> CandlePage {
    var page = CandlePage()
    page.responseHash = "\(range.lowerBound)-\(range.upperBound)"
    let (restated, spoiled) = lock.withLock { (self.closes, self.spoiled) }
    for number in range {
      if spoiled.contains(number) {
        page.problems.append(RowProblem(index: number, openTime: day(number), reason: .notARow, text: "[\(number)]"))
        continue
      }
      let close = restated[number] ?? Double(number + 1)
      page.candles.append(
        try! Candle(
          openTime: day(number), closeTime: day(number + 1) - .milliseconds(1), open: close, high: close, low: close, close: close,
          volume: 1))
    }
    (page.firstOpenTime, page.lastOpenTime) = (day(range.lowerBound), day(range.upperBound - 1))
    return page
  }
}

final class Counter: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var value = 0

  var count: Int { lock.withLock { value } }
  func add() { lock.withLock { value += 1 } }
}

/// A warehouse in memory and a runner over it.
struct Bench {
  let warehouse: Warehouse

  init() throws { warehouse = try Warehouse(inMemory: ()) }

  @discardableResult
  func fetch(
    _ market: Market, night: Int, history: String = "all", reread: (@Sendable (String) -> [Candle]?)? = nil
  ) async throws -> RunState {
    let warehouse = warehouse
    return try await run(
      "memory.candles", ["symbol": "BTCUSDT", "interval": "1d"], with: [.init("history", .string(history))], at: day(night)
    ) {
      _ in FetchCandles(from: market, calendar: .always, into: warehouse, reread: reread ?? { _ in nil })
    }
  }

  /// Runs one task of an operation.
  func run(
    _ uses: String, _ values: KeyValuePairs<String, String> = [:], with parameters: [JobValue.Entry] = [], at logicalDate: Instant,
    timeout: Duration? = nil, _ make: @escaping @Sendable (Parameters) throws -> any StepOperation
  ) async throws -> RunState {
    var registry = StepRegistry()
    registry.add(OperationDeclaration(name: uses, summary: ""), make)
    let entries = values.map { JobValue.Entry($0.key, .string($0.value)) }
    let step = PlannedStep(
      id: "step", uses: uses, with: parameters, timeout: timeout, tasks: [PlannedTask(id: TaskID("step", "task"), values: entries)])
    let plan = Plan(job: "test", logicalDate: logicalDate, steps: [step])
    let ordinal = try await warehouse.read { try $0.runs(of: nil, limit: 1000).count } + 1
    let header = RunHeader(
      id: RunID("test-\(ordinal)"), job: "test", logicalDate: logicalDate, trigger: "test", startedAt: Instant(milliseconds: Int64(ordinal))
    )
    try await warehouse.open(header, plan: plan)
    let runner = Runner(
      registry: registry, log: warehouse, time: SystemTime(), wallClock: SystemTime(), jitter: { 0 },
      classify: FailureClassifier.classify)
    return try await runner.run(RunState(plan: plan), run: header, stops: AsyncStream { $0.finish() })
  }

  func closes(_ key: SeriesKey) async throws -> [Double] {
    try await warehouse.read { try $0.series(key, closedBy: day(100_000)).close }
  }
}
