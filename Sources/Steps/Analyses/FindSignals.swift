public import Analysis
public import JobGraph
public import MarketData
import Mirroring
public import Running
public import Scheduling
public import Storage

/// `analysis.signals`: what the strategies think of the last bars of a symbol.
///
/// Every source of the symbol is judged by itself, on prices adjusted for the splits known at the logical date. Signals are kept by
/// their natural key, so a second run is silent.
public struct FindSignals: StepOperation {
  private let warehouse: Warehouse
  private let scanner: SignalScanner

  /// Bars that are judged each time, so that a missed night is made up.
  private static let judgedBars = 40

  public init(_ warehouse: Warehouse, scanner: SignalScanner = .standard) {
    (self.warehouse, self.scanner) = (warehouse, scanner)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let logicalDate = context.logicalDate
    let all = try await context.analysedSeries(in: warehouse, last: scanner.warmUp + FindSignals.judgedBars)
    guard !all.isEmpty else { return try context.nothingToAnalyse() }
    let rows = all.flatMap { series in
      scanner.latestSignals(in: series.bars, bars: FindSignals.judgedBars).map { StoredSignal($0, of: series.key) }
    }
    return try await context.commit(in: warehouse) { transaction in
      let new = try transaction.insert(rows, foundAt: logicalDate)
      for row in new {
        let path = RealtimePath("signals", row.key.symbol.name, row.key.interval.rawValue, row.strategy, row.barTime.iso8601)
        try transaction.enqueue(path: path.description, value: row.json, logicalDate: logicalDate)
      }
      return TaskOutcome(
        note: new.isEmpty ? "no new signal" : "\(new.count) new", counts: [.init("signals", rows.count), .init("new", new.count)])
    }
  }
}

extension SignalScanner {
  fileprivate func latestSignals(in series: CandleSeries, bars: Int) -> [Signal] {
    guard !series.isEmpty else { return [] }
    return signals(in: series, from: series.openTimes[max(0, series.count - bars)])
  }
}

extension WarehouseReader {
  /// A series as analyses read it: closed bars, prices before a split divided by its factor. Splits after `instant` are not known yet.
  public func adjustedSeries(_ key: SeriesKey, closedBy instant: Instant, last count: Int? = nil) throws -> CandleSeries {
    let raw = try series(key, closedBy: instant, last: count)
    let actions = try corporateActions(key.symbol, source: key.source, until: instant)
    return actions.isEmpty ? raw : raw.splitAdjusted(for: actions)
  }
}

extension StoredSignal {
  init(_ signal: Signal, of key: SeriesKey) {
    self.init(
      key: key, barTime: signal.barTime, strategy: signal.strategy, direction: signal.direction.rawValue, strength: signal.strength,
      validFrom: signal.validFrom, inputs: signal.inputs.map { Input(name: $0.name, value: $0.value) }, sentence: signal.sentence)
  }

  /// What the mirror is told.
  var json: String {
    // What is not a number is not JSON either.
    let inputs = inputs.filter(\.value.isFinite).map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
    return """
      {"bar_time":"\(barTime)","direction":"\(direction)","inputs":{\(inputs)},"interval":"\(key.interval)",\
      "source":"\(key.source)","strategy":"\(strategy)","strength":\(strength),"valid_from":"\(validFrom)"}
      """
  }
}
