public import MarketData
public import Scheduling

/// What Binance says about itself: its limits, and the instruments it lists.
public struct ExchangeInfo: Sendable, Equatable {
  /// The exchange's own clock.
  public var serverTime: Instant?
  public var rateLimits: [RateLimitRule] = []
  public var instruments: [Instrument] = []
  /// Listed instruments that could not be understood.
  public var problems: [RowProblem] = []
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""

  /// A limit as the exchange states it that day.
  public struct RateLimitRule: Sendable, Hashable {
    /// In the exchange's words: `REQUEST_WEIGHT`, `RAW_REQUESTS`, `ORDERS`.
    public let kind: String
    /// So much may be used in each window of `per`.
    public let limit: Int
    public let per: Duration

    public init(kind: String, limit: Int, per: Duration) {
      (self.kind, self.limit, self.per) = (kind, limit, per)
    }
  }

  public init() {}
}

/// An instrument as an exchange lists it.
public struct Instrument: Sendable, Equatable {
  public let symbol: Symbol
  /// What is bought and sold: `BTC`.
  public let base: String
  /// What it is paid in: `USDT`.
  public let quote: String
  /// In the exchange's words: `TRADING`, `HALT`, `BREAK`.
  public let status: String
  /// The smallest step of a price; nil when the exchange states none.
  public let tickSize: ExactDecimal?
  /// The smallest step of a quantity; nil when the exchange states none.
  public let lotStep: ExactDecimal?

  public init(symbol: Symbol, base: String, quote: String, status: String, tickSize: ExactDecimal?, lotStep: ExactDecimal?) {
    (self.symbol, self.base, self.quote, self.status) = (symbol, base, quote, status)
    (self.tickSize, self.lotStep) = (tickSize, lotStep)
  }
}

/// A decimal number as it was written, beside its nearest Double.
public struct ExactDecimal: Sendable, Hashable {
  public let text: String
  public let value: Double

  /// - Returns: nil when the text is no decimal of JSON's grammar.
  public init?(_ text: String) {
    guard let value = DecimalReader.value(of: text) else { return nil }
    (self.text, self.value) = (text, value)
  }
}

extension Binance {
  /// The request for all instruments, as it is recorded.
  public static let exchangeInfoRequest = "/api/v3/exchangeInfo"

  /// Asks for the limits and instruments of the exchange.
  ///
  /// - Parameter symbols: only these; none for all. One that the exchange does not list makes the whole request fail.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  public func exchangeInfo(
    for symbols: [Symbol] = [], logicalDate: Instant, latest: Instant? = nil
  ) async throws -> ExchangeInfo {
    let request = ProviderRequest(
      path: Binance.exchangeInfoRequest, query: symbols.isEmpty ? [] : [("symbols", Binance.list(symbols))],
      weight: Weight.exchangeInfo, subject: "exchangeInfo")
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
      try ExchangeInfoReader.read(answer)
    }
    var info = answered.value
    info.responseHash = answered.responseHash
    return info
  }

  /// Symbols as the query wants them: `["BTCUSDT","BNBBTC"]`.
  static func list(_ symbols: [Symbol]) -> String {
    "[" + symbols.map { "\"" + $0.name.replacing("\"" as Unicode.Scalar, with: "\\\"") + "\"" }.joined(separator: ",") + "]"
  }
}
