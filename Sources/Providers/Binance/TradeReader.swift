import Scheduling

/// Reads the bodies of `trades` and `aggTrades`:
///
///     [{"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.000012","time":1499865549590,"isBuyerMaker":true,"isBestMatch":true}]
///     [{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}]
///
/// - Source: Binance spot API documentation, "Recent trades list", "Compressed/Aggregate trades list".
enum TradeReader {
  /// The names of the fields of a kind.
  private struct Names {
    let id, price, quantity, time, isBuyerMaker: String

    static func of(_ kind: TradeKind) -> Names {
      switch kind {
      case .trades: Names(id: "id", price: "price", quantity: "qty", time: "time", isBuyerMaker: "isBuyerMaker")
      case .agg: Names(id: "a", price: "p", quantity: "q", time: "T", isBuyerMaker: "m")
      }
    }
  }

  /// - Throws: ``Refusal`` when the body is a refusal, no JSON, or not the trades that were asked for.
  static func read(_ answer: ProviderAnswer, _ kind: TradeKind, from cursor: TradeCursor) throws(Refusal) -> Reading<TradePage> {
    if let refusal = BinanceRules.refusal(answer) { throw refusal }
    var (page, index) = (TradePage(), 0)
    do {
      try answer.body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
        var scanner = JSONScanner(bytes)
        try scanner.enterArray()
        while try scanner.nextElement() {
          guard index < TradeKind.rowsPerRequest else {
            throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: TradeKind.rowsPerRequest))
          }
          try readRow(&scanner, kind, index, into: &page)
          index += 1
        }
        try scanner.end()
      }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    page.isFull = index == TradeKind.rowsPerRequest
    try check(page, from: cursor)
    return Reading(value: page, isEmpty: index == 0)
  }

  private static func readRow(_ scanner: inout JSONScanner, _ kind: TradeKind, _ index: Int, into page: inout TradePage) throws(JSONError) {
    scanner.skipBlanks()
    let start = scanner.offset
    let result: Result<Trade, RowProblem.Reason>
    if try scanner.kind() == .object {
      result = try row(&scanner, kind)
    } else {
      try scanner.skipValue()
      result = .failure(.notARow)
    }
    switch result {
    case .success(let trade): page.trades.append(trade)
    case .failure(let reason):
      let end = min(scanner.offset, start + RowProblem.textBytesMax)
      page.problems.append(RowProblem(index: index, openTime: nil, reason: reason, text: scanner.source(start..<end)))
    }
  }

  /// Reads an object; unlike elsewhere its literals mean something.
  private static func row(_ scanner: inout JSONScanner, _ kind: TradeKind) throws(JSONError) -> Result<Trade, RowProblem.Reason> {
    var (texts, flags, keys): ([String: String], [String: Bool], JSONKeys) = ([:], [:], JSONKeys())
    try scanner.enterObject()
    while let key = try scanner.nextKey(notIn: &keys) {
      switch try scanner.kind() {
      case .string: texts[scanner.string(key)] = scanner.string(try scanner.string())
      case .number: texts[scanner.string(key)] = scanner.source(try scanner.number())
      case .object, .array: try scanner.skipValue()
      case .literal:
        let start = scanner.offset
        try scanner.skipValue()
        switch scanner.source(start..<scanner.offset) {
        case "true": flags[scanner.string(key)] = true
        case "false": flags[scanner.string(key)] = false
        default: break
        }
      }
    }
    do {
      return .success(try trade(texts, flags, kind))
    } catch {
      return .failure(error)
    }
  }

  private static func trade(_ texts: [String: String], _ flags: [String: Bool], _ kind: TradeKind) throws(RowProblem.Reason) -> Trade {
    let names = Names.of(kind)
    guard let isBuyerMaker = flags[names.isBuyerMaker] else { throw .missingField(names.isBuyerMaker) }
    guard let time = KlineRow.instant(try whole(names.time, texts)) else { throw .timeOutOfRange(field: names.time) }
    let (price, quantity) = (try positive(names.price, texts), try positive(names.quantity, texts))
    let detail: Trade.Detail
    switch kind {
    case .trades:
      guard let text = texts["quoteQty"] else { throw .missingField("quoteQty") }
      guard let value = DecimalReader.value(of: text) else { throw .notANumber(field: "quoteQty") }
      guard value >= 0 else { throw .negative(field: "quoteQty") }
      detail = .single(quoteQuantity: value)
    case .agg:
      let (first, last) = (try whole("f", texts), try whole("l", texts))
      guard first <= last else { throw .notANumber(field: "l") }
      detail = .aggregate(first: first, last: last)
    }
    return Trade(id: try whole(names.id, texts), time: time, price: price, quantity: quantity, isBuyerMaker: isBuyerMaker, detail: detail)
  }

  private static func whole(_ field: String, _ texts: [String: String]) throws(RowProblem.Reason) -> Int64 {
    guard let text = texts[field] else { throw .missingField(field) }
    // What a JSON number can hold exactly is far more than any id or time.
    guard DecimalReader.value(of: text) != nil, let number = Int64(text), number < 1 << 53 else { throw .notANumber(field: field) }
    guard number >= 0 else { throw .negative(field: field) }
    return number
  }

  private static func positive(_ field: String, _ texts: [String: String]) throws(RowProblem.Reason) -> Double {
    guard let text = texts[field] else { throw .missingField(field) }
    guard let number = DecimalReader.value(of: text) else { throw .notANumber(field: field) }
    guard number > 0 else { throw .notAboveZero(field: field) }
    return number
  }

  /// Ids rise, and begin where they were asked for: else they are the answer to another question.
  private static func check(_ page: TradePage, from cursor: TradeCursor) throws(Refusal) {
    for (before, after) in zip(page.trades, page.trades.dropFirst()) where after.id <= before.id {
      throw Refusal(.unexpectedShape, "the trade \(after.id) comes after \(before.id)")
    }
    guard let first = page.trades.first else { return }
    switch cursor {
    case .id(let id) where first.id < id: throw Refusal(.unexpectedShape, "the trades begin at \(first.id); from \(id) on was asked for")
    case .time(let time) where first.time < time:
      throw Refusal(.unexpectedShape, "the trades begin at \(first.time); from \(time) on was asked for")
    default: return
    }
  }
}
