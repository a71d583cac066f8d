public import JobGraph
import MarketData
public import Providers
public import Running
import Scheduling
public import Storage

/// `binance.trades`: brings the trades of a pair up to the logical date, by their numbers.
///
/// Joined trades (`kind: agg`) go on behind the last number that is stored, page after page; the first time they begin `history` before
/// the logical date. Of single trades the public host gives only the last thousand: what was between is counted as missed.
public struct FetchTrades: StepOperation {
  private let binance: Binance
  private let warehouse: Warehouse

  public init(from binance: Binance, into warehouse: Warehouse) {
    (self.binance, self.warehouse) = (binance, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let symbol = try context.symbol()
    let kind = TradeKind(rawValue: context.parameters.optionalText("kind") ?? "") ?? .agg
    let key = TradeKey(source: binance.name, symbol: symbol, kind: kind == .agg ? .agg : .trades)
    let (mark, last) = try await warehouse.read { (try $0.tradeMark(of: key), try $0.lastTrades(of: key, 1).last) }
    if let mark, mark.askedAt == context.logicalDate { return TaskOutcome(note: "up to date", counts: []) }
    let begin = try FetchTrades.cursor(kind, mark, context)
    let fetched = try await context.counting(in: warehouse) { try await fetch(symbol, kind, from: begin, context) }
    try refuseForeign(fetched, last, key)
    return try await store(fetched, key, mark, context)
  }

  private static func cursor(_ kind: TradeKind, _ mark: TradeMark?, _ context: StepContext) throws -> TradeCursor {
    guard kind == .agg else { return .latest }
    if let mark { return .id(mark.nextID) }
    let text = context.parameters.optionalText("history") ?? "1h"
    guard case .last(let age)? = History(text) else {
      throw TaskFailure(.permanent, "`history` is `\(text)`; write a duration such as 1h: nobody keeps all trades")
    }
    return .time(context.logicalDate - age)
  }

  private func fetch(_ symbol: Symbol, _ kind: TradeKind, from begin: TradeCursor, _ context: StepContext) async throws -> FetchedTrades {
    var (fetched, cursor) = (FetchedTrades(), begin)
    let requestsMax = kind == .agg ? max(1, context.parameters.integer("requests_max") ?? 50) : 1
    for _ in 0..<requestsMax {
      let page = try await binance.trades(symbol, kind, from: cursor, logicalDate: context.logicalDate, latest: context.latest)
      fetched.add(page, before: context.logicalDate)
      guard let next = page.trades.last?.id, !fetched.isComplete else { break }
      cursor = .id(next + 1)
    }
    if kind == .trades { fetched.isComplete = true }
    return fetched
  }

  /// An answer does not say which pair it is about; but no price halves between two trades.
  private func refuseForeign(_ fetched: FetchedTrades, _ last: TradeRow?, _ key: TradeKey) throws {
    guard let last, let next = fetched.pages.lazy.flatMap(\.trades).first(where: { $0.id > last.id }),
      next.time - last.tradedAt < .days(1), max(last.price, next.price) > 2 * min(last.price, next.price)
    else { return }
    throw TaskFailure(
      .data,
      "\(key): the trade \(next.id) has the price \(next.price), the one before it \(last.price), as if the answer were about another "
        + "symbol; nothing of it was stored; the body is kept in the archive")
  }

  private func store(
    _ fetched: FetchedTrades, _ key: TradeKey, _ mark: TradeMark?, _ context: StepContext
  ) async throws -> TaskOutcome {
    let logicalDate = context.logicalDate
    let missed = fetched.missed(behind: mark?.nextID)
    return try await context.commit(in: warehouse) { transaction in
      var new = 0
      for page in fetched.pages where !page.trades.isEmpty {
        new += try transaction.insert(page.trades.map(TradeRow.init), of: key)
        try transaction.recordTradePage(
          of: key, page.trades[0].id...page.trades.last!.id, responseHash: page.responseHash, logicalDate: logicalDate)
      }
      if let nextID = fetched.nextID ?? mark?.nextID {
        let askedAt = fetched.isComplete ? logicalDate : mark?.askedAt ?? Instant(milliseconds: 0)
        try transaction.setTradeMark(
          TradeMark(nextID: max(nextID, mark?.nextID ?? 0), missed: (mark?.missed ?? 0) + missed, askedAt: askedAt), of: key)
      }
      var warnings: [String] = []
      if missed > 0 { warnings.append("\(missed) trades were over before they were asked for; run the job more often to have them all") }
      let problems = fetched.pages.flatMap(\.problems)
      if let first = problems.first { warnings.append("\(problems.count) rows are no trades: \(first.reason)") }
      return TaskOutcome(
        note: "\(new) new" + (fetched.isComplete ? "" : ", and more that the next run asks for"),
        counts: [.init("rows", fetched.pages.reduce(0) { $0 + $1.trades.count }), .init("new", new), .init("missed", missed)],
        warnings: warnings)
    }
  }
}

/// Pages on their way to the warehouse, cut at the logical date.
struct FetchedTrades: Sendable {
  private(set) var pages: [TradePage] = []
  /// Everything up to the logical date is there.
  var isComplete = false

  mutating func add(_ page: TradePage, before logicalDate: Instant) {
    var kept = page
    kept.trades.removeAll { $0.time >= logicalDate }
    isComplete = !page.isFull || kept.trades.count < page.trades.count
    pages.append(kept)
  }

  /// Where the next fetch goes on; nil when there was no trade.
  var nextID: Int64? { pages.lazy.compactMap { $0.trades.last?.id }.last.map { $0 + 1 } }

  /// Numbers that were passed over: between what is stored and what came, and within what came.
  func missed(behind next: Int64?) -> Int {
    let ids = pages.flatMap { $0.trades.map(\.id) }
    guard let first = ids.first else { return 0 }
    // A row that could not be read is no trade that was missed.
    let unread = pages.reduce(0) { $0 + $1.problems.count }
    let gaps = zip(ids, ids.dropFirst()).reduce(0) { $0 + Int($1.1 - $1.0 - 1) }
    return max(0, gaps - unread) + (next.map { max(0, Int(first - $0)) } ?? 0)
  }
}

extension TradeRow {
  init(_ trade: Trade) {
    self.init(
      id: trade.id, tradedAt: trade.time, price: trade.price, quantity: trade.quantity, isBuyerMaker: trade.isBuyerMaker)
    switch trade.detail {
    case .single(let quoteQuantity): self.quoteQuantity = quoteQuantity
    case .aggregate(let first, let last): joined = first...last
    }
  }
}
