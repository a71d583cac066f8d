import Foundation

/// The days and hours in which a market trades.
public struct SessionCalendar: Sendable, Hashable {
  /// `always` or `XNYS`, as job files name it.
  public let name: String
  private let kind: Kind

  private enum Kind: Sendable, Hashable {
    case always
    case weekdays
    case newYork(SessionExceptions)
  }

  /// Never closes; a session is a UTC day. For crypto.
  public static let always = SessionCalendar(name: "always", kind: .always)

  /// Monday to Friday; a session is a UTC day. For currencies, whose own holidays are two or three days of the year.
  public static let weekdays = SessionCalendar(name: "weekdays", kind: .weekdays)

  /// The New York Stock Exchange, by rule, 1990...2100.
  ///
  /// Source: NYSE hours and holidays; agrees with exchange_calendars 4.13.2 and pandas_market_calendars 5.5.0.
  public static let xnys = xnys(with: SessionExceptions())

  /// The New York Stock Exchange with days that follow no rule, besides those that are history.
  public static func xnys(with exceptions: SessionExceptions) -> SessionCalendar {
    SessionCalendar(name: "XNYS", kind: .newYork(exceptions))
  }

  /// - Parameter name: `always` or `XNYS`, in any case.
  /// - Returns: nil for a market that is not known.
  public init?(named name: String) {
    guard let known = [Self.always, .xnys].first(where: { $0.name.lowercased() == name.lowercased() }) else { return nil }
    self = known
  }

  private init(name: String, kind: Kind) {
    (self.name, self.kind) = (name, kind)
  }

  public var isAlwaysOpen: Bool { kind == .always }

  /// One stretch of trading.
  public struct Session: Sendable, Hashable {
    /// The day on the market's own calendar.
    public let date: CivilDate
    public let open: Instant
    /// The first instant at which the market is closed again.
    public let close: Instant
    /// Whether it closes before the usual hour.
    public let isShortened: Bool
  }

  /// - Returns: nil on a day without trading, and outside the years that the calendar knows.
  public func session(on date: CivilDate) -> Session? {
    switch kind {
    case .weekdays where !hasSession(on: date): nil
    case .always, .weekdays: Session(date: date, open: date.midnight, close: date.adding(days: 1).midnight, isShortened: false)
    case .newYork(let exceptions): newYorkSession(on: date, exceptions)
    }
  }

  /// Whether there is a session on a day; cheaper than its hours.
  public func hasSession(on date: CivilDate) -> Bool {
    if kind == .weekdays { return (1...5).contains(date.weekday) }
    guard case .newYork(let exceptions) = kind else { return true }
    guard NewYork.years.contains(date.year), !exceptions.closures.contains(date) else { return false }
    return exceptions.extraSessions.contains(date) || !NewYork.isClosed(on: date)
  }

  /// The sessions of some days, oldest first.
  /// - Complexity: O(*days*).
  public func sessions(in dates: ClosedRange<CivilDate>) -> [Session] {
    (dates.lowerBound.daysSinceEpoch...dates.upperBound.daysSinceEpoch).compactMap { session(on: CivilDate(daysSinceEpoch: $0)) }
  }

  /// The last session whose close is not after `instant`.
  public func lastClosed(at instant: Instant) -> Session? {
    nearest(from: day(of: instant), step: -1) { $0.close <= instant }
  }

  /// The first session whose close is after `instant`: the one that is trading, or else the next.
  public func nextClose(after instant: Instant) -> Session? {
    nearest(from: day(of: instant).adding(days: -1), step: 1) { $0.close > instant }
  }

  /// The day on the market's own calendar that `instant` lies in.
  public func day(of instant: Instant) -> CivilDate {
    switch kind {
    case .always, .weekdays: instant.utcDay
    case .newYork: Instant(seconds: instant.wholeSeconds + NewYork.zone.offset(at: instant.wholeSeconds)).utcDay
    }
  }

  /// No market pauses for as long as the search goes: the longest closure by rule and in history is six days.
  private func nearest(from day: CivilDate, step: Int, where fits: (Session) -> Bool) -> Session? {
    var reach = 14
    if case .newYork(let exceptions) = kind { reach += exceptions.closures.count }
    for distance in 0...reach {
      if let session = session(on: day.adding(days: step * distance)), fits(session) { return session }
    }
    return nil
  }

  private func newYorkSession(on date: CivilDate, _ exceptions: SessionExceptions) -> Session? {
    guard hasSession(on: date) else { return nil }
    let early = exceptions.earlyCloses[date] ?? NewYork.earlyCloseHour(on: date).map { $0 * 60 }
    let close = early ?? 16 * 60
    return Session(
      date: date, open: NewYork.instant(on: date, hour: 9, minute: 30),
      close: NewYork.instant(on: date, hour: close / 60, minute: close % 60), isShortened: early != nil)
  }
}
