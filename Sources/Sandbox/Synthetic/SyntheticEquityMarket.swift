import Foundation
import Scheduling

/// Alpha Vantage's facts, made from a seed.
actor SyntheticEquityMarket: EquityMarket {
  private let seed: UInt64
  private let isSession: @Sendable (CivilDate) -> Bool
  private var paths: [String: EquityPath] = [:]
  /// How many symbols' sessions are kept.
  private static let keptPaths = 16

  init(seed: UInt64, isSession: @escaping @Sendable (CivilDate) -> Bool) {
    (self.seed, self.isSession) = (seed, isSession)
  }

  nonisolated func symbol(otherThan symbol: String) -> String { symbol == "IBM" ? "AAPL" : "IBM" }

  nonisolated func rows(_ symbol: String, now: Instant) async throws(RecordedDefect) -> EquityRows? {
    guard let listing = EquityListing.known[symbol] ?? EquityListing.generated(symbol) else { return nil }
    return EquityText.rows(of: await path(of: listing, now: now), at: now)
  }

  /// The path of a stock up to the day of `now`.
  func path(of listing: EquityListing, now: Instant) -> EquityPath {
    var path = paths.removeValue(forKey: listing.symbol) ?? EquityPath(listing, seed: seed, isSession: isSession)
    path.extend(through: NewYork.date(at: now))
    if paths.count >= Self.keptPaths { paths.removeAll() }
    paths[listing.symbol] = path
    return path
  }
}

/// Writes the provider's text of sessions.
enum EquityText {
  /// The sessions that have begun at `now`, newest first; one that has not ended is provisional.
  static func rows(of path: EquityPath, at now: Instant) -> EquityRows {
    var sessions = path.sessions
    while let last = sessions.last, NewYork.open(last.day) >= now { sessions.removeLast() }
    if let last = sessions.last, NewYork.close(last.day) > now {
      let length = NewYork.close(last.day) - NewYork.open(last.day)
      sessions[sessions.count - 1] = last.partial((now - NewYork.open(last.day)).inSeconds / length.inSeconds)
    }
    return text(of: sessions, symbol: path.listing.symbol)
  }

  private static func text(of sessions: [EquityPath.Session], symbol: String) -> EquityRows {
    var writer = ByteWriter(capacity: sessions.count * 70)
    var rows: [EquityRows.Row] = []
    rows.reserveCapacity(sessions.count)
    var factor = 1.0
    for (index, session) in sessions.enumerated().reversed() {
      var fields: [Range<Int>] = []
      func field(_ write: (inout ByteWriter) -> Void) {
        let start = writer.bytes.count
        write(&writer)
        fields.append(start..<writer.bytes.count)
      }
      for price in [session.open, session.high, session.low, session.close] { field { $0.decimal(price, decimals: 4, shown: 4) } }
      field { adjusted(Double(session.close) / 10_000 * factor, into: &$0) }
      field { $0.integer(session.volume) }
      field { $0.decimal(session.dividend, decimals: 4, shown: 4) }
      field { $0.string(session.split == 1 ? "1.0" : "\(session.split)") }
      rows.append(EquityRows.Row(day: session.day, fields: fields, entry: nil))
      if index > 0 { factor *= step(session, before: Double(sessions[index - 1].close)) }
    }
    return EquityRows(symbol: symbol, text: writer.bytes, rows: rows)
  }

  /// What a day's split and dividend do to the adjusted closes of all days before: (1/s) × (1 − v / (close before / s)).
  private static func step(_ session: EquityPath.Session, before: Double) -> Double {
    (1 / session.split) * (1 - Double(session.dividend) / (before / session.split))
  }

  /// Up to ten decimals, at least one.
  private static func adjusted(_ value: Double, into writer: inout ByteWriter) {
    var (number, decimals) = (Int64((value * 1e10).rounded()), 10)
    while decimals > 1, number % 10 == 0 { (number, decimals) = (number / 10, decimals - 1) }
    writer.decimal(number, decimals: decimals, shown: decimals)
  }
}
