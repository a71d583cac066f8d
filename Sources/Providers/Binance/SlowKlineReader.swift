import MarketData
import Scheduling

/// Reads a row that is not in the usual form: numbers with or without quotes, escapes, more fields than twelve; and says what is
/// wrong with one that is no candle.
enum SlowKlineReader {
  private static let names = [
    "open time", "open", "high", "low", "close", "volume", "close time", "quote volume", "trades", "taker buy volume",
    "taker buy quote volume", "ignored",
  ]

  static let fieldCount = names.count

  /// Reads the next element and moves behind it.
  /// - Throws: ``JSONError`` when it is no JSON: then nothing behind it can be trusted either.
  static func read(_ scanner: inout JSONScanner, index: Int) throws(JSONError) -> Result<Candle, RowProblem> {
    let start = scanner.offset
    guard try scanner.kind() == .array else {
      try scanner.skipValue()
      return .failure(problem(.notARow, nil, scanner, start, index))
    }
    let texts = try fields(&scanner)
    let openTime = texts.first.flatMap { $0 }.flatMap(Int64.init).flatMap(KlineRow.instant)
    do {
      return .success(try row(texts).candle())
    } catch {
      return .failure(problem(error, openTime, scanner, start, index))
    }
  }

  /// The text of the first twelve fields; nil for one that is neither string nor number.
  private static func fields(_ scanner: inout JSONScanner) throws(JSONError) -> [String?] {
    var texts: [String?] = []
    try scanner.enterArray()
    while try scanner.nextElement() {
      guard texts.count < names.count else {
        try scanner.skipValue()
        continue
      }
      switch try scanner.kind() {
      case .string: texts.append(scanner.string(try scanner.string()))
      case .number: texts.append(scanner.source(try scanner.number()))
      default:
        try scanner.skipValue()
        texts.append(nil)
      }
    }
    return texts
  }

  /// - Parameter texts: of the fields in their order; nil for one that is neither string nor number.
  static func row(_ texts: [String?]) throws(RowProblem.Reason) -> KlineRow {
    guard texts.count == names.count else { throw .missingField(names[texts.count]) }
    var row = KlineRow()
    row.openTime = try integer(texts, 0)
    row.open = try decimal(texts, 1)
    row.high = try decimal(texts, 2)
    row.low = try decimal(texts, 3)
    row.close = try decimal(texts, 4)
    row.volume = try decimal(texts, 5)
    row.closeTime = try integer(texts, 6)
    row.quoteVolume = try decimal(texts, 7)
    row.trades = try integer(texts, 8)
    row.takerBuyVolume = try decimal(texts, 9)
    row.takerBuyQuoteVolume = try decimal(texts, 10)
    return row
  }

  /// A whole number in JSON's grammar; `Int64.init` alone would take `+5` and `007`.
  private static func integer(_ texts: [String?], _ field: Int) throws(RowProblem.Reason) -> Int64 {
    guard let text = texts[field], DecimalReader.value(of: text) != nil, let number = Int64(text) else {
      throw .notANumber(field: names[field])
    }
    return number
  }

  private static func decimal(_ texts: [String?], _ field: Int) throws(RowProblem.Reason) -> Double {
    guard let number = texts[field].flatMap({ DecimalReader.value(of: $0) }) else { throw .notANumber(field: names[field]) }
    return number
  }

  private static func problem(
    _ reason: RowProblem.Reason, _ openTime: Instant?, _ scanner: JSONScanner, _ start: Int, _ index: Int
  ) -> RowProblem {
    let end = min(scanner.offset, start + RowProblem.textBytesMax)
    return RowProblem(index: index, openTime: openTime, reason: reason, text: scanner.source(start..<end))
  }
}
