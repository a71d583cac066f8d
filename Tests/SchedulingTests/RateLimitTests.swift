import Foundation
import Scheduling
import Testing

@Suite struct `A rate limit` {
  @Test func `uses its share of the capacity, rounded down, but at least one`() throws {
    let usable = try [(6000, 0.9), (25, 1), (100, 0.29), (1, 0.1), (7, 0.5)].map { capacity, share in
      try RateLimit(name: "a", capacity: capacity, unit: .requests, window: .fixed(.minutes(1)), share: share).usable
    }
    #expect(usable == [5400, 25, 29, 1, 3])
  }

  @Test(arguments: [
    (0, 1.0, Duration.seconds(1), "the limit `a` allows 0; write a number from 1 to 1099511627776"),
    (-3, 1, .seconds(1), "the limit `a` allows -3; write a number from 1 to 1099511627776"),
    (1, 0, .seconds(1), "the limit `a` has the share 0.0; write one above 0 and up to 1, such as 0.9"),
    (1, 1.5, .seconds(1), "the limit `a` has the share 1.5; write one above 0 and up to 1, such as 0.9"),
    (1, .nan, .seconds(1), "the limit `a` has the share nan; write one above 0 and up to 1, such as 0.9"),
    (1, 1, .zero, "the window of the limit `a` cannot be used; write whole milliseconds, up to 31 days"),
    (1, 1, .microseconds(1500), "the window of the limit `a` cannot be used; write whole milliseconds, up to 31 days"),
    (1, 1, .days(32), "the window of the limit `a` cannot be used; write whole milliseconds, up to 31 days"),
  ])
  func `refuses numbers that make no sense`(capacity: Int, share: Double, window: Duration, sentence: String) {
    let defect = #expect(throws: RateLimitDefect.self) {
      try RateLimit(name: "a", capacity: capacity, unit: .weight, window: .rolling(window), share: share)
    }
    #expect(defect?.description == sentence)
  }

  @Test func `reads as a sentence's end`() throws {
    let eastern = try #require(TimeZone(identifier: "America/New_York"))
    let windows: [RateLimit.Window] = [
      .fixed(.minutes(1)), .rolling(.seconds(90)), .daily(eastern), .inFlight(lease: .minutes(5)), .fixed(.milliseconds(250)),
    ]
    let texts = try windows.map { try RateLimit(name: "a", capacity: 25, unit: .requests, window: $0).description }
    #expect(
      texts == [
        "25 requests per 1 min", "25 requests in any 90 s", "25 requests per day of America/New_York", "25 requests at once",
        "25 requests per 250 ms",
      ])
  }
}
