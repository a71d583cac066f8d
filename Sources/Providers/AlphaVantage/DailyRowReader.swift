import MarketData
import Scheduling

/// Reads one day: `"2023-12-12": {"1. open": "163.27", ...}`. Fields are known by the text after their number.
enum DailyRowReader {
  private enum Field: Int, CaseIterable {
    case open, high, low, close, adjustedClose, volume, dividend, split

    var label: StaticString {
      switch self {
      case .open: "open"
      case .high: "high"
      case .low: "low"
      case .close: "close"
      case .adjustedClose: "adjusted close"
      case .volume: "volume"
      case .dividend: "dividend amount"
      case .split: "split coefficient"
      }
    }
  }

  /// Reads the value behind a date.
  /// - Throws: ``JSONError`` also for a field that stands twice.
  static func read(
    _ scanner: inout JSONScanner, key: JSONScanner.Text
  ) throws(JSONError) -> Result<DailyRow, RowProblem.Reason> {
    guard try scanner.kind() == .object else {
      try scanner.skipValue()
      return .failure(.notARow)
    }
    let values = try values(&scanner)
    guard let date = date(scanner.string(key)) else { return .failure(.notADate) }
    do {
      return .success(try row(date, values))
    } catch {
      return .failure(error)
    }
  }

  /// The day of `2018-08-16`, and of `2018-08-16 12:46:09`, as a day is labelled that was not over.
  static func date(_ key: String) -> CivilDate? {
    let isPlain = key.utf8.count == 10
    let hasTime = key.utf8.count == 19 && key.utf8.dropFirst(10).first == UInt8(ascii: " ")
    return isPlain || hasTime ? CivilDate(String(decoding: key.utf8.prefix(10), as: UTF8.self)) : nil
  }

  private enum Value {
    case missing, unreadable
    case number(Double)
  }

  private static func values(_ scanner: inout JSONScanner) throws(JSONError) -> [8 of Value] {
    var values = [8 of Value](repeating: .missing)
    try scanner.enterObject()
    while let key = try scanner.nextKey() {
      guard let field = field(key, scanner) else {
        try scanner.skipValue()
        continue
      }
      guard case .missing = values[field.rawValue] else {
        throw JSONError(offset: key.range.lowerBound, fact: .duplicateKey(scanner.string(key)))
      }
      values[field.rawValue] = try value(&scanner)
    }
    return values
  }

  private static func field(_ key: JSONScanner.Text, _ scanner: JSONScanner) -> Field? {
    if key.isEscaped {
      let label = DailyDocument.label(scanner.string(key))
      return Field.allCases.first { $0.label.description == label }
    }
    var start = key.range.lowerBound
    if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(scanner.byte(at: start)) {
      while start < key.range.upperBound, scanner.byte(at: start) != UInt8(ascii: " ") { start += 1 }
      start = min(start + 1, key.range.upperBound)
    }
    let label = start..<key.range.upperBound
    return Field.allCases.first { scanner.holds($0.label, at: label) }
  }

  private static func value(_ scanner: inout JSONScanner) throws(JSONError) -> Value {
    let range: Range<Int>
    switch try scanner.kind() {
    case .string:
      let text = try scanner.string()
      if text.isEscaped { return DecimalReader.value(of: scanner.string(text)).map(Value.number) ?? .unreadable }
      range = text.range
    case .number: range = try scanner.number()
    default:
      try scanner.skipValue()
      return .unreadable
    }
    var index = range.lowerBound
    guard let number = DecimalReader.read(scanner.bytes, from: &index), index == range.upperBound else { return .unreadable }
    return .number(number)
  }

  private static func row(_ date: CivilDate, _ values: [8 of Value]) throws(RowProblem.Reason) -> DailyRow {
    let row = DailyRow(
      date: date, open: try required(.open, values), high: try required(.high, values), low: try required(.low, values),
      close: try required(.close, values), volume: try required(.volume, values),
      adjustedClose: try optional(.adjustedClose, values), dividend: try dividend(values), split: try split(values))
    do {
      _ = try row.candle(closeTime: date.midnight)
    } catch {
      throw .candle(error)
    }
    return row
  }

  private static func required(_ field: Field, _ values: [8 of Value]) throws(RowProblem.Reason) -> Double {
    guard let number = try optional(field, values) else { throw .missingField(field.label.description) }
    return number
  }

  private static func optional(_ field: Field, _ values: [8 of Value]) throws(RowProblem.Reason) -> Double? {
    switch values[field.rawValue] {
    case .missing: return nil
    case .unreadable: throw .notANumber(field: field.label.description)
    case .number(let number): return number
    }
  }

  private static func dividend(_ values: [8 of Value]) throws(RowProblem.Reason) -> Double {
    let dividend = try optional(.dividend, values) ?? 0
    guard dividend >= 0 else { throw .negative(field: Field.dividend.label.description) }
    return dividend
  }

  /// Zero would be the end of the company; negative is nonsense.
  private static func split(_ values: [8 of Value]) throws(RowProblem.Reason) -> Double {
    let split = try optional(.split, values) ?? 1
    guard split > 0 else { throw .negative(field: Field.split.label.description) }
    return split
  }
}
