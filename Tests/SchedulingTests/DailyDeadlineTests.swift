import Scheduling
import Testing

@Suite struct `A daily deadline` {
  @Test(arguments: [
    ("06:30 America/New_York", "2026-01-15T02:30:00Z", "2026-01-15T11:30:00Z"),
    ("06:30 America/New_York", "2026-07-15T02:30:00Z", "2026-07-15T10:30:00Z"),
    ("06:30", "2026-01-15T06:30:00Z", "2026-01-16T06:30:00Z"),
    ("02:30 America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z"),
  ])
  func `is the next such time in its zone`(text: String, after: String, expected: String) throws {
    let deadline = try #require(DailyDeadline(text))
    #expect(deadline.next(after: try #require(Instant(iso8601: after)))?.iso8601 == expected)
  }

  @Test(arguments: ["", "24:00", "6", "06:60", "06:30 Nowhere/Land", "06:30 UTC now"])
  func `refuses what is no time of day`(text: String) {
    #expect(DailyDeadline(text) == nil)
  }
}
