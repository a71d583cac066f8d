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

  public init() {}

  /// The requests of one step of a plan; zero for a step that asks nobody.
  ///
  /// What was answered before for the same logical date is not asked again, so this is the most it can be.
  public init(_ step: PlannedStep, logicalDate: Instant, reader: WarehouseReader?) throws {
    guard step.skip == nil else { return }
    switch step.uses {
    case "binance.instruments":
      let isAnswered = try reader?.isAnswered(Binance.exchangeInfoRequest, by: "binance", at: logicalDate) ?? false
      if !isAnswered { (requests, weight) = (1, Binance.Weight.exchangeInfo) }
    case "binance.tickers":
      let symbols = Parameters(step.with).texts("symbols").count
      (requests, weight) = (1, Binance.Weight.ticker24hr(symbols: symbols == 0 ? nil : symbols))
    case "binance.candles", "alphavantage.candles":
      for task in step.tasks { try add(task, of: step, logicalDate, reader) }
    default: break
    }
  }

  private mutating func add(_ task: PlannedTask, of step: PlannedStep, _ logicalDate: Instant, _ reader: WarehouseReader?) throws {
    let wanted = step.with.first { $0.key == "history" }?.value
    var text = "all"
    if case .string(let given)? = wanted { text = given }
    // A name that is no symbol fails its task before anything is asked.
    guard let key = SeriesKey(fetchedBy: task, of: step.uses), let history = History(text) else { return }
    let (isCrypto, interval) = (step.uses.hasPrefix("binance"), key.interval)
    let ranges = MissingRanges.of(
      interval, calendar: MarketRules.calendar(of: key), wanted: history.start(before: logicalDate),
      watermark: try reader?.watermark(of: key),
      logicalDate: logicalDate, answersInOnePiece: !isCrypto)
    for range in ranges {
      // No exchange has bars from before it existed.
      let from = max(range.lowerBound, RequestEstimate.firstBar)
      let count = isCrypto ? max(1, Binance.klineRequests(from: from, until: range.upperBound, interval: interval)) : 1
      requests += count
      weight += isCrypto ? count * Binance.Weight.klines : count
    }
  }

  /// Binance opened in July 2017.
  private static let firstBar = CivilDate(year: 2017, month: 7, day: 14)!.midnight
}
