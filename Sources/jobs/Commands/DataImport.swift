import ArgumentParser
import Foundation
import JobGraph
import MarketData
import Providers
import Reporting
import Running
import Scheduling
import Storage

struct DataImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Stores the candles of a file.",
    discussion: """
      EXAMPLES
        jobs data import candles.csv                                    under the source `import`
        jobs data import candles.csv --source desk --dry-run            only checks the file
        jobs data import closes.csv --symbol AAPL --interval 1d         a file without these columns
        zcat candles.csv.gz | jobs data import - --source desk

      Reads what `jobs data export` writes: CSV with a header (lines end with LF or CRLF, in any order), or JSON. Every bad line is named,
      and then nothing is stored; else all candles are, in one transaction. A second time changes nothing. A candle that is already there
      with other numbers is replaced, and the old one kept. Where --symbol or --interval are given and the file has the column too, only
      these candles are taken. An import does not mark a series as complete: a job that follows it fetches it all the same.
      """)

  @Argument(help: "The file, CSV or JSON; - is standard input.", completion: .file())
  var file: String

  @Option(help: "The source under which the candles are stored.")
  var source = "import"

  @Option(help: "The symbol, when the file has no such column; else only this one.")
  var symbol: String?

  @Option(help: "The interval, when the file has no such column; else only this one.")
  var interval: String?

  @Flag(name: .customLong("dry-run"), help: "Check the file, store nothing.")
  var dryRun = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    try checkSource()
    let workspace = try place.workspace()
    let content = try CandleInput.read(
      file, SeriesOption.choice(symbol: symbol, interval: interval), consequence: "nothing was imported")
    let changes = dryRun ? nil : try await store(content, workspace)
    let document = DataImportDocument(content, source: source, changes: changes)
    try json ? Output.json(document) : Output.print(document.sentence)
  }

  private func checkSource() throws {
    let isName =
      (1...32).contains(source.utf8.count) && source.utf8.first != UInt8(ascii: "-")
      && source.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".") }
    guard isName else {
      throw Failure(.usage, "--source `\(VisibleText.shown(source))` is no name; it has 1 to 32 letters, digits, `-`, `_` or `.`")
    }
  }

  private func store(_ content: CandleFile, _ workspace: Workspace) async throws -> CandleChanges {
    try AtomicFile.makeFolder(workspace.data)
    let lock = try RunLock(at: workspace.lockFile, purpose: "data import")
    let warehouse = try workspace.writing(lock: lock)
    let (source, now) = (source, SystemTime().now())
    let changes = try await warehouse.write { transaction in
      var changes = CandleChanges()
      for series in content.series {
        let key = SeriesKey(source: source, symbol: series.symbol, interval: series.interval)
        for start in stride(from: 0, to: series.count, by: Self.batch) {
          let candles = try (start..<min(start + Self.batch, series.count)).map { try series.candle($0) }
          changes += try transaction.upsert(candles, of: key, seenAt: now, barsOnly: true)
        }
      }
      return changes
    }
    try warehouse.close()
    return changes
  }

  /// Candles that are made at once.
  private static let batch = 4096
}

extension CandleSeries {
  /// A bar with the close time that its interval gives it.
  fileprivate func candle(_ index: Int) throws -> Candle {
    try Candle(
      openTime: openTimes[index], closeTime: interval.next(after: openTimes[index]) - .milliseconds(1), open: open[index],
      high: high[index], low: low[index], close: close[index], volume: volume[index])
  }
}

/// What an import did.
private struct DataImportDocument: Encodable {
  let schema = "jobs.data.import/1"
  let source: String
  let dryRun: Bool
  let candles: Int
  let leftOut: Int
  /// Null for a dry run, as the two below.
  let new: Int?
  let restated: Int?
  let unchanged: Int?
  let series: [Series]

  struct Series: Encodable {
    let symbol: String
    let interval: String
    let candles: Int
  }

  init(_ file: CandleFile, source: String, changes: CandleChanges?) {
    self.source = source
    (dryRun, candles, leftOut) = (changes == nil, file.candleCount, file.leftOut)
    (new, restated, unchanged) = (changes?.new, changes?.restated, changes?.unchanged)
    series = file.series.map { Series(symbol: $0.symbol.name, interval: $0.interval.rawValue, candles: $0.count) }
  }

  var sentence: String {
    let count = "\(candles) candle\(candles == 1 ? "" : "s") of \(series.count) series"
    let rest = leftOut > 0 ? "; \(leftOut) of other series left out" : ""
    guard let new, let restated, let unchanged else {
      return "\(count) can be imported as `\(source)`\(rest); nothing was stored (--dry-run)"
    }
    return "imported \(count) as `\(source)`: \(new) new, \(restated) restated, \(unchanged) unchanged\(rest)"
  }

  private enum Key: String, CodingKey {
    case schema, source, candles, new, restated, unchanged, series
    case dryRun = "dry_run"
    case leftOut = "left_out"
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(schema, forKey: .schema)
    try values.encode(source, forKey: .source)
    try values.encode(dryRun, forKey: .dryRun)
    try values.encode(candles, forKey: .candles)
    try values.encode(leftOut, forKey: .leftOut)
    try values.encode(new, forKey: .new)
    try values.encode(restated, forKey: .restated)
    try values.encode(unchanged, forKey: .unchanged)
    try values.encode(series, forKey: .series)
  }
}
