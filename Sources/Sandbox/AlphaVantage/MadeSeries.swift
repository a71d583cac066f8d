import Foundation
import Scheduling

/// A bar as the stand-in makes it for the series that are not daily shares.
struct MadeBar: Sendable {
  var label: String
  var open, high, low, close: Double
  /// nil for currencies.
  var volume: Double?
  /// Of the adjusted weeks and months alone.
  var adjusted: (close: Double, dividend: Double)?
}

/// A series in Alpha Vantage's two forms, newest first.
struct MadeSeries: Sendable {
  var name: String
  /// Without the numbers in front.
  var metadata: [(key: String, value: String)]
  var bars: [MadeBar]
  var decimals = 4

  var json: [UInt8] {
    let meta = metadata.enumerated().map { "        \"\($0 + 1). \($1.key)\": \"\($1.value)\"" }.joined(separator: ",\n")
    let rows = bars.map { bar in
      let fields = values(bar).enumerated().map { "            \"\($0 + 1). \($1.name)\": \"\($1.text)\"" }.joined(separator: ",\n")
      return "        \"\(bar.label)\": {\n\(fields)\n        }"
    }.joined(separator: ",\n")
    return Array("{\n    \"Meta Data\": {\n\(meta)\n    },\n    \"\(name)\": {\n\(rows)\n    }\n}".utf8)
  }

  var csv: [UInt8] {
    guard let first = bars.first else { return Array("timestamp,open,high,low,close\n".utf8) }
    let header = (["timestamp"] + values(first).map(\.name)).joined(separator: ",")
    let rows = bars.map { ([$0.label] + values($0).map(\.text)).joined(separator: ",") }
    return Array(([header] + rows).joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
  }

  private func values(_ bar: MadeBar) -> [(name: String, text: String)] {
    func text(_ value: Double) -> String { String(format: "%.\(decimals)f", value) }
    var result = [("open", text(bar.open)), ("high", text(bar.high)), ("low", text(bar.low)), ("close", text(bar.close))]
    if let adjusted = bar.adjusted { result.append(("adjusted close", text(adjusted.close))) }
    if let volume = bar.volume { result.append(("volume", String(format: volume < 1000 ? "%.8f" : "%.0f", volume))) }
    if let adjusted = bar.adjusted { result.append(("dividend amount", text(adjusted.dividend))) }
    return result
  }
}

extension MadeSeries {
  /// Weeks or months of the sessions of a share: each labelled with its last session so far.
  init(_ source: EquityRows, weekly: Bool, adjusted: Bool) {
    func value(_ row: EquityRows.Row, _ field: Int) -> Double {
      Double(String(decoding: source.text[row.fields[field]], as: UTF8.self)) ?? 0
    }
    var bars: [MadeBar] = []
    var period: Int?
    for row in source.rows {
      // Monday is day 4 of the epoch.
      let key = weekly ? (row.day.daysSinceEpoch - 4) / 7 : row.day.year * 12 + row.day.month
      if key != period {
        period = key
        bars.append(
          MadeBar(
            label: "\(row.day)", open: value(row, 0), high: value(row, 1), low: value(row, 2), close: value(row, 3), volume: value(row, 5),
            adjusted: adjusted ? (value(row, 4), value(row, 6)) : nil))
        continue
      }
      let last = bars.count - 1
      bars[last].open = value(row, 0)
      bars[last].high = max(bars[last].high, value(row, 1))
      bars[last].low = min(bars[last].low, value(row, 2))
      bars[last].volume = (bars[last].volume ?? 0) + value(row, 5)
      if adjusted { bars[last].adjusted?.dividend += value(row, 6) }
    }
    let word = weekly ? "Weekly" : "Monthly"
    self.init(
      name: adjusted ? "\(word) Adjusted Time Series" : "\(word) Time Series",
      metadata: [
        ("Information", "\(word) \(adjusted ? "Adjusted " : "")Prices and Volumes"), ("Symbol", source.symbol),
        ("Last Refreshed", source.rows.first.map { "\($0.day)" } ?? ""), ("Time Zone", "US/Eastern"),
      ], bars: bars)
  }

  /// The bars of the sessions of a month, labelled with their start, made to begin and end where the day does.
  init(_ source: EquityRows, minutes: Int, month: String, now: Instant) {
    var bars: [MadeBar] = []
    for row in source.rows where "\(row.day)".hasPrefix(month) && NewYork.close(row.day) <= now {
      func value(_ field: Int) -> Double { Double(String(decoding: source.text[row.fields[field]], as: UTF8.self)) ?? 0 }
      let (count, volume) = (390 / minutes, value(5))
      var draw = Draw(Draw.key(Draw.key(UInt64(minutes), name: source.symbol), UInt64(bitPattern: Int64(row.day.daysSinceEpoch))))
      var (price, day) = (value(0), [MadeBar]())
      for index in 0..<count {
        let left = Double(count - index)
        let next =
          index == count - 1
          ? value(3) : min(value(1), max(value(2), price + (value(3) - price) / left + (value(1) - value(2)) * 0.05 * draw.normal()))
        let clock = 570 + index * minutes
        let label = "\(row.day) \(String(format: "%02d:%02d:00", clock / 60, clock % 60))"
        day.append(
          MadeBar(
            label: label, open: price, high: max(price, next), low: min(price, next), close: next,
            volume: (volume / Double(count)).rounded()))
        price = next
      }
      bars += day.reversed()
    }
    self.init(
      name: "Time Series (\(minutes)min)",
      metadata: [
        ("Information", "Intraday (\(minutes)min) open, high, low, close prices and volume"), ("Symbol", source.symbol),
        ("Last Refreshed", bars.first?.label ?? ""), ("Interval", "\(minutes)min"), ("Output Size", "Full size"),
        ("Time Zone", "US/Eastern"),
      ], bars: bars)
  }

  /// The days of a pair up to now: slow waves around a level that the two names give.
  init(base: String, quote: String, isDigital: Bool, full: Bool, seed: UInt64, now: Instant) {
    let key = Draw.key(seed ^ 0xF0, name: base + "/" + quote)
    let level = isDigital ? 100 * exp(Double(key % 700) / 100) : 0.5 + Double(key % 1000) / 500
    func price(_ day: CivilDate) -> Double {
      let turn = Double(day.daysSinceEpoch) + Double(key % 997)
      var draw = Draw(Draw.key(key, UInt64(bitPattern: Int64(day.daysSinceEpoch))))
      return level * (1 + (isDigital ? 0.4 : 0.08) * sin(turn / 300) + 0.03 * sin(turn / 41) + 0.01 * (draw.uniform() - 0.5))
    }
    var (bars, day) = ([MadeBar](), now.utcDay)
    let count = full || isDigital ? 3000 : 100
    while bars.count < count {
      if isDigital || (1...5).contains(day.weekday) {
        let (open, close) = (price(day.adding(days: -1)), price(day))
        bars.append(
          MadeBar(
            label: "\(day)", open: open, high: max(open, close) * 1.002, low: min(open, close) * 0.998, close: close,
            volume: isDigital ? 100 + Double(key % 400) : nil))
      }
      day = day.adding(days: -1)
    }
    let metadata =
      isDigital
      ? [
        ("Information", "Daily Prices and Volumes for Digital Currency"), ("Digital Currency Code", base), ("Digital Currency Name", base),
        ("Market Code", quote), ("Market Name", quote), ("Last Refreshed", "\(now.utcDay) 00:00:00"), ("Time Zone", "UTC"),
      ]
      : [
        ("Information", "Forex Daily Prices (open, high, low, close)"), ("From Symbol", base), ("To Symbol", quote),
        ("Output Size", full ? "Full size" : "Compact"), ("Last Refreshed", "\(now.utcDay)"), ("Time Zone", "UTC"),
      ]
    self.init(
      name: isDigital ? "Time Series (Digital Currency Daily)" : "Time Series FX (Daily)", metadata: metadata, bars: bars,
      decimals: isDigital ? 8 : 5)
  }
}
