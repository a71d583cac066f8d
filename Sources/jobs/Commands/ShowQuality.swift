import ArgumentParser
import JobGraph
import MarketData
import Providers
import Reporting
import Scheduling
import Storage

struct ShowQuality: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality", abstract: "Shows what the quality rules found, and the rows that went to quarantine.",
    discussion: """
      EXAMPLES
        jobs quality                       the findings of the newest night, the worst first
        jobs quality BTCUSDT               every rule's verdict on a symbol, its rejected rows, and where they stand
        jobs quality --date 2026-01-15     of another night
        jobs quality --json                for programs

      The rules are in Jobs/config/quality.yaml; the step `quality.check` judges by them. A row in quarantine is in no series; its answer is named by
      its SHA-256, as in `jobs trace`. What users of the realtime database wrote and `realtime.pull` did not take is named here by its place; the
      values are in `jobs realtime export`.
      """)

  @Argument(help: "Only this symbol, with the rules that it meets.")
  var symbol: String?

  @Option(help: "Only this interval.")
  var interval: String?

  @Option(help: "The logical date of the check, as in `jobs history`; its last one on that day.")
  var date: String?

  @Flag(help: "Also the rules that are met.")
  var all = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  /// Rows in quarantine that are shown of a series.
  private static let rowsMax = 20

  func run() async throws {
    let choice = try SeriesOption.choice(symbol: symbol, interval: interval)
    let warehouse = try place.workspace().reading()
    let moment = try date.map(Self.moment)
    let checked = try await warehouse.read { try $0.lastQualityCheck(notAfter: moment) }
    guard let checked else {
      throw Failure(.usage, "nothing was checked\(moment == nil ? " yet" : " by then"); the step `quality.check` of a job does it")
    }
    let (results, rows, users) = try await warehouse.read { reader in
      let results = try reader.qualityResults(at: checked).filter {
        $0.key.symbol == choice.symbol ?? $0.key.symbol && $0.key.interval == choice.interval ?? $0.key.interval
      }
      let keys = choice.symbol == nil ? [] : Set(results.map(\.key)).sorted()
      let rows = try keys.map { ($0, try reader.quarantined(of: $0, last: Self.rowsMax)) }
      return (results, rows, choice.symbol == nil ? try reader.userQuarantine() : [])
    }
    guard symbol == nil || !results.isEmpty else {
      throw Failure(.usage, "\(symbol!) was not checked at \(checked); `jobs data status` lists the series")
    }
    let document = QualityDocument(checked, results, rows, users: users, showsAll: all || symbol != nil)
    try json ? Output.json(document) : Output.write(Array(document.text(width: Output.width).utf8))
  }

  private static func moment(_ text: String) throws -> Instant {
    if let instant = Instant(iso8601: text) { return instant }
    guard let day = CivilDate(text) else {
      throw Failure(.usage, "--date `\(OneLine.shown(text))` is no date; write 2026-01-15, or 2026-01-15T02:30Z")
    }
    return day.adding(days: 1).midnight - .milliseconds(1)
  }
}
