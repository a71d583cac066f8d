public import MarketData
public import Scheduling

/// Which symbols are worth a look: bounds on the newest closed bar of a series.
public struct Screen: Sendable, Equatable {
  /// The least turnover: volume times close, in the quote currency; nil for any.
  public var turnoverMin: Double?
  /// The least close; nil for any.
  public var priceMin: Double?
  /// The least change; nil for any.
  public var change: Change?

  /// A bound on the change of the close against the bar before, as a fraction: 0.05 is 5 %.
  public enum Change: Sendable, Equatable {
    /// At least so much up or down; not negative.
    case either(Double)
    /// A rise of at least so much.
    case rise(Double)
    /// A fall of at least so much, as a positive number.
    case fall(Double)
  }

  public init(turnoverMin: Double? = nil, priceMin: Double? = nil, change: Change? = nil) {
    (self.turnoverMin, self.priceMin, self.change) = (turnoverMin, priceMin, change)
  }

  /// The newest bar of a series as a screen sees it.
  public struct Row: Sendable, Equatable {
    public let symbol: Symbol
    public let interval: Interval
    public let barTime: Instant
    public let close: Double
    /// Against the bar before, as a fraction; nil for the first bar.
    public let change: Double?
    /// Volume times close.
    public let turnover: Double

    /// - Returns: nil for a series without bars.
    public init?(_ series: CandleSeries) {
      guard let barTime = series.openTimes.last, let close = series.close.last, let volume = series.volume.last else { return nil }
      (symbol, interval, self.barTime, self.close) = (series.symbol, series.interval, barTime, close)
      let before = series.close.dropLast().last
      change = before.flatMap { $0 == 0 ? nil : close / $0 - 1 }
      turnover = close * volume
    }
  }

  /// Whether a row passes every bound. One without a change passes no bound on it.
  public func passes(_ row: Row) -> Bool {
    guard row.turnover >= turnoverMin ?? -.infinity, row.close >= priceMin ?? -.infinity else { return false }
    guard let bound = change else { return true }
    guard let change = row.change else { return false }
    return switch bound {
    case .either(let least): abs(change) >= least
    case .rise(let least): change >= least
    case .fall(let least): change <= -least
    }
  }
}
