import Analysis
import Foundation
import MarketData
import Mirroring
import Scheduling
import Storage

/// What users are told of a symbol, and how alerts on it stand.
struct ToldSymbol {
  enum Part: String, CaseIterable {
    case quotes, regimes, signals, alerts
  }

  /// What is told of the symbol itself.
  let json: String
  private let symbol: Symbol
  private let bars: CandleSeries
  /// The newest first.
  private let signals: [StoredSignal]

  /// Bars that are looked at for the last time that an alert fired: a year of sessions.
  private static let barsMax = 252
  /// How long a signal is worth telling.
  private static let signalMemory: Duration = .days(7)
  private static let regimeBars = 40

  /// - Returns: nil when there are no candles of it.
  init?(_ symbol: Symbol, _ reader: WarehouseReader, logicalDate: Instant, _ wanted: Set<Part>) throws {
    guard let (key, bars) = try ToldSymbol.series(of: symbol, reader, logicalDate) else { return nil }
    (self.symbol, self.bars) = (symbol, bars)
    let last = bars.count - 1
    signals =
      wanted.isDisjoint(with: [.signals, .alerts])
      ? []
      : try reader.signals(
        validAfter: logicalDate - ToldSymbol.signalMemory, until: max(logicalDate, key.interval.next(after: bars.openTimes[last])),
        symbol: symbol
      )
      .filter { $0.key == key }.sorted { ($1.barTime, $0.strategy) < ($0.barTime, $1.strategy) }
    var parts: [String: RealtimeValue] = [
      "state": .string("ok"), "source": .string(key.source), "interval": .string(key.interval.rawValue),
    ]
    if wanted.contains(.quotes) {
      parts["quote"] = .node([
        "bar_time": .string(bars.openTimes[last].iso8601), "close": .number(bars.close[last]),
        "change_percent": ToldSymbol.change(bars, at: last).map { .number($0) } ?? .null,
      ])
    }
    if wanted.contains(.regimes) {
      let regimes = try reader.regimes(of: key, until: bars.openTimes[last], limit: ToldSymbol.regimeBars)
      parts["regime"] = ToldRegime(regimes.reversed())?.value ?? .null
    }
    if wanted.contains(.signals) {
      // The newest of each strategy.
      parts["signals"] = .node(Dictionary(signals.map { ($0.strategy, ToldSymbol.value(of: $0)) }) { first, _ in first })
    }
    json = RealtimeJSON.text(of: .node(parts))
  }

  /// How an alert stands on the newest bar, and when it last began to; nil when there are too few bars to tell.
  ///
  /// A price alert begins where a close is beyond the price and the close before was not; `change` and `volume` on each bar that is so;
  /// `signal` with each new one.
  func standing(of kind: AlertKind, threshold: Double?) -> RealtimeValue? {
    let last = bars.count - 1
    var (holds, observed, fired): (Bool, Double?, Int?)
    switch kind {
    case .priceAbove, .priceBelow:
      guard let threshold else { return nil }
      func isBeyond(_ index: Int) -> Bool { kind == .priceAbove ? bars.close[index] > threshold : bars.close[index] < threshold }
      (holds, observed) = (isBeyond(last), bars.close[last])
      fired = bars.close.indices.dropFirst().last { isBeyond($0) && !isBeyond($0 - 1) }
    case .change:
      guard let threshold, let change = ToldSymbol.change(bars, at: last) else { return nil }
      func isBeyond(_ index: Int) -> Bool { ToldSymbol.change(bars, at: index).map { abs($0) >= threshold } ?? false }
      (holds, observed) = (isBeyond(last), change)
      fired = bars.close.indices.dropFirst().last(where: isBeyond)
    case .volume:
      let ratios = bars.volumeSpike().ratio
      guard let threshold, let ratio = ratios[last] else { return nil }
      (holds, observed) = (ratio >= threshold, ratio)
      fired = bars.close.indices.last { ratios[$0].map { $0 >= threshold } ?? false }
    case .signal:
      guard let signal = signals.first else { return value(holds: false, nil, kind, threshold, firedAt: nil) }
      return value(holds: signal.barTime == bars.openTimes[last], signal.strength, kind, threshold, firedAt: signal.barTime)
    }
    return value(holds: holds, observed, kind, threshold, firedAt: fired.map { bars.openTimes[$0] })
  }

  private func value(holds: Bool, _ observed: Double?, _ kind: AlertKind, _ threshold: Double?, firedAt: Instant?) -> RealtimeValue {
    .node([
      "symbol": .string(symbol.name), "kind": .string(kind.rawValue), "threshold": threshold.map { .number($0) } ?? .null,
      "holds": .bool(holds), "observed": observed.map { .number($0) } ?? .null,
      "bar_time": .string(bars.openTimes[bars.count - 1].iso8601), "fired_at": firedAt.map { .string($0.iso8601) } ?? .null,
    ])
  }

  /// In per cent of the close before.
  private static func change(_ bars: CandleSeries, at index: Int) -> Double? {
    guard index > 0, bars.close[index - 1] > 0 else { return nil }
    return (bars.close[index] / bars.close[index - 1] - 1) * 100
  }

  private static func value(of signal: StoredSignal) -> RealtimeValue {
    .node([
      "bar_time": .string(signal.barTime.iso8601), "direction": .string(signal.direction), "strength": .number(signal.strength),
      "valid_from": .string(signal.validFrom.iso8601), "sentence": .string(signal.sentence),
    ])
  }

  /// The daily series whose last bar is the newest; without one, that of hours.
  private static func series(of symbol: Symbol, _ reader: WarehouseReader, _ logicalDate: Instant) throws -> (SeriesKey, CandleSeries)? {
    for interval in [Interval.day1, .hour1] {
      let all = try reader.seriesKeys(of: symbol, interval).map {
        ($0, try reader.adjustedSeries($0, closedBy: logicalDate, last: barsMax))
      }.filter { !$0.1.isEmpty }
      if let newest = all.max(by: { $0.1.openTimes.last! < $1.1.openTimes.last! }) { return newest }
    }
    return nil
  }
}
