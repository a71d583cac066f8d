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
  /// - Parameter markets: their sessions.
  ///
  /// What was answered before for the same logical date is not asked again, so this is the most it can be.
  public init(_ step: PlannedStep, logicalDate: Instant, reader: WarehouseReader?, markets: MarketRules) throws {
    guard step.skip == nil else { return }
    switch step.uses {
    case "binance.instruments":
      let isAnswered = try reader?.isAnswered(Binance.exchangeInfoRequest, by: "binance", at: logicalDate) ?? false
      if !isAnswered { (requests, weight) = (1, Binance.Weight.exchangeInfo) }
    case "binance.tickers":
      let symbols = Parameters(step.with).texts("symbols").count
      (requests, weight) = (1, Binance.Weight.ticker24hr(symbols: symbols == 0 ? nil : symbols))
    case "ecb.rates", "sec.tickers", "alphavantage.company", "alphavantage.market":
      (requests, weight) = (step.tasks.count, step.tasks.count)
    case let name where Operations.bringsCandles(name):
      for task in step.tasks { try add(task, of: step, logicalDate, reader, markets) }
    default: break
    }
  }

  private mutating func add(
    _ task: PlannedTask, of step: PlannedStep, _ logicalDate: Instant, _ reader: WarehouseReader?,
    _ markets: MarketRules
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
    for range in ranges {
      // No exchange has bars from before it existed.
      let from = max(range.lowerBound, RequestEstimate.firstBar)
      let count =
        if isCrypto {
          max(1, Binance.klineRequests(from: from, until: range.upperBound, interval: interval))
        } else if interval < .day1 {
          AlphaVantage.months(of: markets.calendar(of: key), from: range.lowerBound, until: logicalDate).count
        } else { 1 }
      requests += count
      weight += isCrypto ? count * Binance.Weight.klines : count
    }
  }

  private mutating func note(_ ranges: [Range<Instant>], beside watermark: Watermark?) {
    if ranges.isEmpty { return wholeSeries += 1 }
    guard let watermark else { return newSeries += 1 }
    if ranges.contains(where: { $0.lowerBound < watermark.completeFrom }) { shortSeries += 1 }
    guard ranges.contains(where: { $0.upperBound > watermark.completeUntil }) else { return }
    lateSeries += 1
    oldestEnd = min(oldestEnd ?? watermark.completeUntil, watermark.completeUntil)
  }

  /// Binance opened in July 2017.
  private static let firstBar = CivilDate(year: 2017, month: 7, day: 14)!.midnight
}
