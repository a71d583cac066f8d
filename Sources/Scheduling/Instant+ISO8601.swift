extension CivilDate: CustomStringConvertible {
  /// `2026-01-15`
  public var description: String {
    "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
  }

  /// Reads `YYYY-MM-DD`, exactly ten characters.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }
}

extension Instant: CustomStringConvertible {
  /// ISO 8601 in UTC: `2026-01-15T07:00:00Z`; milliseconds are written only where they are not zero.
  public var description: String { iso8601 }

  /// ISO 8601 in UTC: `2026-01-15T07:00:00Z`; milliseconds are written only where they are not zero.
  public var iso8601: String {
    let day = utcDay
    let rest = Int(milliseconds - day.midnight.milliseconds)
    let (seconds, fraction) = (rest / 1000, rest % 1000)
    let time = "\(padded(seconds / 3600, to: 2)):\(padded(seconds / 60 % 60, to: 2)):\(padded(seconds % 60, to: 2))"
    return "\(day)T\(time)" + (fraction == 0 ? "Z" : ".\(padded(fraction, to: 3))Z")
  }

  /// Reads ISO 8601 with a zone: `2026-01-15T07:00Z`, `2026-01-15T07:00:00.250Z`, `2026-01-15T02:00:00-05:00`; a date alone is
  /// its midnight in UTC.
  /// - Returns: nil for anything else, and for a time that does not exist (hour 24, minute 60, second 60).
  public init?(iso8601 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, let day = CivilDate(String(decoding: bytes[0..<10], as: UTF8.self)) else { return nil }
    if bytes.count == 10 {
      self = day.midnight
      return
    }
    guard bytes.count >= 17, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      let hour = digits(bytes[11..<13]), hour < 24, let minute = digits(bytes[14..<16]), minute < 60
    else { return nil }
    var (index, second, fraction) = (16, 0, 0)
    if bytes[index] == UInt8(ascii: ":") {
      guard bytes.count >= 20, let value = digits(bytes[17..<19]), value < 60 else { return nil }
      (second, index) = (value, 19)
      if bytes[index] == UInt8(ascii: ".") {
        let start = index + 1
        var end = start
        while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
        guard end > start, end < bytes.count else { return nil }
        let kept = bytes[start..<min(end, start + 3)]
        fraction = digits(kept)! * [100, 10, 1][kept.count - 1]
        index = end
      }
    }
    guard let offset = Instant.offsetMinutes(bytes[index...]) else { return nil }
    let local = Int64((hour * 60 + minute) * 60 + second) * 1000 + Int64(fraction)
    milliseconds = day.midnight.milliseconds + local - Int64(offset) * 60_000
  }

  /// Minutes east of UTC for `Z`, `+05:30` or `-0500`.
  private static func offsetMinutes(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let sign = bytes.first else { return nil }
    if sign == UInt8(ascii: "Z") { return bytes.count == 1 ? 0 : nil }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let plain = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard plain.count == 4, let hours = digits(plain[0..<2]), hours < 24, let minutes = digits(plain[2..<4]), minutes < 60 else {
      return nil
    }
    return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }
}

/// The number that ASCII digits spell; nil when a byte is not a digit or there is none.
private func digits(_ bytes: some Collection<UInt8>) -> Int? {
  guard !bytes.isEmpty else { return nil }
  var value = 0
  for byte in bytes {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    value = value * 10 + Int(byte - UInt8(ascii: "0"))
  }
  return value
}

private func padded(_ number: Int, to width: Int) -> String {
  let text = String(number.magnitude)
  return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - text.count)) + text
}
