import Foundation

extension FuzzTarget {
  /// `Retry-After` and `Date`: any text, and any moment written in the three forms of HTTP.
  static let httpDates = FuzzTarget(name: "httpdates") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let now = moment(of: bytes)
    if let wait = RetryAfter.parse(text, now: now) { demand(wait > .zero && wait <= RetryAfter.waitMax, "a wait of \(wait)") }
    if let date = RetryAfter.date(text, now: now) {
      demand((0...10_000).contains(date.utcDay.year), "the year \(date.utcDay.year)")
      demand(date.milliseconds % 1000 == 0, "a part of a second")
      demandReadBack(date, now: now)
    }
    demandReadBack(now, now: now)
    if let instant = Instant(iso8601: text) {
      demand(Instant(iso8601: instant.iso8601) == instant, "ISO 8601 written and read is another moment: \(instant.iso8601)")
    }
    if let day = CivilDate(text) { demand("\(day)" == text, "\(text) is read as \(day)") }
    if let instant = Instant(newsTime: text) { demand(instant.iso8601.hasSuffix("Z"), "a time of news is \(instant)") }
  }

  /// A second of 1970...2106, told by the first four bytes.
  private static func moment(of bytes: [UInt8]) -> Instant {
    Instant(milliseconds: bytes.prefix(4).reduce(0) { $0 << 8 | Int64($1) } * 1000)
  }
}

/// A moment in each form of RFC 9110 is read as itself.
private func demandReadBack(_ instant: Instant, now: Instant) {
  let day = instant.utcDay
  guard (0...9999).contains(day.year) else { return }
  let rest = Int((instant - day.midnight).milliseconds / 1000)
  let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { padded($0, 2) }.joined(separator: ":")
  let name = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"][day.weekday]
  let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][day.month - 1]
  let short = name.prefix(3)
  var forms = [
    "\(short), \(padded(day.day, 2)) \(month) \(padded(day.year, 4)) \(clock) GMT",
    "\(short) \(month) \(day.day < 10 ? " " : "")\(day.day) \(clock) \(padded(day.year, 4))",
  ]
  // Two digits name a year from 49 years ago to 50 ahead.
  if (now.utcDay.year - 49...now.utcDay.year + 50).contains(day.year) {
    forms.append("\(name), \(padded(day.day, 2))-\(month)-\(padded(day.year % 100, 2)) \(clock) GMT")
  }
  for form in forms {
    demand(RetryAfter.date(form, now: now) == instant, "`\(form)` is read as \(RetryAfter.date(form, now: now) as Any), not \(instant)")
  }
  let wait = RetryAfter.parse(forms[0], now: now)
  demand(wait == (instant > now ? min(instant - now, RetryAfter.waitMax) : nil), "`\(forms[0])` waits \(wait as Any)")
}

private func padded(_ number: Int, _ count: Int) -> String {
  String(repeating: "0", count: max(0, count - "\(number)".count)) + "\(number)"
}
