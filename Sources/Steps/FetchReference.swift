public import JobGraph
import MarketData
public import Providers
public import Running
import Scheduling
public import Storage

/// `alphavantage.company` and `alphavantage.market`: what the provider tells beside prices. One request per task.
public struct FetchReference: StepOperation {
  private let provider: AlphaVantage
  private let warehouse: Warehouse

  /// What a step can ask about each of its symbols.
  enum CompanyKind: String, CaseIterable { case quote, overview, earnings, news }

  /// What a step can ask about a market.
  enum MarketKind: String, CaseIterable { case listings, delisted, status, movers, search }

  public init(from provider: AlphaVantage, into warehouse: Warehouse) {
    (self.provider, self.warehouse) = (provider, warehouse)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let kind = context.parameters.text("kind")
    let found = try await context.counting(in: warehouse) {
      if let kind = CompanyKind(rawValue: kind) { try await company(kind, context) } else { try await market(kind, context) }
    }
    let (source, forgotten) = (provider.name, kind == MarketKind.search.rawValue ? context.parameters.optionalText("keywords") : nil)
    return try await context.commit(in: warehouse) { transaction in
      if let forgotten { try transaction.removeMatches(of: forgotten, source: source) }
      for (table, rows) in found.rows { try transaction.replace(rows, in: table, source: source) }
      let count = found.rows.first?.rows.count ?? 0
      return TaskOutcome(
        note: "\(count) \(kind)", counts: [.init("rows", count)],
        warnings: found.unreadable == 0 ? [] : ["\(found.unreadable) entries could not be read; the answer is kept in the raw store"])
    }
  }

  /// What is to be stored.
  private struct Found: Sendable {
    var rows: [(table: ReferenceTable, rows: [ReferenceRow])]
    var unreadable: Int

    init<Fact>(_ page: ReferencePage<Fact>, _ table: ReferenceTable, at logicalDate: Instant, row: (Fact) -> ReferenceRow) {
      unreadable = page.unreadable
      rows = [
        (
          table,
          page.facts.map { fact in
            var row = row(fact)
            row.set("logical_date", logicalDate)
            row.set("response_hash", page.responseHash)
            return row
          }
        )
      ]
    }
  }

  private func company(_ kind: CompanyKind, _ context: StepContext) async throws -> Found {
    let (symbol, date, latest) = (try context.symbol(), context.logicalDate, context.latest)
    switch kind {
    case .quote:
      let page = try await provider.quote(of: symbol, logicalDate: date, latest: latest)
      return Found(page, .quotes, at: date, row: ReferenceRow.init)
    case .overview:
      let page = try await provider.overview(of: symbol, logicalDate: date, latest: latest)
      return Found(page, .companyOverviews, at: date, row: ReferenceRow.init)
    case .earnings:
      let page = try await provider.earnings(of: symbol, logicalDate: date, latest: latest)
      return Found(page, .earnings, at: date) { ReferenceRow($0, of: symbol) }
    case .news:
      let page = try await provider.news(
        about: symbol, from: date - .days(context.parameters.integer("days") ?? 7), limit: context.parameters.integer("limit") ?? 50,
        logicalDate: date, latest: latest)
      var found = Found(page, .news, at: date, row: ReferenceRow.init)
      found.rows.append((.newsSymbols, page.facts.flatMap { ReferenceRow.mentions(in: $0) }))
      return found
    }
  }

  private func market(_ name: String, _ context: StepContext) async throws -> Found {
    let (date, latest) = (context.logicalDate, context.latest)
    switch MarketKind(rawValue: name) {
    case .listings, .delisted:
      let page = try await provider.listings(isActive: name == MarketKind.listings.rawValue, logicalDate: date, latest: latest)
      return Found(page, .listings, at: date, row: ReferenceRow.init)
    case .status:
      return Found(try await provider.marketStates(logicalDate: date, latest: latest), .marketStates, at: date, row: ReferenceRow.init)
    case .movers: return Found(try await provider.movers(logicalDate: date, latest: latest), .movers, at: date, row: ReferenceRow.init)
    case .search:
      guard let keywords = context.parameters.optionalText("keywords"), !keywords.isEmpty, keywords.utf8.count <= 100 else {
        throw TaskFailure(.permanent, "`kind: search` needs `keywords`, at most 100 bytes: the name that is looked for")
      }
      let page = try await provider.search(keywords, logicalDate: date, latest: latest)
      return Found(page, .symbolMatches, at: date) { ReferenceRow($0, keywords: keywords) }
    case nil: throw TaskFailure(.bug, "`\(name)` is no kind of reference data")
    }
  }
}
