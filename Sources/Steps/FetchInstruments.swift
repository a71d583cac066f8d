public import JobGraph
public import Providers
public import Running
import Scheduling
public import Storage

/// `binance.instruments`: what the exchange lists, and what it allows.
public struct FetchInstruments: StepOperation {
  private let binance: Binance
  private let warehouse: Warehouse

  public init(from binance: Binance, into warehouse: Warehouse) {
    (self.binance, self.warehouse) = (binance, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let info = try await context.counting(in: warehouse) {
      try await binance.exchangeInfo(logicalDate: context.logicalDate, latest: context.latest)
    }
    let rows = info.instruments.map {
      InstrumentRow(
        symbol: $0.symbol, base: $0.base, quote: $0.quote, status: $0.status, tickSize: $0.tickSize?.value, lotStep: $0.lotStep?.value)
    }
    let (source, logicalDate, problems) = (binance.name, context.logicalDate, info.problems.count)
    let limits = info.rateLimits.compactMap(\.announced)
    return try await context.commit(in: warehouse) { transaction in
      try transaction.upsert(rows, source: source, describedAt: logicalDate)
      // From the commit on every process obeys them: they lie beside what was counted.
      try transaction.announce(limits, of: source, describedAt: logicalDate)
      return TaskOutcome(
        note: "\(rows.count) instruments", counts: [.init("instruments", rows.count)],
        warnings: problems == 0 ? [] : ["\(problems) instruments could not be read"])
    }
  }
}

extension ExchangeInfo.RateLimitRule {
  /// nil for a limit that no request of ours counts in, such as that of orders.
  fileprivate var announced: AnnouncedLimit? {
    switch kind {
    case "REQUEST_WEIGHT": AnnouncedLimit(unit: .weight, per: per, capacity: limit)
    case "RAW_REQUESTS": AnnouncedLimit(unit: .requests, per: per, capacity: limit)
    default: nil
    }
  }
}
