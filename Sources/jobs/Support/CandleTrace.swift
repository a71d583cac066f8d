import JobGraph
import MarketData
import Providers
import Scheduling
import Storage

/// The way from a candle back to the bytes that its source sent.
struct CandleTrace {
  let key: SeriesKey
  let candle: Candle
  let revisions: [CandleRevision]
  /// Those that brought it, the newest first.
  let answers: [Answer]
  /// Where it stood in what was imported, the newest import first.
  let origins: [ImportOrigin]

  struct Answer {
    let page: CandlePageRow
    let body: Body
  }

  /// What the raw store has of an answer.
  enum Body {
    /// Pruned, or never kept.
    case missing
    /// It is whole, and the row is not found in it.
    case withoutRow
    case row(SourceRow, isStored: Bool)

    var word: String {
      switch self {
      case .missing: "missing"
      case .withoutRow: "without the row"
      case .row(_, let isStored): isStored ? "says the same" : "says otherwise"
      }
    }
  }

  /// - Throws: ``Failure`` when there is no such candle, or several sources have it.
  init(_ id: TraceID, in warehouse: Warehouse, _ rawStore: RawStore) async throws {
    let sources = try await warehouse.read { try $0.sources(of: id.symbol, id.interval, at: id.openTime) }
    let asked = sources.filter { id.source == nil || $0 == id.source }
    guard let source = asked.first else {
      throw Failure(
        .usage,
        "no candle \(id.symbol)/\(id.interval)/\(id.openTime) is stored"
          + (id.source.map { " from \(OneLine.shown($0))" } ?? "") + "; `jobs data status` lists what is")
    }
    guard asked.count == 1 else {
      throw Failure(
        .usage, "that candle is stored from \(asked.joined(separator: " and from ")); write \(source)/\(id.symbol)/\(id.interval)/… for one"
      )
    }
    let key = SeriesKey(source: source, symbol: id.symbol, interval: id.interval)
    let (candle, revisions, pages, origins) = try await warehouse.read {
      (
        try $0.candle(of: key, at: id.openTime), try $0.revisions(of: key, at: id.openTime), try $0.pages(of: key, covering: id.openTime),
        try $0.importOrigins(of: key, at: id.openTime)
      )
    }
    guard let candle else { throw Failure(.tryAgainLater, "the candle was removed meanwhile; try again") }
    (self.key, self.candle, self.revisions, self.origins) = (key, candle, revisions, origins)
    answers = pages.map { page in
      guard let body = rawStore.body(page.responseHash) else { return Answer(page: page, body: .missing) }
      guard let row = SourceRow.find(openingAt: id.openTime, in: body, of: source) else { return Answer(page: page, body: .withoutRow) }
      return Answer(page: page, body: .row(row, isStored: row.says(candle)))
    }
  }
}
