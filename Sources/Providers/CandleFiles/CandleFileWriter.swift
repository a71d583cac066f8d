public import MarketData
public import Scheduling

/// Writes candles as CSV or JSON, so that ``CandleCSVReader`` and ``CandleJSON`` read the same candles back, bit for bit.
public enum CandleFileFormat: String, Sendable, CaseIterable {
  /// `symbol,interval,open_time,open,high,low,close,volume`, lines ended by LF.
  case csv
  /// One document: `{"schema": …, "candles": [ … ]}`, one candle a line.
  case json

  /// What stands before the first candle.
  public var head: String {
    switch self {
    case .csv: CandleCSVHeader.text + "\n"
    case .json: "{\"schema\": \"\(CandleJSON.schema)\", \"candles\": ["
    }
  }

  /// What stands behind the last candle.
  public var tail: String {
    switch self {
    case .csv: ""
    case .json: "\n]}\n"
    }
  }

  /// The part of a candle's line that is the same for a whole series.
  public func prefix(symbol: Symbol, interval: Interval) -> [UInt8] {
    switch self {
    case .csv: Array("\(CSVText.field(symbol)),\(interval),".utf8)
    case .json: Array("\n{\"symbol\": \(JSONText.string(symbol.name)), \"interval\": \"\(interval)\", \"open_time\": \"".utf8)
    }
  }

  /// - Parameters:
  ///   - prefix: of the candle's series.
  ///   - isFirst: whether no candle was written before.
  public func append(_ candle: Candle, prefix: [UInt8], isFirst: Bool, to bytes: inout [UInt8]) {
    if self == .json, !isFirst { bytes.append(UInt8(ascii: ",")) }
    bytes += prefix
    InstantWriter.append(candle.openTime, to: &bytes)
    let numbers = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    switch self {
    case .csv:
      append(",", numbers.0, to: &bytes)
      append(",", numbers.1, to: &bytes)
      append(",", numbers.2, to: &bytes)
      append(",", numbers.3, to: &bytes)
      append(",", numbers.4, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    case .json:
      append("\", \"open\": ", numbers.0, to: &bytes)
      append(", \"high\": ", numbers.1, to: &bytes)
      append(", \"low\": ", numbers.2, to: &bytes)
      append(", \"close\": ", numbers.3, to: &bytes)
      append(", \"volume\": ", numbers.4, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
  }

  @inline(__always)
  private func append(_ text: StaticString, _ number: Double, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    DecimalWriter.append(number, to: &bytes)
  }
}

/// Text in a CSV file.
public enum CSVText {
  /// A symbol: in quotes when it holds a comma or a quote, behind an apostrophe when it begins like a formula.
  public static func field(_ symbol: Symbol) -> String {
    let text = FormulaGuard.added(to: symbol.name)
    let needsQuotes = text.utf8.contains(UInt8(ascii: ",")) || text.utf8.contains(UInt8(ascii: "\""))
    return needsQuotes ? "\"" + text.replacing("\"" as Unicode.Scalar, with: "\"\"") + "\"" : text
  }
}

/// Text in a JSON document.
public enum JSONText {
  /// In quotes, with what JSON does not allow escaped.
  public static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Writes instants as `Instant.iso8601` does, without making a String.
public enum InstantWriter {
  public static func append(_ instant: Instant, to bytes: inout [UInt8]) {
    let day = instant.utcDay
    guard (0...9999).contains(day.year) else {
      bytes += instant.iso8601.utf8
      return
    }
    func append(_ number: Int, _ mark: UInt8, to bytes: inout [UInt8]) {
      bytes.append(UInt8(ascii: "0") + UInt8(number / 10))
      bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
      bytes.append(mark)
    }
    let rest = Int(instant.milliseconds - day.midnight.milliseconds)
    bytes.append(UInt8(ascii: "0") + UInt8(day.year / 1000))
    bytes.append(UInt8(ascii: "0") + UInt8(day.year / 100 % 10))
    append(day.year % 100, UInt8(ascii: "-"), to: &bytes)
    append(day.month, UInt8(ascii: "-"), to: &bytes)
    append(day.day, UInt8(ascii: "T"), to: &bytes)
    append(rest / 3_600_000, UInt8(ascii: ":"), to: &bytes)
    append(rest / 60_000 % 60, UInt8(ascii: ":"), to: &bytes)
    append(rest / 1000 % 60, rest % 1000 == 0 ? UInt8(ascii: "Z") : UInt8(ascii: "."), to: &bytes)
    guard rest % 1000 != 0 else { return }
    bytes.append(UInt8(ascii: "0") + UInt8(rest % 1000 / 100))
    append(rest % 100, UInt8(ascii: "Z"), to: &bytes)
  }
}
