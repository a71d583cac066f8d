import Foundation
public import MarketData
public import Scheduling

/// What a report tells of a symbol in one row; what the history is too short for is nil.
public struct SymbolSummary: Sendable, Equatable {
  public let symbol: Symbol
  public let interval: Interval
  /// The open time of the newest bar; nil without candles, and then all else is undefined.
  public let barTime: Instant?
  public let lastClose: Double?
  /// Fractions: 0.05 is a rise of 5 %.
  public let change1, change5, change20: Double?
  /// The newest log return in sample deviations from the mean of the 60 before it. When those were all equal: 0 for one that equals them,
  /// nil for another.
  public let z: Double?
  /// The newest volume over the median of the 20 before it; nil when that is zero.
  public let volumeRatio: Double?
  /// The last 30 closes, or fewer, oldest first.
  public let sparkline: [Double]
  /// How far the close lies below the highest close of the series, 0..<1.
  public let drawdown: Double?
  /// The deepest such fall within the series, 0..<1.
  public let maximumDrawdown: Double?
  /// The deviation of the last 20 log returns, annualised: 0.6 is 60 % a year.
  public let volatility: Double?

  /// - Parameter series: closed bars; drawdowns see as far back as they reach.
  /// - Complexity: O(*n*) for the drawdowns; the rest looks at the last 62 bars.
  public init(of series: CandleSeries, assetClass: AssetClass) {
    let recent = series.suffix(62)
    (symbol, interval) = (series.symbol, series.interval)
    (barTime, lastClose) = (series.openTimes.last, series.close.last)
    (change1, change5, change20) = (recent.change(over: 1), recent.change(over: 5), recent.change(over: 20))
    z = recent.lastReturnScore(baseline: 60)
    volumeRatio = recent.volumeSpike(20).ratio.last
    sparkline = Array(series.close.suffix(30))
    drawdown = series.isEmpty ? nil : Analysis.drawdown(of: series.close)
    maximumDrawdown = series.isEmpty ? nil : Analysis.maximumDrawdown(of: series.close)
    volatility = recent.realizedVolatility(20).last.flatMap { deviation in
      assetClass.periodsPerYear(series.interval).map { deviation * $0.squareRoot() }
    }
  }
}

extension CandleSeries {
  /// The change of the last close against that `bars` before, as a fraction.
  fileprivate func change(over bars: Int) -> Double? {
    guard count > bars else { return nil }
    return finite((close[count - 1] - close[count - 1 - bars]) / close[count - 1 - bars])
  }

  fileprivate func lastReturnScore(baseline length: Int) -> Double? {
    let returns = logReturns().values.compactMap(\.self)
    guard returns.count == count - 1, let last = returns.last, returns.count > length else { return nil }
    let baseline = returns.dropLast().suffix(length)
    if baseline.allSatisfy({ $0 == baseline.first }) { return last == baseline.first ? 0 : nil }
    let mean = baseline.reduce(0, +) / Double(length)
    let squares = baseline.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return finite((last - mean) / (squares / Double(length - 1)).squareRoot())
  }
}

private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
