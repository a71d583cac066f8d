import MarketData
import Scheduling

/// Reads one bar: `"2023-12-12": {"1. open": "163.27", ...}`. Fields are known by the text after their number.
enum SeriesRowReader {
  enum Field: Int, CaseIterable {
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

  enum Value {
    case missing, unreadable
    case number(Double)
  }

  typealias Values = [8 of Value]

  /// Reads the value behind a label.
  /// - Parameter hasVolume: a row without volume is none.
  /// - Throws: ``JSONError`` also for a field that stands twice.
  static func read(
    _ scanner: inout JSONScanner, key: JSONScanner.Text, hasVolume: Bool
  ) throws(JSONError) -> Result<SeriesRow, RowProblem.Reason> {
    guard try scanner.kind() == .object else {
      try scanner.skipValue()
      return .failure(.notARow)
    }
    let values = try values(&scanner)
    guard let label = SeriesLabel(scanner.string(key)) else { return .failure(.notADate) }
    do {
      return .success(try row(label, values, hasVolume: hasVolume))
    } catch {
      return .failure(error)
    }
  }

  private static func values(_ scanner: inout JSONScanner) throws(JSONError) -> Values {
    var values = Values(repeating: .missing)
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

  /// The field that a key names: `1. open`, and `1a. open (CNY)` as digital currencies had it until 2024. Beside that stood `1b. open (USD)`,
  /// the same in dollars, which is passed over.
  private static func field(_ key: JSONScanner.Text, _ scanner: JSONScanner) -> Field? {
    if key.isEscaped {
      let label = SeriesDocument.label(scanner.string(key))
      return Field.allCases.first { $0.label.description == label }
    }
    var (start, end) = (key.range.lowerBound, key.range.upperBound)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    if digits.contains(scanner.byte(at: start)) {
      while start < end, digits.contains(scanner.byte(at: start)) { start += 1 }
      if scanner.byte(at: start) == UInt8(ascii: "b") { return nil }
      while start < end, scanner.byte(at: start) != UInt8(ascii: " ") { start += 1 }
      start = min(start + 1, end)
    }
    if end > start, scanner.byte(at: end - 1) == UInt8(ascii: ")") {
      while end > start, scanner.byte(at: end - 1) != UInt8(ascii: "(") { end -= 1 }
      end = max(start, end - 2)
    }
    return Field.allCases.first { scanner.holds($0.label, at: start..<end) }
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
    return value(scanner.bytes, range)
  }

  /// The number that stands in `range` and nothing else.
  static func value(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Value {
    var index = range.lowerBound
    guard let number = DecimalReader.read(bytes, from: &index), index == range.upperBound else { return .unreadable }
    return .number(number)
  }

  /// - Throws: why the fields are no bar.
  static func row(_ label: SeriesLabel, _ values: Values, hasVolume: Bool) throws(RowProblem.Reason) -> SeriesRow {
    let row = SeriesRow(
      date: label.date, time: label.time, open: try required(.open, values), high: try required(.high, values),
      low: try required(.low, values), close: try required(.close, values),
      volume: hasVolume ? try required(.volume, values) : try optional(.volume, values),
      adjustedClose: try optional(.adjustedClose, values), dividend: try dividend(values), split: try split(values))
    do {
      _ = try row.candle(openTime: label.date.midnight, closeTime: label.date.midnight)
    } catch {
      throw .candle(error)
    }
    return row
  }

  private static func required(_ field: Field, _ values: Values) throws(RowProblem.Reason) -> Double {
    guard let number = try optional(field, values) else { throw .missingField(field.label.description) }
    return number
  }

  private static func optional(_ field: Field, _ values: Values) throws(RowProblem.Reason) -> Double? {
    switch values[field.rawValue] {
    case .missing: return nil
    case .unreadable: throw .notANumber(field: field.label.description)
    case .number(let number): return number
    }
  }

  private static func dividend(_ values: Values) throws(RowProblem.Reason) -> Double {
    let dividend = try optional(.dividend, values) ?? 0
    guard dividend >= 0 else { throw .negative(field: Field.dividend.label.description) }
    return dividend
  }

  /// Zero would be the end of the company; negative is nonsense.
  private static func split(_ values: Values) throws(RowProblem.Reason) -> Double {
    let split = try optional(.split, values) ?? 1
    guard split > 0 else { throw .negative(field: Field.split.label.description) }
    return split
  }
}
