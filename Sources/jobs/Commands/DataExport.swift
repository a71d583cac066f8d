import ArgumentParser
import Foundation
import JobGraph
import MarketData
import Providers
import Storage

struct DataExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes candles to standard output.",
    discussion: """
      EXAMPLES
        jobs data export candles > candles.csv                       every candle
        jobs data export candles --symbol BTCUSDT --interval 1d      one series
        jobs data export candles --source binance --format json      of one source, as JSON

      The CSV has the columns symbol,interval,open_time,open,high,low,close,volume, sorted by symbol, interval (as text) and time; lines end with
      LF, times are UTC. Numbers have their shortest exact form without exponent (0.00000001, not 1e-08; only outside of 1e-12 to 1e21
      an exponent is written), so that they read back bit for bit. A symbol that a spreadsheet would run as a formula gets an apostrophe
      in front, which the import takes off again.
      """)

  enum Content: String, ExpressibleByArgument, CaseIterable {
    case candles
  }

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }

  @Argument(help: "What to export: candles.")
  var content: Content

  @Option(help: "Only this symbol.")
  var symbol: String?

  @Option(help: "Only this interval.")
  var interval: String?

  @Option(help: "Only from this source: binance, alphavantage, or the name given to an import.")
  var source: String?

  @Option(help: "csv or json.")
  var format = Format.csv

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let choice = try SeriesOption.choice(symbol: symbol, interval: interval)
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let (source, format) = (source, format == .csv ? CandleFileFormat.csv : .json)
    try await warehouse.read { reader in
      let keys = try Self.chosen(try reader.storedSeriesKeys(), choice, source: source)
      let sink = try ByteSink(path: nil)
      sink.bytes += format.head.utf8
      var isFirst = true
      for key in keys {
        let prefix = format.prefix(symbol: key.symbol, interval: key.interval)
        try reader.forEachCandle(of: key) { candle in
          format.append(candle, prefix: prefix, isFirst: isFirst, to: &sink.bytes)
          isFirst = false
          try sink.drain()
        }
      }
      sink.bytes += format.tail.utf8
      try sink.finish()
    }
  }

  private static func chosen(_ stored: [SeriesKey], _ choice: CandleFile.Choice, source: String?) throws -> [SeriesKey] {
    let keys = stored.filter {
      $0.symbol == choice.symbol ?? $0.symbol && $0.interval == choice.interval ?? $0.interval && $0.source == source ?? $0.source
    }
    guard !keys.isEmpty || stored.isEmpty else {
      let wanted = [choice.symbol?.name, choice.interval?.rawValue, source.map { "source \($0)" }].compactMap(\.self)
        .joined(separator: ", ")
      throw Failure(.usage, "no candle is stored for \(wanted); `jobs data status` lists what is")
    }
    // Sorted by symbol, interval, source: two sources of one series are neighbours.
    if let (first, second) = zip(keys, keys.dropFirst()).first(where: { $0.symbol == $1.symbol && $0.interval == $1.interval }) {
      throw Failure(
        .usage,
        "\(first.symbol) \(first.interval) is stored from \(first.source) and from \(second.source), which a file of candles cannot"
          + " tell apart; choose one with --source")
    }
    // As texts, so that whoever sorts the lines of the file finds them in order: `1d` before `1h`.
    return keys.sorted { ($0.symbol, $0.interval.rawValue) < ($1.symbol, $1.interval.rawValue) }
  }
}
