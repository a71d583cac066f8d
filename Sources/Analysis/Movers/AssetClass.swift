public import MarketData
import Scheduling

/// What kind of market an instrument trades on, as far as time goes.
public enum AssetClass: String, Sendable, CaseIterable {
  /// Trades always.
  case crypto
  /// US shares: 252 sessions a year of 6.5 hours.
  case equity
  /// Currencies: 260 days a year of 24 hours.
  case forex

  /// How many bars a year has: what a deviation per bar is annualised with. Never inferred from a number of rows.
  ///
  /// - Returns: nil where no such bar makes sense: an equity bar longer than the session but shorter than a day.
  public func periodsPerYear(_ interval: Interval) -> Double? {
    switch interval {
    case .month1: return 12
    case .week1: return self == .crypto ? 365.0 / 7 : 52
    case .day3: return daysPerYear / 3
    case .day1: return daysPerYear
    default:
      guard let length = interval.length, length.inSeconds <= hoursPerDay * 3600 else { return nil }
      return daysPerYear * (hoursPerDay * 3600 / length.inSeconds)
    }
  }

  private var daysPerYear: Double {
    switch self {
    case .crypto: 365
    case .equity: 252
    case .forex: 260
    }
  }

  private var hoursPerDay: Double { self == .equity ? 6.5 : 24 }
}
