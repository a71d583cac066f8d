public import JobGraph
import MarketData
public import Providers
public import Running
import Scheduling
public import Storage

/// `binance.depth`: the order book of a pair as it is while the run goes on.
public struct FetchDepth: StepOperation {
  private let binance: Binance
  private let warehouse: Warehouse

  /// A book is a thing of the moment: later than this after the logical date it would be a lie about that date.
  static let lateMax = Duration.days(1)

  public init(from binance: Binance, into warehouse: Warehouse) {
    (self.binance, self.warehouse) = (binance, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (symbol, levels, logicalDate) = (try context.symbol(), context.parameters.integer("levels") ?? 100, context.logicalDate)
    let stored = try await warehouse.read { [name = binance.name] in try $0.depth(symbol, source: name, at: logicalDate) }
    if stored == nil { try refuseLate(symbol, context) }
    let book = try await context.counting(in: warehouse) {
      try await binance.orderBook(symbol, levels: levels, logicalDate: logicalDate, latest: context.latest)
    }
    let row = DepthRow(
      symbol: symbol, lastUpdateID: book.lastUpdateID, responseHash: book.responseHash,
      bids: book.bids.map { .init(price: $0.price, quantity: $0.quantity) },
      asks: book.asks.map { .init(price: $0.price, quantity: $0.quantity) })
    let (source, problems) = (binance.name, book.problems)
    return try await context.commit(in: warehouse) { transaction in
      try transaction.upsert(row, source: source, logicalDate: logicalDate)
      return TaskOutcome(
        note: "\(row.bids.count) bids, \(row.asks.count) asks", counts: [.init("levels", row.bids.count + row.asks.count)],
        warnings: problems.isEmpty ? [] : ["\(problems.count) levels could not be read: \(problems[0].reason)"])
    }
  }

  private func refuseLate(_ symbol: Symbol, _ context: StepContext) throws {
    let late = context.time.now() - context.logicalDate
    guard late > FetchDepth.lateMax else { return }
    throw TaskFailure(
      .permanent,
      "\(symbol): the order book of \(context.logicalDate) is gone; it is only to be had within a day of the logical date, and now it is "
        + "\(context.time.now()); leave the step out with --skip when you run an earlier date")
  }
}
