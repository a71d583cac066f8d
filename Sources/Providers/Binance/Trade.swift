public import MarketData
public import Scheduling

/// A trade, or several that the exchange joins because one order made them at one price.
public struct Trade: Sendable, Hashable {
  /// The exchange's number; it rises by one within a pair and a kind.
  public let id: Int64
  public let time: Instant
  /// Above zero, in the quote currency.
  public let price: Double
  /// Above zero, in units of what is bought.
  public let quantity: Double
  /// The seller took the buyer's waiting order.
  public let isBuyerMaker: Bool
  public let detail: Detail

  public enum Detail: Sendable, Hashable {
    case single(quoteQuantity: Double)
    /// The first and last of the trades that it joins.
    case aggregate(first: Int64, last: Int64)
  }

  public init(id: Int64, time: Instant, price: Double, quantity: Double, isBuyerMaker: Bool, detail: Detail) {
    (self.id, self.time, self.price, self.quantity) = (id, time, price, quantity)
    (self.isBuyerMaker, self.detail) = (isBuyerMaker, detail)
  }
}

/// What of the trades of a pair is asked for.
public enum TradeKind: String, Sendable, CaseIterable {
  case trades
  case agg

  /// Rows that one request brings at most.
  public static let rowsPerRequest = 1000

  /// What a request costs, in weight.
  public var weight: Int { self == .agg ? 4 : 25 }
}

/// Where to begin.
public enum TradeCursor: Sendable, Hashable {
  /// Joined trades from this number on.
  case id(Int64)
  /// Joined trades from this moment on.
  case time(Instant)
  /// The last thousand: all that the public host gives of single trades.
  case latest
}

/// The trades of one answer, ids ascending.
public struct TradePage: Sendable, Equatable {
  public var trades: [Trade] = []
  public var problems: [RowProblem] = []
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""
  /// The answer was as long as one can be: there may be more.
  public var isFull = false

  public init() {}
}

extension Binance {
  /// Asks for one page of trades.
  ///
  /// - Parameter cursor: `.latest` for single trades; an id or a time for joined ones.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive or the limiter throws.
  public func trades(
    _ symbol: Symbol, _ kind: TradeKind, from cursor: TradeCursor, logicalDate: Instant, latest: Instant? = nil
  ) async throws -> TradePage {
    var query = [("symbol", symbol.name), ("limit", String(TradeKind.rowsPerRequest))]
    switch cursor {
    case .id(let id): query.append(("fromId", String(id)))
    case .time(let time): query.append(("startTime", String(time.milliseconds)))
    case .latest: break
    }
    let request = ProviderRequest(
      path: kind == .agg ? "/api/v3/aggTrades" : "/api/v3/trades", query: query.map { (name: $0.0, value: $0.1) }, weight: kind.weight,
      subject: kind == .agg ? "joined trades of \(symbol)" : "trades of \(symbol)")
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, _ throws(Refusal) in
      try TradeReader.read(answer, kind, from: cursor)
    }
    var page = answered.value
    page.responseHash = answered.responseHash
    return page
  }
}
