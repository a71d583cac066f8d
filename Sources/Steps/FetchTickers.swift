public import JobGraph
import MarketData
public import Providers
public import Running
import Scheduling
public import Storage

/// `binance.tickers`: the figures of the last 24 hours for the symbols of the task's watchlist.
public struct FetchTickers: StepOperation {
  private let binance: Binance
  private let warehouse: Warehouse

  public init(from binance: Binance, into warehouse: Warehouse) {
    (self.binance, self.warehouse) = (binance, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let symbols = try context.parameters.texts("symbols").map { try Symbol($0) }
    let page = try await context.counting(in: warehouse) {
      try await binance.ticker24hr(symbols, logicalDate: context.logicalDate, latest: context.latest)
    }
    let rows = page.tickers.map {
      TickerRow(
        symbol: $0.symbol, last: $0.last, changePercent: $0.change.map { $0 * 100 }, volume: $0.volume, quoteVolume: $0.quoteVolume,
        trades: $0.trades)
    }
    let (source, logicalDate) = (binance.name, context.logicalDate)
    return try await context.commit(in: warehouse) { transaction in
      try transaction.upsert(rows, source: source, logicalDate: logicalDate)
      return TaskOutcome(note: "\(rows.count) tickers", counts: [.init("rows", rows.count)])
    }
  }
}
