public import MarketData
public import Scheduling

/// What happened to a symbol in the last 24 hours, as the exchange counts them.
public struct Ticker: Sendable, Equatable {
  public let symbol: Symbol
  /// nil when nothing was traded.
  public let last: Double?
  /// The change of the price in these 24 hours as a fraction: -0.0123 reads "1.23 % lower"; nil when nothing was traded.
  public let change: Double?
  /// In units of the base asset.
  public let volume: Double
  /// In units of the quote asset.
  public let quoteVolume: Double
  public let trades: Int
  /// The end of the 24 hours.
  public let closeTime: Instant

  public init(
    symbol: Symbol, last: Double?, change: Double?, volume: Double, quoteVolume: Double, trades: Int, closeTime: Instant
  ) {
    (self.symbol, self.last, self.change) = (symbol, last, change)
    (self.volume, self.quoteVolume, self.trades, self.closeTime) = (volume, quoteVolume, trades, closeTime)
  }
}

/// The tickers of one answer.
public struct TickerPage: Sendable, Equatable {
  public var tickers: [Ticker] = []
  public var problems: [RowProblem] = []
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""

  public init() {}
}

extension Binance {
  /// Symbols that one request can name; more are cheaper asked for all at once.
  private static let tickersNamedMax = 100

  /// Asks for the last 24 hours.
  ///
  /// - Parameter symbols: only these; none for all. One that the exchange does not list makes the request fail, unless more than
  ///   a hundred are asked for: then it is missing in the answer.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  public func ticker24hr(_ symbols: [Symbol] = [], logicalDate: Instant, latest: Instant? = nil) async throws -> TickerPage {
    let isNamed = (1...Binance.tickersNamedMax).contains(symbols.count)
    let request = ProviderRequest(
      path: "/api/v3/ticker/24hr", query: isNamed ? [("symbols", Binance.list(symbols))] : [],
      weight: Weight.ticker24hr(symbols: isNamed ? symbols.count : nil), subject: "ticker/24hr")
    let wanted = Set(symbols)
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
      try TickerReader.read(answer, only: isNamed ? wanted : [])
    }
    var page = answered.value
    if !wanted.isEmpty { page.tickers.removeAll { !wanted.contains($0.symbol) } }
    page.responseHash = answered.responseHash
    return page
  }
}

/// Reads the body of `ticker/24hr`: one object, or an array of them.
enum TickerReader {
  /// There are some 3,500 pairs.
  static let tickersMax = 20_000

  /// - Parameter only: a ticker of another symbol makes the answer somebody else's; empty for no such check.
  static func read(_ answer: ProviderAnswer, only: Set<Symbol>) throws(Refusal) -> Reading<TickerPage> {
    if let refusal = BinanceRules.refusal(answer) { throw refusal }
    var page = TickerPage()
    do {
      try answer.body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
        var scanner = JSONScanner(bytes)
        if try scanner.kind() == .object {
          try readOne(&scanner, into: &page, index: 0)
        } else {
          var index = 0
          try scanner.enterArray()
          while try scanner.nextElement() {
            guard index < tickersMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: tickersMax)) }
            try readOne(&scanner, into: &page, index: index)
            index += 1
          }
        }
        try scanner.end()
      }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    if !only.isEmpty, let foreign = page.tickers.first(where: { !only.contains($0.symbol) }) {
      throw Refusal(.unexpectedShape, "the answer holds \(foreign.symbol), which was not asked for")
    }
    return Reading(value: page, isEmpty: page.tickers.isEmpty && page.problems.isEmpty)
  }

  private static func readOne(_ scanner: inout JSONScanner, into page: inout TickerPage, index: Int) throws(JSONError) {
    scanner.skipBlanks()
    let start = scanner.offset
    let members = try scanner.members()
    do {
      page.tickers.append(try ticker(members))
    } catch {
      let end = min(scanner.offset, start + RowProblem.textBytesMax)
      try page.problems.add(RowProblem(index: index, openTime: nil, reason: error, text: scanner.source(start..<end)), at: start)
    }
  }

  private static func ticker(_ members: [String: String]) throws(RowProblem.Reason) -> Ticker {
    guard let name = members["symbol"] else { throw .missingField("symbol") }
    // `try?`: the only reason to fail is a name that is no symbol, and that is what is reported.
    guard let symbol = try? Symbol(name) else { throw .notASymbol }
    let last = try number("lastPrice", members)
    let opened = try number("openPrice", members)
    let trades = try number("count", members)
    guard let closeTime = members["closeTime"].flatMap({ Int64($0) }).flatMap(KlineRow.instant) else {
      throw .timeOutOfRange(field: "closeTime")
    }
    guard let count = Int(exactly: trades) else { throw .notANumber(field: "count") }
    let isTraded = count > 0 && last > 0 && opened > 0
    // Two prices that are possible one by one may have no ratio.
    guard !isTraded || (last / opened).isFinite else { throw .notANumber(field: "lastPrice / openPrice") }
    return Ticker(
      symbol: symbol, last: isTraded ? last : nil, change: isTraded ? last / opened - 1 : nil, volume: try number("volume", members),
      quoteVolume: try number("quoteVolume", members), trades: count, closeTime: closeTime)
  }

  private static func number(_ field: String, _ members: [String: String]) throws(RowProblem.Reason) -> Double {
    guard let text = members[field] else { throw .missingField(field) }
    guard let number = DecimalReader.value(of: text) else { throw .notANumber(field: field) }
    guard number >= 0 else { throw .negative(field: field) }
    return number
  }
}
