public import JobGraph
public import Providers
public import Running
import Scheduling
public import Storage

/// `sec.tickers`: which company stands behind a ticker.
public struct FetchCompanies: StepOperation {
  private let register: CompanyRegister
  private let warehouse: Warehouse

  public init(from register: CompanyRegister, into warehouse: Warehouse) {
    (self.register, self.warehouse) = (register, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let page = try await context.counting(in: warehouse) {
      try await register.companies(logicalDate: context.logicalDate, latest: context.latest)
    }
    let rows = page.companies.map { CompanyRow(symbol: $0.symbol, cik: $0.cik, title: $0.title) }
    let (source, logicalDate, problems) = (register.name, context.logicalDate, page.problems.count)
    return try await context.commit(in: warehouse) { transaction in
      try transaction.upsert(rows, source: source, describedAt: logicalDate)
      return TaskOutcome(
        note: "\(rows.count) companies", counts: [.init("companies", rows.count)],
        warnings: problems == 0 ? [] : ["\(problems) companies could not be read"])
    }
  }
}
