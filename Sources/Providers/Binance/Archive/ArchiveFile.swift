public import MarketData
public import Scheduling

/// A file of Binance's bulk archive: the candles of one pair and interval over a month or a day.
///
/// - Source: github.com/binance/binance-public-data, README.
public struct ArchiveFile: Sendable, Hashable {
  public let symbol: Symbol
  public let interval: Interval
  public let period: Period

  public enum Period: Sendable, Hashable {
    /// Named by its first day.
    case month(CivilDate)
    case day(CivilDate)
  }

  public init(symbol: Symbol, interval: Interval, period: Period) {
    (self.symbol, self.interval, self.period) = (symbol, interval, period)
  }

  /// The open times of its candles.
  public var span: Range<Instant> { period.span }

  /// `BTCUSDT-1h-2025-01.zip`
  public var name: String { "\(symbol)-\(ArchiveFile.name(of: interval))-\(period).zip" }

  /// Below the archive's host, as it is in the listing: `data/spot/monthly/klines/BTCUSDT/1h/`.
  var folder: String { ArchiveFile.folder(of: symbol, interval, isMonthly: period.isMonth) }

  /// The path of a request, each part percent-encoded.
  var path: String {
    "/" + (folder + name).split(separator: "/").map { $0.percentEncoded() }.joined(separator: "/")
  }

  static func folder(of symbol: Symbol, _ interval: Interval, isMonthly: Bool) -> String {
    "data/spot/\(isMonthly ? "monthly" : "daily")/klines/\(symbol)/\(name(of: interval))/"
  }

  /// The archive has one name of its own: file systems that ignore case would take `1M` for `1m`.
  private static func name(of interval: Interval) -> String { interval == .month1 ? "1mo" : interval.rawValue }
}

extension ArchiveFile.Period: CustomStringConvertible {
  var isMonth: Bool { if case .month = self { true } else { false } }

  var span: Range<Instant> {
    switch self {
    case .month(let first): first.midnight..<Interval.month1.next(after: first.midnight)
    case .day(let day): day.midnight..<day.adding(days: 1).midnight
    }
  }

  /// Since when it is published: a month's file on the first Monday of the next month, a day's file on the next day. Each is waited for
  /// a day longer, since neither hour is promised.
  var publishedAt: Instant {
    switch self {
    case .day: return span.upperBound + .days(1)
    case .month:
      let first = span.upperBound.utcDay
      return first.adding(days: (8 - first.weekday) % 7 + 1).midnight
    }
  }

  /// `2025-01`, `2025-01-31`
  public var description: String {
    switch self {
    case .month(let first): String(first.description.dropLast(3))
    case .day(let day): day.description
    }
  }
}
