import Foundation
public import MarketData

extension AlertRule {
  /// The bars from index `first` on at which the alert fires, oldest first; at most one firing for a bar.
  ///
  /// Whether it is armed comes from the bars before, all of them: that of a bar is the same however many bars follow.
  ///
  /// - Complexity: O(*n*); of patterns as ``MarketData/CandleSeries/chartPatterns()``.
  public func firings(on series: CandleSeries, from first: Int = 0) -> [AlertFiring] {
    guard !series.isEmpty else { return [] }
    let found: [AlertFiring] =
      switch kind {
      case .price(let level, let side): Self.prices(series, level, side)
      case .rsi(let period, let level, let side): Self.strengths(series, period, level, side)
      case .macdCross(let direction): Self.opinions(try? MACDCross(), series, direction)  // The standard periods are in order.
      case .pattern(let kinds, let confidence):
        // The confidence was checked when the rule was made.
        Self.opinions(try? PatternConfirmed(kinds: kinds, confidenceMin: confidence), series, nil)
      case .volumeSpike(let period): Self.spikes(series, period)
      case .regimeChange(let part): Self.regimes(series, part)
      case .drawdown(let limit): Self.drawdowns(series, limit)
      case .stop(let stop, let touch): Self.stops(series, stop, touch)
      case .stale: []
      }
    return found.filter { $0.index >= first }
  }

  private static func prices(_ series: CandleSeries, _ level: Double, _ side: Side) -> [AlertFiring] {
    var watch = SidedWatch(level: level, side, returned: level * returnedShare)
    let range = series.atr()
    return series.close.indices.compactMap { index in
      guard let direction = watch.crosses(series.close[index]) else { return nil }
      return firing(
        series, index, [.init("level", level), .init("close_before", series.close[index - 1])] + Self.atr(range[index]),
        "The close \(direction == .bullish ? "rose above" : "fell below") \(trimmed(level)).")
    }
  }

  private static func strengths(_ series: CandleSeries, _ period: Int, _ level: Double, _ side: Side) -> [AlertFiring] {
    let column = series.rsi(period)
    var watch = SidedWatch(level: level, side, returned: returnedPoints)
    var before: Double?
    return series.close.indices.compactMap { index in
      guard let now = column[index] else { return nil }
      defer { before = now }
      guard let direction = watch.crosses(now) else { return nil }
      let inputs = [Signal.Input("rsi_\(period)", now)] + (before.map { [Signal.Input("rsi_\(period)_before", $0)] } ?? [])
      return firing(
        series, index, inputs, "The RSI of \(period) bars \(direction == .bullish ? "rose above" : "fell below") \(trimmed(level)).")
    }
  }

  private static func opinions(_ strategy: (any Strategy)?, _ series: CandleSeries, _ direction: Signal.Direction?) -> [AlertFiring] {
    (strategy?.opinions(on: series, from: 0) ?? []).filter { direction == nil || $0.direction == direction }.map {
      AlertFiring(index: $0.index, barTime: series.openTimes[$0.index], observed: $0.inputs, sentence: $0.sentence)
    }
  }

  private static func spikes(_ series: CandleSeries, _ period: Int) -> [AlertFiring] {
    let volume = series.volumeSpike(period)
    return series.close.indices.compactMap { index in
      guard volume.spike[index] == 1, index == 0 || volume.spike[index - 1] != 1 else { return nil }
      let inputs: [(String, Double?)] = [
        ("volume", series.volume[index]), ("vol_median_\(period)", volume.median[index]), ("vol_ratio_\(period)", volume.ratio[index]),
        ("vol_z_\(period)", volume.z[index]),
      ]
      return firing(
        series, index, inputs.compactMap { name, value in value.map { Signal.Input(name, $0) } },
        "The volume was unusually high beside the \(period) bars before.")
    }
  }

  private static func regimes(_ series: CandleSeries, _ part: RegimePart) -> [AlertFiring] {
    let regimes = series.ruleRegimes()
    var sentences: [Int: [String]] = [:]
    if part != .volatility {
      for change in RegimeChange.changes(in: regimes.map { $0?.trend }) {
        sentences[change.index, default: []].append("The trend went from \(change.from.rawValue) to \(change.to.rawValue).")
      }
    }
    if part != .trend {
      for change in RegimeChange.changes(in: regimes.map { $0?.knownVolatility }) {
        sentences[change.index, default: []].append("The volatility went from \(change.from.rawValue) to \(change.to.rawValue).")
      }
    }
    let (sma50, sma200, adx) = (series.sma(50), series.sma(200), series.directionalMovement().adx)
    return sentences.sorted { $0.key < $1.key }.map { index, words in
      let inputs = [("sma_50", sma50[index]), ("sma_200", sma200[index]), ("adx_14", adx[index])]
      return firing(
        series, index, inputs.compactMap { name, value in value.map { Signal.Input(name, $0) } }, words.joined(separator: " "))
    }
  }

  private static func drawdowns(_ series: CandleSeries, _ limit: Double) -> [AlertFiring] {
    // The price that is 1 % above the line; a new high always arms it again.
    var watch = LevelWatch(level: limit, armedAgainAt: max(0, 1 - (1 - limit) * (1 + returnedShare)))
    var peak = 0.0
    let range = series.atr()
    return series.close.indices.compactMap { index in
      let close = series.close[index]
      if close > peak, close.isFinite { peak = close }
      let fall = (peak - close) / peak
      guard watch.comesAbove(fall) else { return nil }
      return firing(
        series, index, [.init("highest_close", peak), .init("drawdown", fall), .init("line", peak * (1 - limit))] + Self.atr(range[index]),
        "The close fell more than \(percentText(limit)) below its highest one.")
    }
  }

  private static func stops(_ series: CandleSeries, _ stop: Stop, _ touch: Touch) -> [AlertFiring] {
    var watch = StopWatch(stop)
    let range = series.atr()
    return series.close.indices.compactMap { index in
      let (close, price) = (series.close[index], touch == .low ? series.low[index] : series.close[index])
      guard let hit = watch.hit(price: price, close: close) else { return nil }
      let inputs = (touch == .low ? [Signal.Input("low", price)] : []) + [Signal.Input("stop", hit.stop)]
      let highest = hit.highest.map { [Signal.Input("highest_close", $0)] } ?? []
      let behind = hit.highest.map { " behind the highest close of \(rounded($0))" } ?? ""
      return firing(
        series, index, inputs + highest + Self.atr(range[index]),
        "The \(touch.rawValue) of \(rounded(price)) came down to the stop at \(rounded(hit.stop))\(behind).")
    }
  }

  /// For a reader who measures distances in it.
  private static func atr(_ value: Double?) -> [Signal.Input] { value.map { [Signal.Input("atr_14", $0)] } ?? [] }

  private static func firing(_ series: CandleSeries, _ index: Int, _ observed: [Signal.Input], _ sentence: String) -> AlertFiring {
    // What cannot be said in a number is left out: a row with it could be told to nobody.
    AlertFiring(
      index: index, barTime: series.openTimes[index],
      observed: ([Signal.Input("close", series.close[index])] + observed).filter(\.value.isFinite), sentence: sentence)
  }
}

extension RuleRegime {
  /// nil while there is too little to compare with.
  fileprivate var knownVolatility: Volatility? { volatility == .unknown ? nil : volatility }
}

/// To eight digits: a computed price, for a sentence.
private func rounded(_ price: Double) -> String {
  guard price > 0, price.isFinite else { return trimmed(price) }
  let scale = pow(10, 7 - floor(log10(price)))
  return scale.isFinite && scale > 0 ? trimmed((price * scale).rounded() / scale) : trimmed(price)
}
