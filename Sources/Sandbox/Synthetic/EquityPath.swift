import Foundation
import Scheduling

/// The daily sessions of one stock, made one after the other, in the provider's raw prices.
struct EquityPath: Sendable {
  struct Session: Sendable {
    let day: CivilDate
    /// In ten-thousandths of a dollar, as traded on that day.
    var open, high, low, close: Int64
    var volume: Int64
    /// In ten-thousandths of a dollar, on the ex-date.
    let dividend: Int64
    /// New shares for one old share on that day; 1 on all others.
    let split: Double
  }

  let listing: EquityListing
  private let isSession: @Sendable (CivilDate) -> Bool
  private let key: UInt64
  private var process: ReturnProcess
  /// The price of today's shares.
  private var price: Double
  /// Of the anchor, per session, until 2024.
  private let growth: Double
  private var nextDay: CivilDate
  private var owedSplit = 1.0
  private var dividendQuarter = -1
  private(set) var sessions: [Session] = []

  init(_ listing: EquityListing, seed: UInt64, isSession: @escaping @Sendable (CivilDate) -> Bool) {
    (self.listing, self.isSession) = (listing, isSession)
    key = Draw.key(seed ^ 0xEA, name: listing.symbol)
    var draw = Draw(key)
    process = ReturnProcess(key: draw.bits(), usualVolatility: 0.011 + 0.01 * draw.uniform())
    let sessions = Double(19_875 - listing.firstDay.daysSinceEpoch) * 252 / 365.25
    // The first raw price is near 60 dollars, or what the level allows without a fall.
    growth = max(0, log(listing.level * listing.factor(after: listing.firstDay) / 60)) / sessions
    price = listing.level * exp(-growth * sessions)
    nextDay = listing.firstDay
  }

  /// Makes the sessions up to a day.
  mutating func extend(through day: CivilDate) {
    while nextDay <= day {
      if let split = listing.splits.first(where: { $0.day == nextDay }) { owedSplit *= split.ratio }
      if isSession(nextDay) { append(nextDay) }
      nextDay = nextDay.adding(days: 1)
    }
  }

  private mutating func append(_ day: CivilDate) {
    var draw = Draw(Draw.key(key, UInt64(bitPattern: Int64(day.daysSinceEpoch))))
    let story = process.next(growth: day.year < 2025 ? growth : 0)
    let factor = listing.factor(after: day)
    let overnight = story.change * (draw.happens(0.1) ? 0.8 : 0.3)
    let unit = 10_000 * factor
    let open = max(100, Int64(price * exp(overnight) * unit / 100) * 100)
    price *= exp(story.change)
    let close = max(100, Int64(price * unit / 100) * 100)
    let spread = story.volatility * Double(max(open, close)) * 0.5
    let high = max(open, close) + Int64(draw.normal().magnitude * spread / 50) * 50
    let low = max(50, min(open, close) - Int64(draw.normal().magnitude * min(spread, 0.2 * Double(close)) / 50) * 50)
    sessions.append(
      Session(
        day: day, open: open, high: high, low: min(low, open, close), close: close,
        volume: Int64(listing.volume * story.activity / factor.squareRoot()), dividend: dividend(on: day, close: close, &draw),
        split: owedSplit))
    owedSplit = 1
  }

  /// A quarter of the year's dividend on the first session from the 8th to the 27th of the quarter's second month on.
  private mutating func dividend(on day: CivilDate, close: Int64, _ draw: inout Draw) -> Int64 {
    guard listing.yield > 0, day.month % 3 == 2, day.day >= 8 + Int(key % 20) else { return 0 }
    let quarter = day.year * 4 + day.month / 3
    guard quarter != dividendQuarter else { return 0 }
    dividendQuarter = quarter
    return Int64(Double(close) * listing.yield / 4 / 100) * 100
  }
}

extension EquityPath.Session {
  /// What the provider shows of a session that is still open, `share` of the way through it.
  func partial(_ share: Double) -> EquityPath.Session {
    var session = self
    session.close = open + Int64(Double(close - open) * share / 100) * 100
    session.high = min(high, max(open, session.close, open + Int64(Double(high - open) * share / 50) * 50))
    session.low = max(low, min(open, session.close, open - Int64(Double(open - low) * share / 50) * 50))
    session.volume = Int64(Double(volume) * share)
    return session
  }
}
