import MarketData
import Scheduling

extension SymbolPage {
  /// The charts of the page, top to bottom, over the same bars: price, volume, then RSI and MACD where they are known.
  var charts: [Chart] { [priceChart, volumeChart, rsiChart, macdChart].compactMap { $0 } }

  /// Candles, overlays and the signals of the symbol.
  public var priceChart: Chart {
    let lines = zip(overlays, overlays.indices).map { overlay, index in
      Chart.Layer.line(name: overlay.name, values: overlay.values, style: Chart.LineStyle.allCases[index % Chart.LineStyle.allCases.count])
    }
    return Chart(
      title: "Price of \(symbol)", finding: priceFinding, times: candles.openTimes,
      layers: lines + [.candles(open: candles.open, high: candles.high, low: candles.low, close: candles.close)],
      marks: marks, gaps: chartGaps, style: priceStyle, height: 300, showsDates: true)
  }

  public var volumeChart: Chart {
    let rises = zip(candles.open, candles.close).map { $0 <= $1 }
    return Chart(
      title: "Volume of \(symbol)", finding: volumeFinding, times: candles.openTimes,
      layers: [.bars(name: "Volume", values: candles.volume, rises: rises)], range: .withZero, height: 70, showsDates: false)
  }

  public var rsiChart: Chart? {
    rsi.map { rsi in
      Chart(
        title: "Relative strength index of \(symbol)", finding: rsiFinding(rsi), times: candles.openTimes,
        layers: [.band(from: 30, to: 70), .rule(30), .rule(70), .line(name: "RSI", values: rsi, style: .first)],
        range: .fixed(0, 100), style: NumberStyle(decimals: 1), ticks: [30, 70], height: 90, showsDates: false)
    }
  }

  public var macdChart: Chart? {
    macd.map { macd in
      let known = (macd.line + macd.signal).compactMap { $0 }
      return Chart(
        title: "MACD of \(symbol)", finding: macdFinding(macd), times: candles.openTimes,
        layers: [
          .histogram(name: "Histogram", values: macd.histogram), .rule(0),
          .line(name: "MACD", values: macd.line, style: .first), .line(name: "Signal", values: macd.signal, style: .second),
        ],
        range: .withZero, style: SymbolPage.oscillatorStyle(known), height: 90, showsDates: true)
    }
  }

  /// Four significant digits of the largest value.
  static func oscillatorStyle(_ values: [Double]) -> NumberStyle {
    let largest = values.filter(\.isFinite).map(abs).max() ?? 0
    var decimals = 0
    while decimals < 10, largest * NumberStyle.powerOfTen(decimals) < 1000 { decimals += 1 }
    return NumberStyle(decimals: decimals)
  }

  /// Signals of the charted bars, at their bar.
  private var marks: [Chart.Mark] {
    signals.compactMap { signal in
      guard signal.interval == interval, let index = index(of: signal.barTime) else { return nil }
      return Chart.Mark(
        index: index, direction: signal.direction, text: "\(TimeStyle.isoDate(signal.barTime)) \(signal.strategy): \(signal.sentence)")
    }
  }

  private var chartGaps: [Chart.Gap] {
    gaps.compactMap { gap in index(of: gap.before).map { Chart.Gap(index: $0, bars: gap.bars) } }
  }

  private func index(of time: Instant) -> Int? {
    var (low, high) = (0, candles.count)
    while low < high {
      let middle = (low + high) / 2
      if candles.openTimes[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low < candles.count && candles.openTimes[low] == time ? low : nil
  }

  /// The last close as a change on the one before; nil with fewer than two bars.
  var lastChange: Double? {
    guard candles.count > 1, let last = candles.close.last else { return nil }
    return last / candles.close[candles.count - 2] - 1
  }

  var priceFinding: String {
    guard let last = candles.close.last, let time = candles.openTimes.last, let high = candles.high.max(), let low = candles.low.min()
    else {
      return "There are no bars."
    }
    let style = priceStyle
    let averages = overlays.compactMap { overlay -> String? in
      guard let value = overlay.values.last ?? nil, value > 0 else { return nil }
      let distance = last / value - 1
      return "\(NumberStyle.percent.text(share: abs(distance))) \(distance >= 0 ? "above" : "below") \(overlay.name)"
    }
    let place = averages.isEmpty ? "" : ", " + averages.joined(separator: ", ")
    return "Closed at \(style.text(last)) (bar of \(TimeStyle.barTime(time, daily: isDaily)))\(place). "
      + "Low \(style.text(low)), high \(style.text(high)) in \(candles.count) bars."
  }

  private var volumeFinding: String {
    let sorted = candles.volume.suffix(20).sorted()
    guard let last = candles.volume.last, !sorted.isEmpty else { return "There are no bars." }
    let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    guard median > 0 else { return "Volume \(NumberStyle.short(last)) in the last bar; the median of \(sorted.count) bars is zero." }
    return
      "Volume \(NumberStyle.short(last)) in the last bar, \(NumberStyle.ratio.text(last / median)) times the median of \(sorted.count) bars."
  }

  private func rsiFinding(_ rsi: Column) -> String {
    guard let last = rsi.last ?? nil else { return "The last value is missing." }
    let place = last >= 70 ? "above 70" : last <= 30 ? "below 30" : "between 30 and 70"
    return "Last value \(NumberStyle(decimals: 1).text(last)), \(place)."
  }

  private func macdFinding(_ macd: MACD) -> String {
    guard let line = macd.line.last ?? nil, let signal = macd.signal.last ?? nil else { return "The last value is missing." }
    return "The MACD line is \(line >= signal ? "above" : "below") its signal line and \(line >= 0 ? "above" : "below") zero."
  }
}
