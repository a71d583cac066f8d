import MarketData
import Scheduling

/// The name of a file of klines in the archive: `data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01.zip`.
struct ArchiveKey: Hashable, Sendable {
  let symbol: String
  let interval: Interval
  let isMonthly: Bool
  /// The first day.
  let first: CivilDate

  var folder: String { ArchiveKey.folder(symbol, interval, isMonthly: isMonthly) }
  var text: String { folder + stem + ".zip" }
  var stem: String {
    "\(symbol)-\(ArchiveKey.name(of: interval))-" + (isMonthly ? String(first.description.dropLast(3)) : first.description)
  }

  var span: Range<Instant> {
    first.midnight..<(isMonthly ? Interval.month1.next(after: first.midnight) : first.adding(days: 1).midnight)
  }

  /// A month comes out on the first Monday of the next, a day in the morning of the next.
  var publishedAt: Instant {
    let end = span.upperBound.utcDay
    return isMonthly ? end.adding(days: (8 - end.weekday) % 7).midnight : span.upperBound + .hours(6)
  }

  init(symbol: String, interval: Interval, isMonthly: Bool, first: CivilDate) {
    (self.symbol, self.interval, self.isMonthly, self.first) = (symbol, interval, isMonthly, first)
  }

  /// - Returns: nil for what is no file of klines of spot.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 7, let folder = ArchiveKey.place(parts.dropLast().joined(separator: "/") + "/"), parts[6].hasSuffix(".zip"),
      parts[6].hasPrefix("\(folder.symbol)-\(ArchiveKey.name(of: folder.interval))-")
    else { return nil }
    let date = parts[6].dropLast(4).dropFirst(folder.symbol.count + ArchiveKey.name(of: folder.interval).count + 2)
    let numbers = date.split(separator: "-").compactMap { Int($0) }
    guard numbers.count == (folder.isMonthly ? 2 : 3),
      let first = CivilDate(year: numbers[0], month: numbers[1], day: numbers.count > 2 ? numbers[2] : 1)
    else { return nil }
    self.init(symbol: folder.symbol, interval: folder.interval, isMonthly: folder.isMonthly, first: first)
    guard self.text == text else { return nil }
  }

  /// What a folder of klines is about; nil for any other folder.
  static func place(_ folder: String) -> (symbol: String, interval: Interval, isMonthly: Bool)? {
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 7, parts[6].isEmpty, parts[0] == "data", parts[1] == "spot", ["monthly", "daily"].contains(parts[2]),
      parts[3] == "klines", let interval = Interval.allCases.first(where: { name(of: $0) == parts[5] })
    else { return nil }
    return (parts[4], interval, parts[2] == "monthly")
  }

  static func folder(_ symbol: String, _ interval: Interval, isMonthly: Bool) -> String {
    "data/spot/\(isMonthly ? "monthly" : "daily")/klines/\(symbol)/\(name(of: interval))/"
  }

  private static func name(of interval: Interval) -> String { interval == .month1 ? "1mo" : interval.rawValue }
}
