import Analysis
import ArgumentParser
import Foundation
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling
import Storage

struct DataScreen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "screen", abstract: "Lists the symbols whose newest bar passes given bounds.",
    discussion: """
      EXAMPLES
        jobs data screen --change 5                         moved by at least 5 % up or down
        jobs data screen --change +3 --min-volume 1000000   rose by 3 %, and a million was traded
        jobs data screen --change=-10 --min-price 1         fell by 10 %, and costs at least 1
        jobs data screen --interval 1h --limit 20 --json    for programs

      The volume is the turnover of the bar: volume times close, in the quote currency. The change is that of the close against the bar before.
      Symbols are listed by the size of their change. The bar's time is shown: a series that is stale is not hidden.
      """)

  @Option(help: "The least turnover of the bar, in the quote currency.")
  var minVolume: Double?

  @Option(help: "The least close.")
  var minPrice: Double?

  @Option(
    help: ArgumentHelp("The least change in percent: 5 either way, +5 a rise, -5 a fall (written --change=-5).", valueName: "percent"))
  var change: String?

  @Option(help: "The candles to look at.")
  var interval = "1d"

  @Option(help: "Only of this source.")
  var source: String?

  @Option(help: "So many symbols at most.")
  var limit = 50

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let screen = Screen(
      turnoverMin: try Self.bound(minVolume, "--min-volume"), priceMin: try Self.bound(minPrice, "--min-price"),
      change: try change.map(Self.change))
    guard limit > 0 else { throw Failure(.usage, "--limit is \(limit); it is at least 1") }
    guard let interval = try SeriesOption.choice(symbol: nil, interval: interval).interval else { return }
    let warehouse = try place.workspace().reading()
    let (source, now) = (source, Instant(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)))
    let found = try await warehouse.read { reader in
      try reader.storedSeriesKeys().filter { $0.interval == interval && $0.source == source ?? $0.source }
        .compactMap { key in Screen.Row(try reader.series(key, closedBy: now, last: 2)).map { (key.source, $0) } }
    }
    guard !found.isEmpty else {
      throw Failure(.usage, "no \(interval) candle is stored" + (source.map { " from \($0)" } ?? "") + "; `jobs data status` lists what is")
    }
    let rows = found.filter { screen.passes($0.1) }.sorted { abs($0.1.change ?? 0) > abs($1.1.change ?? 0) }.prefix(limit)
      .map { Row($0.0, $0.1) }
    if json { return try Output.json(Document(rows: rows, looked: found.count)) }
    try Output.write(Array(Self.table(rows).text(width: Output.width).utf8))
    Output.say("\(rows.count) of \(found.count) series pass")
  }

  private static func bound(_ value: Double?, _ name: String) throws -> Double? {
    guard let value else { return nil }
    guard value.isFinite, value >= 0 else { throw Failure(.usage, "\(name) is \(value); it is a number from 0 on") }
    return value
  }

  private static func change(_ text: String) throws -> Screen.Change {
    guard let percent = Double(text), percent.isFinite else {
      throw Failure(.usage, "--change is `\(OneLine.shown(text))`; write 5, +5 or =-5")
    }
    let fraction = abs(percent) / 100
    return text.hasPrefix("+") ? .rise(fraction) : text.hasPrefix("-") ? .fall(fraction) : .either(fraction)
  }

  private static func table(_ rows: [Row]) -> PlainTable {
    PlainTable(
      [
        .init("SYMBOL"), .init("SOURCE"), .init("BAR", mayShrink: false), .init("CLOSE", .right), .init("CHANGE", .right),
        .init("TURNOVER", .right),
      ],
      rows: rows.map { row in
        [
          row.symbol, row.source, row.barTime, DecimalWriter.text(row.close),
          row.changePercent.map { String(format: "%+.2f %%", $0) } ?? "-", String(format: "%.0f", row.turnover),
        ]
      })
  }

  private struct Document: Encodable {
    let schema = "jobs.data.screen/1"
    let rows: [Row]
    /// So many series were looked at.
    let looked: Int
  }

  private struct Row: Encodable {
    let symbol: String
    let source: String
    let interval: String
    let barTime: String
    let close: Double
    let changePercent: Double?
    let turnover: Double

    init(_ source: String, _ row: Screen.Row) {
      (symbol, self.source, interval) = (row.symbol.name, source, row.interval.rawValue)
      (barTime, close, turnover) = (row.barTime.iso8601, row.close, row.turnover)
      changePercent = row.change.map { $0 * 100 }
    }
  }
}
