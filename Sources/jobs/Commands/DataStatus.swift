import ArgumentParser
import Foundation
import MarketData
import Reporting
import Scheduling
import Storage

struct DataStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what is stored, and how much room it takes.",
    discussion: """
      EXAMPLES
        jobs data status              candles of each series, rows of each table, sizes of files
        jobs data status --sandbox    of the sandbox
        jobs data status --json       for programs

      COMPLETE FROM and UNTIL are the series' watermark: every candle that opened between them and exists at the source is stored. A series
      that was only imported has none.
      """)

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let document = try await warehouse.read { reader in
      let coverage = Dictionary(uniqueKeysWithValues: try reader.coverage().map { ($0.key, $0) })
      let keys = Set(coverage.keys).union(try reader.seriesKeys()).sorted()
      var tables: [String: Int] = [:]
      for table in CountedTable.allCases where table != .candles { tables[table.rawValue] = try reader.count(of: table) }
      // Counted above already.
      tables[CountedTable.candles.rawValue] = coverage.values.reduce(0) { $0 + $1.candles }
      return DataStatusDocument(
        series: try keys.map { StoredSeries($0, coverage[$0], try reader.watermark(of: $0)) }, tables: tables,
        files: workspace.storedFiles)
    }
    try json ? Output.json(document) : print(document, workspace)
  }

  private func print(_ document: DataStatusDocument, _ workspace: Workspace) throws {
    let series = PlainTable(
      [
        .init("SYMBOL"), .init("INTERVAL"), .init("SOURCE"), .init("CANDLES", .right), .init("FIRST", mayShrink: false),
        .init("LAST", mayShrink: false), .init("COMPLETE FROM", mayShrink: false), .init("UNTIL", mayShrink: false),
      ],
      rows: document.series.map {
        [$0.symbol, $0.interval, $0.source, String($0.candles), $0.first, $0.last, $0.completeFrom, $0.completeUntil].map { $0 ?? "-" }
      })
    let tables = PlainTable(
      [.init("TABLE"), .init("ROWS", .right)], rows: document.tables.sorted { $0.key < $1.key }.map { [$0.key, String($0.value)] })
    let files = PlainTable(
      [.init("FILES"), .init("SIZE", .right)],
      rows: document.files.map { [workspace.shown($0.path), FileSizes.text($0.bytes)] })
    let parts = (series.rows.isEmpty ? [tables, files] : [series, tables, files]).map { $0.text(width: Output.width) }
    try Output.write(Array(parts.joined(separator: "\n").utf8))
  }
}

extension Workspace {
  /// What takes room on the disk.
  fileprivate var storedFiles: [StoredFiles] {
    [database, "\(database)-wal", "\(data)/raw", "\(data)/backups", reports]
      .map { StoredFiles(path: $0, bytes: sandboxAside($0)) }
  }

  /// The sandbox's reports lie below those of the real data, and are not theirs.
  private func sandboxAside(_ path: String) -> Int {
    FileSizes.total(path) - (path == reports && !isSandbox ? FileSizes.total("\(reports)/sandbox") : 0)
  }
}

private struct StoredFiles: Encodable {
  let path: String
  let bytes: Int
}

/// A series as programs read it; what is not known is null.
private struct StoredSeries: Encodable {
  let symbol: String
  let interval: String
  let source: String
  let candles: Int
  let first: String?
  let last: String?
  let completeFrom: String?
  let completeUntil: String?

  init(_ key: SeriesKey, _ coverage: SeriesCoverage?, _ watermark: Watermark?) {
    (symbol, interval, source) = (key.symbol.name, key.interval.rawValue, key.source)
    candles = coverage?.candles ?? 0
    (first, last) = (coverage?.first.iso8601, coverage?.last.iso8601)
    (completeFrom, completeUntil) = (watermark?.completeFrom.iso8601, watermark?.completeUntil.iso8601)
  }

  private enum Key: String, CodingKey {
    case symbol, interval, source, candles, first, last
    case completeFrom = "complete_from"
    case completeUntil = "complete_until"
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(symbol, forKey: .symbol)
    try values.encode(interval, forKey: .interval)
    try values.encode(source, forKey: .source)
    try values.encode(candles, forKey: .candles)
    try values.encode(first, forKey: .first)
    try values.encode(last, forKey: .last)
    try values.encode(completeFrom, forKey: .completeFrom)
    try values.encode(completeUntil, forKey: .completeUntil)
  }
}

private struct DataStatusDocument: Encodable {
  let schema = "jobs.data.status/1"
  let series: [StoredSeries]
  /// Rows by table.
  let tables: [String: Int]
  let files: [StoredFiles]
}
