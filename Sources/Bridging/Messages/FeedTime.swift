public import Scheduling

/// A time as it was sent, exact to the nanosecond.
public struct FeedTime: Sendable, Hashable, CustomStringConvertible {
  /// As it was sent.
  public let text: String
  /// Since 1970; from there to the year 2261.
  public let nanoseconds: Int64

  public var instant: Instant { Instant(milliseconds: nanoseconds / 1_000_000) }
  public var description: String { text }

  /// Takes ISO 8601 with a blank or a `T`, any fraction and any offset (none is UTC), and the time since 1970 in seconds with a fraction,
  /// milliseconds, microseconds or nanoseconds, told apart by their size.
  /// - Returns: nil for anything else, and for what is not between 1970 and 2261.
  public init?(_ text: String) {
    var reader = TimeReader(text)
    guard text.utf8.count <= 64, let nanoseconds = reader.read(), nanoseconds >= 0 else { return nil }
    (self.text, self.nanoseconds) = (text, nanoseconds)
  }
}

/// Reads a time by hand: it stands in every message.
private struct TimeReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  mutating func read() -> Int64? {
    let isDate = rest.count >= 10 && rest[rest.index(rest.startIndex, offsetBy: 4)] == 0x2D
    return isDate ? date() : epoch()
  }

  /// `1745000000.123`, `1745000000123`, …; the whole part tells the unit.
  private mutating func epoch() -> Int64? {
    guard let whole = digits(1...19) else { return nil }
    let unit: Int64 =
      switch whole {
      case ..<100_000_000_000: 1_000_000_000
      case ..<100_000_000_000_000: 1_000_000
      case ..<100_000_000_000_000_000: 1000
      default: 1
      }
    var part: Int64 = 0
    if take(0x2E) {
      guard let fraction = fraction() else { return nil }
      part = fraction / (1_000_000_000 / unit)
    }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
    let (sum, tooMuch) = product.addingReportingOverflow(part)
    return rest.isEmpty && !overflow && !tooMuch ? sum : nil
  }

  private mutating func date() -> Int64? {
    guard let year = digits(4...4), take(0x2D), let month = digits(2...2), take(0x2D), let day = digits(2...2),
      take(0x54) || take(0x20) || take(0x74), let hour = digits(2...2), take(0x3A), let minute = digits(2...2)
    else { return nil }
    var (second, part): (Int64, Int64) = (0, 0)
    if take(0x3A) {
      guard let seconds = digits(2...2) else { return nil }
      second = seconds
      if take(0x2E) || take(0x2C) {
        guard let fraction = fraction() else { return nil }
        part = fraction
      }
    }
    _ = take(0x20)
    guard let offset = offset(), rest.isEmpty, (1970...2261).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(of: month, year), hour < 24, minute < 60, second <= 60
    else { return nil }
    let seconds = ((Self.days(to: year, month, day) * 24 + hour) * 60 + minute) * 60 + second - offset
    return seconds * 1_000_000_000 + part
  }

  /// Seconds east of Greenwich; nothing is UTC.
  private mutating func offset() -> Int64? {
    if rest.isEmpty || take(0x5A) || take(0x7A) { return 0 }
    let sign: Int64 = rest.first == 0x2D ? -1 : 1
    guard take(0x2B) || take(0x2D), let hours = digits(2...2), hours < 24 else { return nil }
    guard !rest.isEmpty else { return sign * hours * 3600 }
    _ = take(0x3A)
    guard let minutes = digits(2...2), minutes < 60 else { return nil }
    var seconds: Int64 = 0
    if take(0x3A) {
      guard let more = digits(2...2), more < 60 else { return nil }
      seconds = more
    }
    return sign * (hours * 3600 + minutes * 60 + seconds)
  }

  /// Nanoseconds; digits behind the ninth are dropped.
  private mutating func fraction() -> Int64? {
    var (value, count): (Int64, Int) = (0, 0)
    while let byte = rest.first, byte &- 0x30 < 10 {
      if count < 9 { value = value * 10 + Int64(byte &- 0x30) }
      count += 1
      rest = rest.dropFirst()
    }
    guard count > 0 else { return nil }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }

  private mutating func digits(_ counts: ClosedRange<Int>) -> Int64? {
    var (value, count): (Int64, Int) = (0, 0)
    while count < counts.upperBound, let byte = rest.first, byte &- 0x30 < 10 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = product.addingReportingOverflow(Int64(byte &- 0x30))
      if overflow || tooMuch { return nil }
      value = sum
      count += 1
      rest = rest.dropFirst()
    }
    return counts.contains(count) ? value : nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func days(of month: Int64, _ year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970, by counting years from March.
  private static func days(to year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return y * 365 + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468
  }
}
