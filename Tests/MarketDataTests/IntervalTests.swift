import MarketData
import Scheduling
import Testing

@Suite struct `An interval` {
  @Test(arguments: [
    ("1h", "2026-01-15T07:59:59.999Z", "2026-01-15T07:00:00Z", "2026-01-15T08:00:00Z"),
    ("1d", "1969-12-31T12:00:00Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
    ("1w", "2026-01-18T23:59:59Z", "2026-01-12T00:00:00Z", "2026-01-19T00:00:00Z"),
    ("1M", "2026-12-31T00:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
  ])
  func `opens on the UTC grid`(name: String, instant: String, open: String, next: String) throws {
    let interval = try #require(Interval(rawValue: name))
    let opened = interval.openTime(containing: try #require(Instant(iso8601: instant)))
    #expect(opened.iso8601 == open)
    #expect(interval.next(after: opened).iso8601 == next)
  }
}
