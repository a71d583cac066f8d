import Foundation
public import Scheduling

/// The Retry-After header of RFC 9110, section 10.2.3: seconds, or a date.
public enum RetryAfter {
  /// Longer waits are cut to this: the longest ban known lasts three days, and what asks for more is a mistake.
  public static let waitMax: Duration = .days(7)

  /// How long the header asks to wait.
  ///
  /// - Parameter header: seconds, whole or with a fraction (rounded up to the millisecond), or a date in one of HTTP's three forms.
  /// - Returns: nil for no hint: 0, a negative number, a date that has come, or what cannot be read. At most ``waitMax``.
  public static func parse(_ header: String, now: Instant) -> Duration? {
    let text = header.trimmingCharacters(in: .whitespaces)
    guard let wait = seconds(text) ?? date(text, now: now).map({ $0 - now }), wait > .zero else { return nil }
    return min(wait, waitMax)
  }

  private static func seconds(_ text: String) -> Duration? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }) else { return nil }
    guard let count = Double(text), count * 1000 < Double(waitMax.milliseconds) else { return waitMax }
    return .milliseconds(Int64((count * 1000).rounded(.up)))
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`: RFC 9110, section 5.6.7.
  ///
  /// - Parameter now: tells the century of a year of two digits.
  /// - Returns: nil for any other text.
  public static func date(_ text: String, now: Instant) -> Instant? {
    let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
    switch words.count {
    case 6 where words[5] == "GMT":
      return instant(day: words[1], month: words[2], year: fullYear(words[3], now: now), time: words[4])
    case 5:
      return instant(day: words[2], month: words[1], year: fullYear(words[4], now: now), time: words[3])
    default: return nil
    }
  }

  private static func instant(day: Substring, month: Substring, year: Int?, time: Substring) -> Instant? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = time.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2...2) }
    guard let month = months.firstIndex(of: String(month)), let year, let day = number(day, digits: 1...2),
      let date = CivilDate(year: year, month: month + 1, day: day),
      parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2], hour < 24, minute < 60, second <= 60
    else { return nil }
    return date.midnight + .seconds((hour * 60 + minute) * 60 + second)
  }

  /// Four digits as they stand; two digits as the year that is at most 50 years ahead.
  private static func fullYear(_ text: Substring, now: Instant) -> Int? {
    if text.utf8.count == 4 { return number(text, digits: 4...4) }
    guard let short = number(text, digits: 2...2) else { return nil }
    let thisYear = now.utcDay.year
    let year = thisYear - thisYear % 100 + short
    return year > thisYear + 50 ? year - 100 : year
  }

  private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
    guard digits.contains(text.utf8.count), text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
    return Int(text)
  }
}
