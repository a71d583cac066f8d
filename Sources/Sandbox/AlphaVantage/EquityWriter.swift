import Scheduling

/// Writes daily rows in Alpha Vantage's two forms.
enum EquityWriter {
  private static let adjustedKeys = [
    "1. open", "2. high", "3. low", "4. close", "5. adjusted close", "6. volume", "7. dividend amount", "8. split coefficient",
  ]
  private static let plainKeys = ["1. open", "2. high", "3. low", "4. close", "5. volume"]
  /// Which of the eight values the plain form holds.
  private static let plainFields = [0, 1, 2, 3, 5]

  static func json(_ source: EquityRows, _ rows: ArraySlice<EquityRows.Row>, adjusted: Bool, full: Bool) -> [UInt8] {
    var writer = ByteWriter(capacity: rows.count * (adjusted ? 400 : 260) + 500)
    writer.text("{\n    \"Meta Data\": {\n        \"1. Information\": \"")
    writer.string(
      adjusted ? "Daily Time Series with Splits and Dividend Events" : "Daily Prices (open, high, low, close) and Volumes")
    writer.string("\",\n        \"2. Symbol\": \"\(source.symbol)\",\n        \"3. Last Refreshed\": \"")
    writer.string("\(rows.first.map { "\($0.day)" } ?? "")\",\n        \"4. Output Size\": \"\(full ? "Full size" : "Compact")")
    writer.text("\",\n        \"5. Time Zone\": \"US/Eastern\"\n    },\n    \"Time Series (Daily)\": {")
    for (index, row) in rows.enumerated() {
      writer.text(index > 0 ? ",\n        " : "\n        ")
      if adjusted, let entry = row.entry { writer.raw(source.text[entry]) } else { object(row, source, adjusted, into: &writer) }
    }
    writer.text("\n    }\n}")
    return writer.bytes
  }

  private static func object(_ row: EquityRows.Row, _ source: EquityRows, _ adjusted: Bool, into writer: inout ByteWriter) {
    writer.string("\"\(row.day)\": {\n")
    let (keys, fields) = adjusted ? (adjustedKeys, Array(0..<8)) : (plainKeys, plainFields)
    for (index, field) in fields.enumerated() {
      writer.text(index > 0 ? ",\n            \"" : "            \"")
      writer.string(keys[index])
      writer.text("\": \"")
      writer.raw(source.text[row.fields[field]])
      writer.text("\"")
    }
    writer.text("\n        }")
  }

  static func csv(_ source: EquityRows, _ rows: ArraySlice<EquityRows.Row>, adjusted: Bool) -> [UInt8] {
    var writer = ByteWriter(capacity: rows.count * 90 + 100)
    writer.string("timestamp,open,high,low,close," + (adjusted ? "adjusted_close,volume,dividend_amount,split_coefficient" : "volume"))
    writer.text("\r\n")
    for row in rows {
      writer.string("\(row.day)")
      for field in adjusted ? Array(0..<8) : plainFields {
        writer.text(",")
        writer.raw(source.text[row.fields[field]])
      }
      writer.text("\r\n")
    }
    return writer.bytes
  }
}
