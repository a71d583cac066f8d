/// Writes bars as a klines answer.
enum KlineWriter {
  static func body(_ bars: [Bar], _ units: Units) -> [UInt8] {
    var writer = ByteWriter(capacity: bars.count * 190 + 2)
    writer.text("[")
    for (index, bar) in bars.enumerated() {
      if index > 0 { writer.text(",") }
      row(bar, units, into: &writer)
    }
    writer.text("]")
    return writer.bytes
  }

  private static func row(_ bar: Bar, _ units: Units, into writer: inout ByteWriter) {
    writer.text("[")
    writer.integer(bar.openTime)
    for price in [bar.open, bar.high, bar.low, bar.close] { quoted(price, units.priceDecimals, into: &writer) }
    quoted(bar.volume, units.lotDecimals, into: &writer)
    writer.text(",")
    writer.integer(bar.closeTime)
    quoted(bar.quoteVolume, 6, into: &writer)
    writer.text(",")
    writer.integer(bar.trades)
    quoted(bar.takerVolume, units.lotDecimals, into: &writer)
    quoted(bar.takerQuoteVolume, 6, into: &writer)
    writer.text(",\"0\"]")
  }

  private static func quoted(_ value: Int64, _ decimals: Int, into writer: inout ByteWriter) {
    writer.text(",\"")
    writer.decimal(value, decimals: decimals, shown: 8)
    writer.text("\"")
  }
}
