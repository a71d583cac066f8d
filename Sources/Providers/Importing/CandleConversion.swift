import MarketData
import Scheduling

/// Why a row is no candle.
struct ConversionDefect: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Makes a candle of the values of a row, strictly: what does not say what it is, is refused.
struct CandleConversion: Sendable {
  private let fields: [CandleField: (field: ForeignField, place: Int?)]
  private let now: Instant

  /// - Parameter wanted: the names of the values that a row has, in their order.
  init(_ mapping: ImportMapping, wanted: [String], now: Instant) {
    fields = mapping.fields.mapValues { field in (field, field.from.flatMap { wanted.firstIndex(of: $0) }) }
    self.now = now
  }

  func candle(_ row: ForeignRow) throws(ConversionDefect) -> ForeignCandle {
    if let defect = row.defect { throw ConversionDefect(defect) }
    let (symbol, interval) = (try symbol(row), try interval(row))
    guard let openTime = try time(.openTime, row) else { throw ConversionDefect("`open_time` is missing") }
    if let length = interval.length, length <= .days(1), interval.openTime(containing: openTime) != openTime {
      throw ConversionDefect("\(openTime) is no time at which a bar of \(interval) opens")
    }
    guard openTime <= now else { throw ConversionDefect("\(openTime) lies in the future") }
    let closeTime = try time(.closeTime, row) ?? interval.next(after: openTime) - .milliseconds(1)
    let (open, high, low) = (try number(.open, row), try number(.high, row), try number(.low, row))
    let (close, volume) = (try number(.close, row), try number(.volume, row))
    do throws(CandleDefect) {
      let candle = try Candle(openTime: openTime, closeTime: closeTime, open: open, high: high, low: low, close: close, volume: volume)
      return ForeignCandle(symbol: symbol, interval: interval, candle: candle)
    } catch {
      throw ConversionDefect(RowProblem.Reason.candle(error).description)
    }
  }

  private func symbol(_ row: ForeignRow) throws(ConversionDefect) -> Symbol {
    let text = try text(.symbol, row)
    do throws(SymbolDefect) {
      return try Symbol(text)
    } catch {
      throw ConversionDefect("`\(text.printable(40))` is no symbol")
    }
  }

  private func interval(_ row: ForeignRow) throws(ConversionDefect) -> Interval {
    let text = try text(.interval, row)
    guard let interval = Interval(rawValue: text) else { throw ConversionDefect("`\(text.printable(40))` is no interval") }
    return interval
  }

  private func text(_ field: CandleField, _ row: ForeignRow) throws(ConversionDefect) -> String {
    switch try value(field, row) {
    case .text(let text) where !text.isEmpty: return text
    case .integer(let value): return "\(value)"
    default: throw ConversionDefect("`\(field.rawValue)` is missing")
    }
  }

  private func number(_ field: CandleField, _ row: ForeignRow) throws(ConversionDefect) -> Double {
    switch try value(field, row) {
    case .double(let value): return value
    case .integer(let value): return Double(value)
    case .text(let text) where !text.isEmpty:
      guard let value = DecimalReader.value(of: text) else {
        throw ConversionDefect("`\(field.rawValue)` is `\(text.printable(40))`, which is no number")
      }
      return value
    case .missing, .text: throw ConversionDefect("`\(field.rawValue)` is missing")
    case .boolean, .nested: throw ConversionDefect("`\(field.rawValue)` is no number")
    }
  }

  /// - Returns: nil when the field is not mapped.
  private func time(_ field: CandleField, _ row: ForeignRow) throws(ConversionDefect) -> Instant? {
    guard let format = fields[field]?.field.format else { return nil }
    let found = try value(field, row)
    switch (found, format) {
    case (.missing, _), (.text(""), _): throw ConversionDefect("`\(field.rawValue)` is missing")
    case (.text(let text), .iso8601): if let instant = Instant(iso8601: text) { return instant }
    case (.text(let text), .dateTime):
      let parts = text.split(separator: text.contains("T") ? "T" : " ", maxSplits: 1)
      if parts.count == 2, let instant = Instant(iso8601: "\(parts[0])T\(parts[1])Z") { return instant }
    default: if let instant = unix(found, format) { return instant }
    }
    throw ConversionDefect("`\(field.rawValue)` is `\(found.shown.printable(40))`, which is no time as `\(format.rawValue)` writes it")
  }

  private func unix(_ value: ForeignValue, _ format: ForeignTime) -> Instant? {
    let factor: Double
    switch format {
    case .unixSeconds: factor = 1000
    case .unixMilliseconds: factor = 1
    case .unixMicroseconds: factor = 0.001
    case .iso8601, .dateTime: return nil
    }
    let number: Double? =
      switch value {
      case .integer(let value): Double(value)
      case .double(let value): value
      case .text(let text): DecimalReader.value(of: text)
      case .boolean, .nested, .missing: nil
      }
    // Years 1970 to 2200: what lies outside was written in another unit.
    guard let number, case let milliseconds = (number * factor).rounded(), (0..<7_258_118_400_000).contains(milliseconds) else {
      return nil
    }
    return Instant(milliseconds: Int64(milliseconds))
  }

  private func value(_ field: CandleField, _ row: ForeignRow) throws(ConversionDefect) -> ForeignValue {
    guard let (field, place) = fields[field] else { return .missing }
    let found = place.map { row.values[$0] } ?? field.constant.map { .text($0) } ?? .missing
    guard !field.words.isEmpty, let word = field.words[found.shown] else { return found }
    return .text(word)
  }
}
