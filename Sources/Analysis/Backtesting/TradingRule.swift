public import MarketData

/// When to be long and when to be flat.
///
/// A line crosses up where it is above another now and was not at the bar before; both bars must have both values.
public enum TradingRule: Sendable, Equatable {
  /// Long when the fast average crosses the slow one up, flat when it crosses it down.
  case averageCross(MovingAverageCross.Kind, fast: Int, slow: Int)
  /// Long when the MACD line crosses its signal up, flat when it crosses it down.
  case macd(fast: Int, slow: Int, signal: Int)
  /// Long when the RSI rises through `low` (before < low <= now), flat when it falls through `high` (before > high >= now).
  case rsi(period: Int, low: Double, high: Double)
  /// Long when the close crosses the upper band up, flat when it crosses the middle down.
  case bollingerBreakout(period: Int, deviations: Double)
  /// What a file of targets says of each bar.
  case targets([Decision])

  /// - Throws: ``BacktestDefect/rule(_:)`` for parameters that make none.
  public func validated() throws(BacktestDefect) -> TradingRule {
    do throws(StrategyDefect) {
      switch self {
      case .averageCross(let kind, let fast, let slow): _ = try MovingAverageCross(kind, fast: fast, slow: slow)
      case .macd(let fast, let slow, let signal):
        try require("fast", fast, atLeast: 1)
        try require("signal", signal, atLeast: 1)
        guard fast < slow else { throw .fastNotBelowSlow(fast: fast, slow: slow) }
      case .rsi(let period, let low, let high):
        try require("period", period, atLeast: 1)
        guard 0 < low && low < high && high < 100 else { throw .thresholdsOutOfOrder(low: low, high: high) }
      case .bollingerBreakout(let period, let deviations):
        try require("period", period, atLeast: 1)
        guard deviations > 0, deviations.isFinite else { throw .widthNotAboveZero(deviations) }
      case .targets: break
      }
    } catch { throw .rule(error) }
    return self
  }

  /// One decision for each bar. The decision on a bar depends on no later bar.
  ///
  /// - Precondition: the parameters are valid, see ``validated()``. Targets that are too few leave the bars behind them as they are.
  /// - Complexity: O(*n*); bands O(*n* · period).
  public func decisions(on series: CandleSeries) -> [Decision] {
    switch self {
    case .averageCross(let kind, let fast, let slow):
      return kind == .simple
        ? Self.crossings(of: series.sma(fast), over: series.sma(slow)) : Self.crossings(of: series.ema(fast), over: series.ema(slow))
    case .macd(let fast, let slow, let signal):
      let macd = series.macd(fast: fast, slow: slow, signal: signal)
      return Self.crossings(of: macd.line, over: macd.signal)
    case .rsi(let period, let low, let high): return Self.reversals(of: series.rsi(period), low: low, high: high)
    case .bollingerBreakout(let period, let deviations):
      return Self.breakouts(of: series.close, from: series.bollingerBands(period, deviations: deviations))
    case .targets(let targets): return (0..<series.count).map { $0 < targets.count ? targets[$0] : .keep }
    }
  }

  private static func crossings(of column: Column, over otherColumn: Column) -> [Decision] {
    let (line, other) = (column.storage, otherColumn.storage)
    return perBar(line.count) { now in
      if Side.crossesUp(line[now - 1], other[now - 1], line[now], other[now]) { return .buy }
      return Side.crossesDown(line[now - 1], other[now - 1], line[now], other[now]) ? .sell : .keep
    }
  }

  private static func reversals(of column: Column, low: Double, high: Double) -> [Decision] {
    let rsi = column.storage
    return perBar(rsi.count) { now in
      if rsi[now - 1] < low && low <= rsi[now] { return .buy }
      return rsi[now - 1] > high && high >= rsi[now] ? .sell : .keep
    }
  }

  private static func breakouts(of close: [Double], from bands: BollingerBands) -> [Decision] {
    let (upper, middle) = (bands.upper.storage, bands.middle.storage)
    return perBar(close.count) { now in
      if Side.crossesUp(close[now - 1], upper[now - 1], close[now], upper[now]) { return .buy }
      return Side.crossesDown(close[now - 1], middle[now - 1], close[now], middle[now]) ? .sell : .keep
    }
  }

  /// No decision on the first bar, which has none before it.
  private static func perBar(_ count: Int, _ decide: (Int) -> Decision) -> [Decision] {
    (0..<count).map { $0 == 0 ? .keep : decide($0) }
  }
}
