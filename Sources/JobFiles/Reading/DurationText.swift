/// Durations as they stand in files: a whole number and a unit, `90s` `10m` `2h` `90d` `1w` `2y`.
public enum DurationText {
  /// `all`, where a parameter allows it: no bound.
  public static let all = "all"

  /// What a message says is expected.
  static let expectation = "a whole number and one of s, m, h, d, w, y: `90s`, `10m`, `2h`, `90d`, `2y`"

  /// - Returns: a duration from 0 to 1,000 years; nil for anything else. `m` is a minute; a year has 365 days.
  public static func parse(_ text: some StringProtocol) -> Duration? {
    let bytes = Array(text.utf8.prefix(20))
    guard let unit = bytes.last.flatMap(secondsPerUnit) else { return nil }
    let digits = bytes.dropLast()
    guard !digits.isEmpty, digits.count <= 12, digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
    var count = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      count = count * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return count <= 1000 * 365 * 86_400 / unit ? .seconds(count * unit) : nil
  }

  private static func secondsPerUnit(_ letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "s"): 1
    case UInt8(ascii: "m"): 60
    case UInt8(ascii: "h"): 3600
    case UInt8(ascii: "d"): 86_400
    case UInt8(ascii: "w"): 7 * 86_400
    case UInt8(ascii: "y"): 365 * 86_400
    default: nil
    }
  }
}
