import Foundation
import Scheduling
import Testing

@Suite struct `A cron expression` {
  @Test(arguments: try CronCase.all())
  func `is due when Debian's cron would start it`(example: CronCase) throws {
    let place = try zone(example.zone)
    guard let expected = example.next else {
      #expect(throws: CronDefect.self) { try CronExpression(example.expression) }
      return
    }
    let expression = try CronExpression(example.expression)
    var instant = example.start
    for next in expected {
      instant = try #require(expression.next(after: instant, in: place)).instant
      #expect(instant.iso8601 == next, "\(example.id)")
      #expect(expression.latest(notAfter: instant, in: place)?.instant == instant, "\(example.id)")
    }
  }

  @Test func `has all cases of the conformance set`() throws {
    #expect(try CronCase.all().count == 75)
  }

  @Test(arguments: [
    ("30 2 * * *", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T03:00:00-04:00", "gap: moved from 02:30"),
    ("15,45 2 * * *", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T03:00:00-04:00", "gap: moved from 02:15, 02:45"),
    (
      "0-59 2 * * *", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T03:00:00-04:00",
      "gap: moved from 02:00, 02:01, 02:02 and 57 more"
    ),
    ("0 2,3 * * *", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T03:00:00-04:00", "gap: moved from 02:00"),
    ("0 3 * * *", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T03:00:00-04:00", nil),
    ("30 1 * * *", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T01:30:00-04:00", "overlap: first of two"),
    ("30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z", "2026-11-02T01:30:00-05:00", nil),
    ("30 * * * *", "America/New_York", "2026-11-01T04:40:00Z", "2026-11-01T01:30:00-04:00", nil),
    ("30 0-23 * * *", "America/New_York", "2026-11-01T04:40:00Z", "2026-11-01T01:30:00-04:00", "overlap: first of two"),
    ("*/30 * * * *", "America/New_York", "2026-11-01T05:00:00Z", "2026-11-01T01:30:00-04:00", nil),
    ("0 2 * * *", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T02:00:00-05:00", nil),
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z", "2026-10-04T02:30:00+11:00", "gap: moved from 02:15"),
    ("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-31T00:00:00+14:00", "gap: moved from 2011-12-30 12:00"),
    ("10 0 7 1 *", "Africa/Monrovia", "1972-01-01T00:00:00Z", "1972-01-07T00:45:00+00:00", "gap: moved from 00:10"),
  ])
  func `says what a change of the clock did to a fixed time`(
    text: String, zoneName: String, start: String, due: String, note: String?
  ) throws {
    let place = try zone(zoneName)
    let expression = try CronExpression(text)
    let start = try instant(start)
    let occurrence = try #require(expression.next(after: start, in: place))
    #expect(occurrence.instant.iso8601(in: place) == due)
    #expect(occurrence.note == note)
    #expect(expression.latest(notAfter: occurrence.instant, in: place) == occurrence)
  }

  @Test func `knows no first or last beyond the calendar`() throws {
    let expression = try CronExpression("0 0 * * *")
    let utc = try zone("UTC")
    #expect(expression.next(after: Instant(milliseconds: .max), in: utc) == nil)
    #expect(expression.latest(notAfter: Instant(milliseconds: .min), in: utc) == nil)
    #expect(expression.next(after: Instant(milliseconds: -1), in: utc)?.instant.milliseconds == 0)
    #expect(expression.latest(notAfter: Instant(milliseconds: 86_399_999), in: utc)?.instant.milliseconds == 0)
    #expect(expression.next(after: Instant(milliseconds: .min), in: utc)?.instant.iso8601 == "0001-01-02T00:00:00Z")
  }

  @Test func `reads tabs, names in any case and white space around it`() throws {
    #expect(try CronExpression(" \t0\t9 * JAN-mar  Mon-FRI ").text == "0\t9 * JAN-mar  Mon-FRI")
    #expect(try CronExpression("*/90 5 * * *").isWildcard)
    #expect(try CronExpression("0 5 * * *").isWildcard == false)
    #expect(try CronExpression("@hourly").isWildcard)
  }
}

/// One line of the conformance set.
struct CronCase: Sendable, CustomTestStringConvertible {
  let id: String
  let expression: String
  let zone: String
  let start: Instant
  /// Nil when the expression must be refused.
  let next: [String]?

  var testDescription: String { "\(id): \(expression) in \(zone)" }

  static func all() throws -> [CronCase] {
    struct File: Decodable { let cases: [Wire] }
    struct Wire: Decodable {
      let id, expr, tz, start: String
      let next: Next
    }
    enum Next: Decodable {
      case refused
      case instants([String])
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = try (try? container.decode(String.self)) == nil ? .instants(container.decode([String].self)) : .refused  // one or the other
      }
    }
    let data = try Data(contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/cron.json"))
    return try JSONDecoder().decode(File.self, from: data).cases.map { wire in
      let next: [String]? = if case .instants(let list) = wire.next { list } else { nil }
      return CronCase(
        id: wire.id, expression: wire.expr, zone: wire.tz, start: try #require(Instant(iso8601: wire.start)), next: next)
    }
  }
}
