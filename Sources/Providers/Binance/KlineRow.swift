import MarketData
import Scheduling

/// The eleven numbers of a kline row that mean something.
struct KlineRow {
  var openTime: Int64 = 0
  var closeTime: Int64 = 0
  var open = 0.0
  var high = 0.0
  var low = 0.0
  var close = 0.0
  var volume = 0.0
  var quoteVolume = 0.0
  var trades: Int64 = 0
  var takerBuyVolume = 0.0
  var takerBuyQuoteVolume = 0.0

  /// - Throws: the first reason why the numbers are no candle.
  @inline(__always)
  func candle() throws(RowProblem.Reason) -> Candle {
    guard let opened = KlineRow.instant(openTime) else { throw .timeOutOfRange(field: "open time") }
    guard let closed = KlineRow.instant(closeTime) else { throw .timeOutOfRange(field: "close time") }
    guard trades >= 0 else { throw .negative(field: "trades") }
    guard quoteVolume >= 0 else { throw .negative(field: "quote volume") }
    guard takerBuyVolume >= 0 else { throw .negative(field: "taker buy volume") }
    guard takerBuyQuoteVolume >= 0 else { throw .negative(field: "taker buy quote volume") }
    do {
      return try Candle(
        openTime: opened, closeTime: closed, open: open, high: high, low: low, close: close, volume: volume,
        trading: Candle.Trading(
          quoteVolume: quoteVolume, trades: Int(trades), takerBuyVolume: takerBuyVolume, takerBuyQuoteVolume: takerBuyQuoteVolume))
    } catch {
      throw .candle(error)
    }
  }

  /// The instant that a number of milliseconds (1973...5138) or microseconds (1973...5138) means; nil for any other size, which
  /// would be seconds, nanoseconds or nonsense.
  @inline(__always)
  static func instant(_ number: Int64) -> Instant? {
    switch number {
    case 100_000_000_000..<100_000_000_000_000: Instant(milliseconds: number)
    case 100_000_000_000_000..<100_000_000_000_000_000: Instant(milliseconds: number / 1000)
    default: nil
    }
  }
}

extension RowProblem.Reason: Error {}

extension KlineRow {
  /// Reads a row in the form in which it is always sent.
  ///
  /// - Parameter start: where its `[` should be.
  /// - Returns: the place behind its `]`; nil when any byte departs from that form, which does not yet make the row wrong.
  @inline(__always)
  mutating func readQuickly(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var cursor = KlineCursor(bytes: bytes, index: start)
    guard cursor.take(UInt8(ascii: "[")),
      cursor.integer(&openTime), cursor.comma(),
      cursor.decimal(&open), cursor.comma(),
      cursor.decimal(&high), cursor.comma(),
      cursor.decimal(&low), cursor.comma(),
      cursor.decimal(&close), cursor.comma(),
      cursor.decimal(&volume), cursor.comma(),
      cursor.integer(&closeTime), cursor.comma(),
      cursor.decimal(&quoteVolume), cursor.comma(),
      cursor.integer(&trades), cursor.comma(),
      cursor.decimal(&takerBuyVolume), cursor.comma(),
      cursor.decimal(&takerBuyQuoteVolume), cursor.comma()
    else { return nil }
    var ignored = 0.0
    guard cursor.decimal(&ignored), cursor.take(UInt8(ascii: "]")) else { return nil }
    return cursor.index
  }

  /// As ``readQuickly(_:from:)`` for a line of CSV without quotes.
  ///
  /// - Returns: where the next line begins.
  @inline(__always)
  mutating func readQuickly(csv bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var cursor = KlineCursor(bytes: bytes, index: start)
    let comma = UInt8(ascii: ",")
    guard cursor.integer(&openTime), cursor.take(comma),
      cursor.plainDecimal(&open), cursor.take(comma),
      cursor.plainDecimal(&high), cursor.take(comma),
      cursor.plainDecimal(&low), cursor.take(comma),
      cursor.plainDecimal(&close), cursor.take(comma),
      cursor.plainDecimal(&volume), cursor.take(comma),
      cursor.integer(&closeTime), cursor.take(comma),
      cursor.plainDecimal(&quoteVolume), cursor.take(comma),
      cursor.integer(&trades), cursor.take(comma),
      cursor.plainDecimal(&takerBuyVolume), cursor.take(comma),
      cursor.plainDecimal(&takerBuyQuoteVolume), cursor.take(comma)
    else { return nil }
    var ignored = 0.0
    guard cursor.plainDecimal(&ignored) else { return nil }
    _ = cursor.take(UInt8(ascii: "\r"))
    return cursor.index == bytes.count || cursor.take(UInt8(ascii: "\n")) ? cursor.index : nil
  }
}

/// A place in a body, moving over the parts of a row. Every access is bounds-checked.
private struct KlineCursor {
  let bytes: UnsafeRawBufferPointer
  var index: Int

  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  /// A comma, and the blanks that an indented body has around it.
  @inline(__always)
  mutating func comma() -> Bool {
    guard take(UInt8(ascii: ",")) else { return false }
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x0a { index += 1 }
    return true
  }

  /// A plain number without sign, of at most 17 digits: more is no time and no count.
  @inline(__always)
  mutating func integer(_ value: inout Int64) -> Bool {
    let start = index
    var result: Int64 = 0
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      result = result &* 10 &+ Int64(digit)
      index += 1
    }
    let count = index - start
    guard count == 1 || (count > 1 && count < 18 && bytes[start] != UInt8(ascii: "0")) else { return false }
    value = result
    return true
  }

  /// A decimal without quotes.
  @inline(__always)
  mutating func plainDecimal(_ value: inout Double) -> Bool {
    guard let number = DecimalReader.read(bytes, from: &index) else { return false }
    value = number
    return true
  }

  /// A decimal in quotes.
  @inline(__always)
  mutating func decimal(_ value: inout Double) -> Bool {
    guard take(UInt8(ascii: "\"")), let number = DecimalReader.read(bytes, from: &index) else { return false }
    value = number
    return take(UInt8(ascii: "\""))
  }
}
