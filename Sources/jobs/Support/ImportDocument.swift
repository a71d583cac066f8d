import MarketData
import Providers
import Reporting
import Storage

/// What an import came to, for people and for programs.
struct ImportDocument: Encodable {
  let schema = "jobs.migrate.import/1"
  let id: String
  let mapping: String
  let source: String
  /// `checked` (a dry run), `committed`, `already there` or `refused`.
  let state: String
  let files: [String]
  let rows: Int
  let candles: Int
  /// Rows that say again what another said.
  let repeated: Int
  /// Rows that are no candles.
  let refused: Int
  /// Null unless committed now, as the three below.
  let new: Int?
  let restated: Int?
  let unchanged: Int?
  let series: Int?
  /// The first ten.
  let refusals: [Refusal]
  let isRefused: Bool
  private let tolerance: Double

  struct Refusal: Encodable {
    let file: String
    let place: String
    let reason: String
    let text: String
  }

  init(
    _ record: ImportRecord, _ mapping: ImportMapping, state: String, isRefused: Bool, outcome: ImportOutcome?, _ refusals: [ImportRefusal]
  ) {
    (id, self.mapping, source, self.state) = (record.id, record.mapping, record.source, state)
    (files, rows, candles) = (record.files.map(\.name), record.rowsRead, record.candles)
    (repeated, refused, self.isRefused, tolerance) = (record.rowsRepeated, record.rowsRefused, isRefused, mapping.tolerance)
    (new, restated, unchanged, series) = (outcome?.new, outcome?.restated, outcome?.unchanged, outcome?.series)
    self.refusals = refusals.map {
      Refusal(file: record.files[$0.file].name, place: $0.place, reason: $0.reason, text: $0.text)
    }
  }

  var text: String {
    var lines = [headline]
    lines += refusals.map { "  \(VisibleText.shown($0.file)) \($0.place): \(VisibleText.shown($0.reason)): \(VisibleText.shown($0.text))" }
    if refused > refusals.count { lines.append("  and \(refused - refusals.count) more") }
    return lines.joined(separator: "\n")
  }

  private var headline: String {
    let counts =
      "\(NumberText.grouped(candles)) candles of \(NumberText.grouped(rows)) rows"
      + (repeated > 0 ? ", \(repeated) said twice" : "") + (refused > 0 ? ", \(refused) refused" : "")
    if isRefused {
      let reason =
        candles == 0 ? "there is no candle" : "the mapping tolerates \(DecimalWriter.text((tolerance * 10_000).rounded() / 100))%"
      return "refused: \(counts); \(reason), so nothing \(state == "checked" ? "would be" : "was") imported"
    }
    switch state {
    case "checked": return "\(counts) can be imported as `\(source)`; nothing was stored (--dry-run)"
    case "already there": return "\(id) is already there: \(counts), as `\(source)`; nothing was changed"
    default:
      let effects = [("new", new), ("restated", restated), ("unchanged", unchanged), ("series", series)]
        .map { "\(NumberText.grouped($0.1 ?? 0)) \($0.0)" }.joined(separator: ", ")
      return "imported \(id): \(counts), as `\(source)`: \(effects)"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case schema, id, mapping, source, state, files, rows, candles, repeated, refused, new, restated, unchanged, series, refusals
  }
}
