import MarketData
import Scheduling

/// Why a line is no candle.
struct CandleLineError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  static func notANumber(_ column: CandleColumn, _ text: String) -> CandleLineError {
    guard !text.isEmpty else { return CandleLineError("\(column.rawValue) is empty") }
    let isPadded = text.first!.isWhitespace || text.last!.isWhitespace
    let problem = isPadded ? "has white space around it" : "is not a decimal number"
    return CandleLineError("\(column.rawValue) `\(text.printable(40))` \(problem)")
  }

  static func notATime(_ text: String) -> CandleLineError {
    CandleLineError(
      text.isEmpty
        ? "open_time is empty" : "open_time `\(text.printable(40))` is not a time in ISO 8601 with a zone, such as 2026-01-15T00:00:00Z")
  }
}

/// The fields of one line of CSV.
enum CandleFields {
  /// Splits at commas; a field in quotes may hold commas and doubled quotes.
  /// - Parameter fields: is given the ranges, without the quotes around a field.
  static func split(_ line: UnsafeRawBufferPointer, into fields: inout [Range<Int>]) throws(CandleLineError) {
    fields.removeAll(keepingCapacity: true)
    var start = 0
    while true {
      let isQuoted = start < line.count && line[start] == UInt8(ascii: "\"")
      let field = isQuoted ? try quotedField(line, from: start + 1) : plainField(line, from: start)
      fields.append(field)
      start = field.upperBound + (isQuoted ? 2 : 1)
      guard start <= line.count else { return }
      guard line[start - 1] == UInt8(ascii: ",") else { throw CandleLineError("something follows the quotes around a field") }
    }
  }

  @inline(__always)
  private static func plainField(_ line: UnsafeRawBufferPointer, from start: Int) -> Range<Int> {
    var end = start
    while end < line.count, line[end] != UInt8(ascii: ",") { end += 1 }
    return start..<end
  }

  private static func quotedField(_ line: UnsafeRawBufferPointer, from start: Int) throws(CandleLineError) -> Range<Int> {
    var end = start
    while end < line.count {
      if line[end] == UInt8(ascii: "\"") {
        guard end + 1 < line.count, line[end + 1] == UInt8(ascii: "\"") else { return start..<end }
        end += 1
      }
      end += 1
    }
    throw CandleLineError("a quote is not closed")
  }

  /// The characters of a field.
  static func text(_ line: UnsafeRawBufferPointer, _ field: Range<Int>) -> String {
    guard field.lowerBound > 0, line[field.lowerBound - 1] == UInt8(ascii: "\"") else {
      return String(decoding: line[field], as: UTF8.self)
    }
    var (bytes, isSecond): ([UInt8], Bool) = ([], false)
    for byte in line[field] {
      isSecond = byte == UInt8(ascii: "\"") && !isSecond
      // Of two quotes the first stands for both. By bytes: with a mark behind it, a quote is another character of a text.
      if byte != UInt8(ascii: "\"") || isSecond { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An instant; `2026-01-15T00:00:00Z` without allocation.
  @inline(__always)
  static func instant(_ line: UnsafeRawBufferPointer, _ field: Range<Int>) throws(CandleLineError) -> Instant {
    let bytes = UnsafeRawBufferPointer(rebasing: line[field])
    if let instant = usualInstant(bytes) { return instant }
    let text = text(line, field)
    guard let instant = Instant(iso8601: text) else { throw .notATime(text) }
    return instant
  }

  /// Nil for what is not written as `YYYY-MM-DDThh:mm:ssZ`, and for a time that does not exist.
  @inline(__always)
  private static func usualInstant(_ bytes: UnsafeRawBufferPointer) -> Instant? {
    guard bytes.count == 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "Z"),
      let century = twoDigits(bytes, 0), let yearOfCentury = twoDigits(bytes, 2), let month = twoDigits(bytes, 5),
      let day = twoDigits(bytes, 8), let hour = twoDigits(bytes, 11), hour < 24, let minute = twoDigits(bytes, 14), minute < 60,
      let second = twoDigits(bytes, 17), second < 60, let date = CivilDate(year: century * 100 + yearOfCentury, month: month, day: day)
    else { return nil }
    return Instant(milliseconds: Int64(date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second) * 1000)
  }

  @inline(__always)
  private static func twoDigits(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int? {
    let (tens, ones) = (bytes[index] &- UInt8(ascii: "0"), bytes[index + 1] &- UInt8(ascii: "0"))
    return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
  }
}

extension CandleFile.Choice {
  /// The series that a candle belongs to; nil when it was not asked for.
  ///
  /// - Parameters:
  ///   - symbol: nil where the file does not tell it; then the choice does.
  ///   - interval: likewise.
  func series(symbol name: String?, interval text: String?) throws(CandleLineError) -> (Symbol, Interval)? {
    let symbol = try name.map { name throws(CandleLineError) in try Self.symbol(name) } ?? self.symbol
    let interval = try text.map { text throws(CandleLineError) in try Self.interval(text) } ?? self.interval
    guard let symbol else { throw CandleLineError("the symbol is missing") }
    guard let interval else { throw CandleLineError("the interval is missing") }
    return symbol == self.symbol ?? symbol && interval == self.interval ?? interval ? (symbol, interval) : nil
  }

  private static func symbol(_ name: String) throws(CandleLineError) -> Symbol {
    do throws(SymbolDefect) {
      return try Symbol(name)
    } catch {
      throw CandleLineError("symbol `\(name.printable(40))`: \(error)")
    }
  }

  private static func interval(_ text: String) throws(CandleLineError) -> Interval {
    guard let interval = Interval(rawValue: text) else {
      throw CandleLineError(
        "interval `\(text.printable(40))` is unknown; there are \(Interval.allCases.map(\.rawValue).joined(separator: " "))")
    }
    return interval
  }
}
