import Foundation

/// Writes a GLOBAL_QUOTE answer.
enum QuoteWriter {
  static func json(_ source: EquityRows, _ last: EquityRows.Row, before: EquityRows.Row?) -> [UInt8] {
    func text(_ row: EquityRows.Row, _ field: Int) -> String { String(decoding: source.text[row.fields[field]], as: UTF8.self) }
    let previous = before.map { text($0, 3) } ?? text(last, 3)
    let (price, reference) = (Double(text(last, 3)) ?? 0, Double(previous) ?? 0)
    let change = price - reference
    let fields = [
      ("01. symbol", source.symbol), ("02. open", text(last, 0)), ("03. high", text(last, 1)), ("04. low", text(last, 2)),
      ("05. price", text(last, 3)), ("06. volume", text(last, 5)), ("07. latest trading day", "\(last.day)"),
      ("08. previous close", previous), ("09. change", String(format: "%.4f", change)),
      ("10. change percent", String(format: "%.4f%%", reference > 0 ? change / reference * 100 : 0)),
    ]
    let lines = fields.map { "        \"\($0.0)\": \"\($0.1)\"" }.joined(separator: ",\n")
    return Array("{\n    \"Global Quote\": {\n\(lines)\n    }\n}".utf8)
  }
}
