public import JobGraph
import MarketData
import Providers
import Running
public import Scheduling
public import Storage

/// What a step will ask of its provider, known before it runs.
public struct RequestEstimate: Sendable, Equatable {
  public var requests = 0
  /// In the provider's own unit.
  public var weight = 0
  /// Requests to providers beside the step's own, by name: the archive's.
  public var others: [String: Int] = [:]
  /// Requests fewer than without them.
  public var saved = 0
  /// The tasks that ask, in the order of the step, and how many requests each makes.
  public var asking: [TaskRequests] = []
  /// Series of which nothing is known yet.
  public var newSeries = 0
  /// Series that lack something up to the logical date.
  public var lateSeries = 0
  /// Series of which older bars are wanted than are stored.
  public var shortSeries = 0
  /// Series of which nothing need be asked.
  public var wholeSeries = 0
  /// How far the series reach that lack something: the least of them.
  public var oldestEnd: Instant?

  public init() {}

  /// The requests of one step of a plan; zero for a step that asks nobody.
  ///
  /// - Parameters:
  ///   - markets: their sessions.
  ///   - hasArchive: the bulk archive can be asked.
  ///
  /// A file that the archive lacks costs requests beyond this. What was answered before for the same logical date is not asked again, so this is the most it can be.
  public init(_ step: PlannedStep, logicalDate: Instant, reader: WarehouseReader?, markets: MarketRules, hasArchive: Bool) throws {
    guard step.skip == nil else { return }
    switch step.uses {
    case "binance.instruments":
      let isAnswered = try reader?.isAnswered(Binance.exchangeInfoRequest, by: "binance", at: logicalDate) ?? false
      if !isAnswered { (requests, weight) = (1, Binance.Weight.exchangeInfo) }
    case "binance.tickers":
      let symbols = Parameters(step.with).texts("symbols").count
      (requests, weight) = (1, Binance.Weight.ticker24hr(symbols: symbols == 0 ? nil : symbols))
    case "binance.depth":
      let levels = Parameters(step.with).integer("levels") ?? 100
      (requests, weight) = (step.tasks.count, step.tasks.count * Binance.Weight.depth(levels: levels))
    case "binance.trades":
      let kind = TradeKind(rawValue: Parameters(step.with).optionalText("kind") ?? "") ?? .agg
      // How many trades there were nobody knows before; one page is the least.
      (requests, weight) = (step.tasks.count, step.tasks.count * kind.weight)
    case "ecb.rates", "sec.tickers", "alphavantage.company", "alphavantage.market":
      (requests, weight) = (step.tasks.count, step.tasks.count)
    case let name where Operations.bringsCandles(name):
      let hasArchive = hasArchive && Parameters(step.with).optionalText("archive") != "never"
      for task in step.tasks { try add(task, of: step, logicalDate, reader, markets, hasArchive) }
    default: break
    }
  }

  private mutating func add(
    _ task: PlannedTask, of step: PlannedStep, _ logicalDate: Instant, _ reader: WarehouseReader?,
    _ markets: MarketRules, _ hasArchive: Bool
  ) throws {
    // A name that is no symbol fails its task before anything is asked.
    guard let key = SeriesKey(fetchedBy: task, of: step.uses, with: step.with),
      let history = History(Parameters(step.with).optionalText("history"), of: key.interval)
    else { return }
    let (isCrypto, interval) = (step.uses.hasPrefix("binance"), key.interval)
    let watermark = try reader?.watermark(of: key)
    let ranges = MissingRanges.of(
      interval, calendar: markets.calendar(of: key), wanted: history.start(before: logicalDate), watermark: watermark,
      logicalDate: logicalDate, answersInOnePiece: !isCrypto && interval >= .day1)
    note(ranges, beside: watermark)
    let before = requests
    defer { if requests > before { asking.append(TaskRequests(task: task.id, requests: requests - before, worth: task.weight)) } }
    guard isCrypto else {
      let count = ranges.reduce(0) { sum, range in
        guard interval < .day1 else { return sum + 1 }
        return sum + AlphaVantage.months(of: markets.calendar(of: key), from: range.lowerBound, until: logicalDate).count
      }
      requests += count
      weight += count
      return
    }
    let holes = try reader.map { MissingRanges.holes(try $0.dueHoles(of: key, at: logicalDate), interval) } ?? []
    addKlines(holes.count)
    for range in ranges {
      if hasArchive, let plan = ArchivePlan(key.symbol, interval, range, logicalDate: logicalDate) {
        addKlines(plan.apiRequests)
        others[BinanceArchive.filesName, default: 0] += plan.archiveRequests
        others[BinanceArchive.listingName, default: 0] += plan.listings
        saved += plan.saved
        continue
      }
      // No exchange has bars from before it existed.
      let from = max(range.lowerBound, Binance.firstBar)
      addKlines(max(1, Binance.klineRequests(from: from, until: range.upperBound, interval: interval)))
    }
  }

  private mutating func addKlines(_ count: Int) {
    requests += count
    weight += count * Binance.Weight.klines
  }

  private mutating func note(_ ranges: [Range<Instant>], beside watermark: Watermark?) {
    if ranges.isEmpty { return wholeSeries += 1 }
    guard let watermark else { return newSeries += 1 }
    if ranges.contains(where: { $0.lowerBound < watermark.completeFrom }) { shortSeries += 1 }
    guard ranges.contains(where: { $0.upperBound > watermark.completeUntil }) else { return }
    lateSeries += 1
    oldestEnd = min(oldestEnd ?? watermark.completeUntil, watermark.completeUntil)
  }
}

/// What a task will ask, and what it is worth to be asked early.
public struct TaskRequests: Sendable, Equatable {
  public let task: TaskID
  public let requests: Int
  /// Weight times staleness: the larger goes first.
  public let worth: Double
}
