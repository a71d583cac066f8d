import ArgumentParser
import Foundation
import JobGraph
import Reporting
import Running
import Scheduling

struct CronNext: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "Shows when a cron expression is due.",
    discussion: """
      EXAMPLES
        jobs cron next "30 2 * * 1-5"                          the next five times, in UTC
        jobs cron next "30 2 * * *" --zone America/New_York    on New York's clock
        jobs cron next @daily --from 2026-03-01 --count 31     a month from a date on

      Five fields (minute hour day-of-month month day-of-week) or a macro, with the meaning of Debian's cron. A note tells what a change
      of the clock did to a time: one that is skipped moves behind the gap, one that is repeated counts once.
      """)

  /// More would be a table that nobody reads.
  static let countMax = 100_000

  @Argument(help: "Five fields in quotes, or a macro such as @daily.")
  var expression: String

  @Option(help: "The zone of the expression: a name of the IANA database.")
  var zone = "UTC"

  @Option(help: "Only times after this instant or date. Default: now.")
  var from: String?

  @Option(help: "How many times.")
  var count = 5

  @Flag(help: "One JSON document on standard output.")
  var json = false

  func run() throws {
    guard (1...Self.countMax).contains(count) else { throw Failure(.usage, "--count takes 1 to \(Self.countMax), not \(count)") }
    let (start, timeZone) = (try start(), try ZoneOption.zone(zone))
    let expression = try parsed()
    var (occurrences, last): ([CronExpression.Occurrence], Instant) = ([], start)
    while occurrences.count < count, let next = expression.next(after: last, in: timeZone) {
      occurrences.append(next)
      last = next.instant
    }
    if json { return try Output.json(CronNextDocument(next: occurrences.map { DueTime($0, in: timeZone) })) }
    let table = PlainTable(
      [.init("LOCAL"), .init("UTC"), .init("NOTE")],
      rows: occurrences.map { [$0.instant.iso8601(in: timeZone), $0.instant.iso8601, $0.note ?? ""] })
    try Output.write(Array(table.text(width: Output.width).utf8))
  }

  private func start() throws -> Instant {
    guard let from else { return SystemTime().now() }
    guard let instant = Instant(iso8601: from) else {
      throw Failure(
        .usage,
        "--from `\(VisibleText.shown(from))` is no instant; write a date (2026-03-08) or a time with its zone (2026-03-08T02:30-05:00)")
    }
    return instant
  }

  private func parsed() throws -> CronExpression {
    do throws(CronDefect) {
      return try CronExpression(expression)
    } catch {
      // Below the expression as shown: a tab or a control character takes more than one column.
      let before = VisibleText.shown(String(expression.prefix(error.column - 1)))
      let margin = String(repeating: " ", count: before.count)
      throw Failure(.badData, "\(error)\n  \(VisibleText.shown(expression))\n  \(margin)^")
    }
  }
}

/// A due time as programs read it.
struct DueTime: Encodable {
  let utc: String
  let local: String
  /// Written as null when there is none.
  let note: String?

  init(_ occurrence: CronExpression.Occurrence, in zone: TimeZone) {
    (utc, local) = (occurrence.instant.iso8601, occurrence.instant.iso8601(in: zone))
    note = occurrence.note
  }

  private enum Key: String, CodingKey {
    case utc, local, note
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(utc, forKey: .utc)
    try values.encode(local, forKey: .local)
    try values.encode(note, forKey: .note)
  }
}

private struct CronNextDocument: Encodable {
  let schema = "jobs.cron.next/1"
  let next: [DueTime]
}
