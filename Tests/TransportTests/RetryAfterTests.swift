import Scheduling
import Testing
import Transport

@Suite struct `A Retry-After header` {
  @Test(arguments: [
    ("7", 7000), (" 120 ", 120_000), ("0.5", 500), ("1.0001", 1001), ("00060", 60_000),
    ("Thu, 15 Jan 2026 12:00:30 GMT", 30_000), ("Thursday, 15-Jan-26 12:01:00 GMT", 60_000), ("Thu Jan 15 12:00:05 2026", 5000),
    ("Sun Feb  1 12:00:00 2026", 7 * 86_400_000), ("604799", 604_799_000), ("604801", 7 * 86_400_000),
    ("99999999999999999999999999", 7 * 86_400_000), ("Fri, 31 Dec 9999 23:59:59 GMT", 7 * 86_400_000),
  ])
  func `says how long to wait, at most seven days`(header: String, milliseconds: Int) {
    #expect(RetryAfter.parse(header, now: noon) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", "0", "0.0", "-5", "+5", "soon", "1e3", "0x10", "1.", ".5", "NaN", "inf", "Thu, 15 Jan 2026 12:00:00 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Thu, 32 Jan 2026 12:00:30 GMT", "Thu, 15 Jan 2026 24:00:30 GMT",
    "Thu, 15 Jan 2026 12:00:30 CET", "Thu, 15 Jan 2026", "15 Jan 2026 12:00:30 GMT", "Thu, 15 Foo 2026 12:00:30 GMT",
  ])
  func `is no hint when it names no time to come`(header: String) {
    #expect(RetryAfter.parse(header, now: noon) == nil)
  }

  @Test(arguments: [
    (200, HTTPStatusClass.ok), (204, .ok), (299, .ok), (304, .ok), (101, .permanent), (302, .permanent), (400, .permanent),
    (401, .permanent), (403, .permanent), (404, .permanent), (451, .permanent), (408, .retryable), (425, .retryable),
    (500, .retryable), (503, .retryable), (599, .retryable), (429, .limited), (418, .banned), (600, .permanent), (0, .permanent),
  ])
  func `comes with a status that has a class`(status: Int, expected: HTTPStatusClass) {
    #expect(HTTPStatusClass(status: status) == expected)
  }
}

private let noon = Instant(milliseconds: 1_768_478_400_000)
