public import MarketData
public import Scheduling

/// The prices that are offered and asked at a moment, best first.
public struct OrderBook: Sendable, Equatable {
  /// The exchange's number of this state of the book.
  public var lastUpdateID: Int64 = 0
  /// From the highest price down.
  public var bids: [Level] = []
  /// From the lowest price up.
  public var asks: [Level] = []
  /// Levels that could not be understood.
  public var problems: [RowProblem] = []
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""

  /// So much is to be had at a price; both above zero.
  public struct Level: Sendable, Hashable {
    public let price: Double
    public let quantity: Double

    public init(price: Double, quantity: Double) { (self.price, self.quantity) = (price, quantity) }
  }

  public init() {}
}

extension Binance {
  /// Asks for the order book of a pair as it is now.
  ///
  /// - Parameter levels: on each side, 1...5000.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  public func orderBook(_ symbol: Symbol, levels: Int, logicalDate: Instant, latest: Instant? = nil) async throws -> OrderBook {
    let request = ProviderRequest(
      path: "/api/v3/depth", query: [("symbol", symbol.name), ("limit", String(levels))], weight: Weight.depth(levels: levels),
      subject: "depth of \(symbol)")
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
      try OrderBookReader.read(answer, levelsMax: levels)
    }
    var book = answered.value
    book.responseHash = answered.responseHash
    return book
  }
}

extension Binance.Weight {
  /// - Parameter levels: on each side.
  public static func depth(levels: Int) -> Int {
    switch levels {
    case ...100: 5
    case ...500: 25
    case ...1000: 50
    default: 250
    }
  }
}

/// Reads the body of `depth`: `{"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[…]}`.
enum OrderBookReader {
  static func read(_ answer: ProviderAnswer, levelsMax: Int) throws(Refusal) -> Reading<OrderBook> {
    if let refusal = BinanceRules.refusal(answer) { throw refusal }
    var (book, sides) = (OrderBook(), Set<String>())
    do {
      try answer.body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
        var scanner = JSONScanner(bytes)
        let members = try scanner.members { (scanner, key) throws(JSONError) in
          guard key == "bids" || key == "asks", try scanner.kind() == .array else { return false }
          sides.insert(key)
          let levels = try readSide(&scanner, levelsMax: levelsMax, into: &book.problems)
          if key == "bids" { book.bids = levels } else { book.asks = levels }
          return true
        }
        try scanner.end()
        book.lastUpdateID = members["lastUpdateId"].flatMap { Int64($0) } ?? 0
      }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    guard sides.count == 2, book.lastUpdateID > 0 else { throw Refusal(.unexpectedShape, "the answer is no order book") }
    try checkOrder(book)
    return Reading(value: book, isEmpty: book.bids.isEmpty && book.asks.isEmpty)
  }

  private static func readSide(
    _ scanner: inout JSONScanner, levelsMax: Int, into problems: inout [RowProblem]
  ) throws(JSONError) -> [OrderBook.Level] {
    var (levels, index) = ([OrderBook.Level](), 0)
    try scanner.enterArray()
    while try scanner.nextElement() {
      guard index < levelsMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: levelsMax)) }
      scanner.skipBlanks()
      let start = scanner.offset
      switch try level(&scanner) {
      case .success(let level): levels.append(level)
      case .failure(let reason):
        let end = min(scanner.offset, start + RowProblem.textBytesMax)
        try problems.add(RowProblem(index: index, openTime: nil, reason: reason, text: scanner.source(start..<end)), at: start)
      }
      index += 1
    }
    return levels
  }

  /// Price and quantity; what stands behind them, as in years before, is ignored.
  private static func level(_ scanner: inout JSONScanner) throws(JSONError) -> Result<OrderBook.Level, RowProblem.Reason> {
    guard try scanner.kind() == .array else {
      try scanner.skipValue()
      return .failure(.notARow)
    }
    var texts: [String] = []
    try scanner.enterArray()
    while try scanner.nextElement() {
      switch try scanner.kind() {
      case .string where texts.count < 2: texts.append(scanner.string(try scanner.string()))
      case .number where texts.count < 2: texts.append(scanner.source(try scanner.number()))
      default: try scanner.skipValue()
      }
    }
    guard texts.count == 2 else { return .failure(.missingField(texts.isEmpty ? "price" : "quantity")) }
    guard let price = DecimalReader.value(of: texts[0]) else { return .failure(.notANumber(field: "price")) }
    guard let quantity = DecimalReader.value(of: texts[1]) else { return .failure(.notANumber(field: "quantity")) }
    guard price > 0 else { return .failure(.notAboveZero(field: "price")) }
    guard quantity > 0 else { return .failure(.notAboveZero(field: "quantity")) }
    return .success(OrderBook.Level(price: price, quantity: quantity))
  }

  /// Best first on both sides, and nobody asks less than somebody bids: else it is no state that a book has.
  private static func checkOrder(_ book: OrderBook) throws(Refusal) {
    for (side, levels, isBetter) in [("bids", book.bids, { $0 > $1 }), ("asks", book.asks, { $0 < $1 })]
      as [(String, [OrderBook.Level], (Double, Double) -> Bool)]
    {
      for (better, worse) in zip(levels, levels.dropFirst()) where !isBetter(better.price, worse.price) {
        throw Refusal(.unexpectedShape, "the \(side) are not in the order of their prices (\(better.price) before \(worse.price))")
      }
    }
    if let bid = book.bids.first, let ask = book.asks.first, bid.price >= ask.price {
      throw Refusal(.unexpectedShape, "the best bid \(bid.price) is not below the best ask \(ask.price)")
    }
  }
}
