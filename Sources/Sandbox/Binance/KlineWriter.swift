/// Writes bars as a klines answer.
///
/// The text is made from its end to its beginning, as digits come out of a number, in one buffer and without a String.
struct KlineWriter {
  private let units: Units
  private let out: UnsafeMutablePointer<UInt8>
  private var position: Int

  /// More than the longest row: eleven numbers of at most 30 bytes with their quotes and commas.
  private static let rowBytesMax = 400

  static func body(_ bars: [Bar], _ units: Units) -> [UInt8] {
    let capacity = bars.count * rowBytesMax + 2
    return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      let base = buffer.baseAddress!
      var writer = KlineWriter(units: units, out: base, position: capacity)
      writer.byte("]")
      for index in bars.indices.reversed() {
        writer.row(bars[index])
        if index > 0 { writer.byte(",") }
      }
      writer.byte("[")
      count = capacity - writer.position
      base.update(from: base + writer.position, count: count)
    }
  }

  private mutating func row(_ bar: Bar) {
    byte("]")
    byte("\"")
    byte("0")
    byte("\"")
    byte(",")
    quoted(bar.takerQuoteVolume, 6)
    quoted(bar.takerVolume, units.lotDecimals)
    digits(bar.trades.magnitude)
    byte(",")
    quoted(bar.quoteVolume, 6)
    digits(bar.closeTime.magnitude)
    byte(",")
    quoted(bar.volume, units.lotDecimals)
    quoted(bar.close, units.priceDecimals)
    quoted(bar.low, units.priceDecimals)
    quoted(bar.high, units.priceDecimals)
    quoted(bar.open, units.priceDecimals)
    digits(bar.openTime.magnitude)
    byte("[")
  }

  /// A comma, and a number with eight decimals in quotes.
  /// - Parameter value: not negative.
  @inline(__always)
  private mutating func quoted(_ value: Int64, _ decimals: Int) {
    var rest = value.magnitude
    byte("\"")
    for _ in decimals..<8 { byte("0") }
    for _ in 0..<decimals {
      position -= 1
      out[position] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    byte(".")
    digits(rest)
    byte("\"")
    byte(",")
  }

  @inline(__always)
  private mutating func digits(_ value: UInt64) {
    var rest = value
    repeat {
      position -= 1
      out[position] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  @inline(__always)
  private mutating func byte(_ character: Unicode.Scalar) {
    position -= 1
    out[position] = UInt8(truncatingIfNeeded: character.value)
  }
}
