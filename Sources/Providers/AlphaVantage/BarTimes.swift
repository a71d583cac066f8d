import MarketData
import Scheduling

/// When the bars of a series open and close, told by their labels.
///
/// A day is labelled with itself, a week and a month with their last session so far, a bar within a day with New York's clock.
struct BarTimes {
  let market: AlphaVantage.Market
  let interval: Interval
  let calendar: SessionCalendar
  /// Of bars within a day.
  var label = BarLabel.start

  /// Weeks open on Monday, months on the 1st, as everywhere in the warehouse.
  func openTime(of row: SeriesRow) -> Instant {
    guard let minutes = interval.minutes else { return interval.openTime(containing: row.date.midnight) }
    let instant = NewYork.instant(of: row.date, seconds: row.time ?? 0)
    return label == .start ? instant : instant - .minutes(minutes)
  }

  /// The close of the session, of the last one of the week or month; of a bar within a day its last millisecond.
  func closeTime(of row: SeriesRow) -> Instant {
    if market != .shares { return interval.next(after: openTime(of: row)) - .milliseconds(1) }
    if interval == .day1 { return close(of: row.date) }
    guard interval.minutes != nil else { return lastSession(ofPeriodOf: row)?.close ?? close(of: row.date) }
    let open = openTime(of: row)
    let end = interval.next(after: open)
    guard let session = calendar.session(on: row.date), open < session.close else { return end - .milliseconds(1) }
    return min(end, session.close) - .milliseconds(1)
  }

  /// Whether a bar can change no more.
  /// - Parameter isLast: no later one was told: a week that lacks its last session is then not over, whatever the clock says.
  func isClosed(_ row: SeriesRow, isLast: Bool, at instant: Instant) -> Bool {
    guard closeTime(of: row) <= instant else { return false }
    guard isLast, interval == .week1 || interval == .month1 else { return true }
    return lastSession(ofPeriodOf: row).map { row.date >= $0.date } ?? true
  }

  private func close(of day: CivilDate) -> Instant { calendar.session(on: day)?.close ?? NewYork.regularClose(of: day) }

  private func lastSession(ofPeriodOf row: SeriesRow) -> SessionCalendar.Session? {
    let start = openTime(of: row)
    var day = interval.next(after: start).utcDay.adding(days: -1)
    while day.midnight >= start {
      if let session = calendar.session(on: day) { return session }
      day = day.adding(days: -1)
    }
    return nil
  }
}

/// What the label of a bar within a day tells. It changed: recordings of 2018 to 2021 name the end of the bar, those since 2023 its start.
enum BarLabel: Equatable {
  case start, end

  private static let open = 9 * 3600 + 1800
  private static let close = 16 * 3600
  private static let earliest = 4 * 3600
  private static let latest = 20 * 3600

  /// Told by the first and last labels of the days; where these are not in the answer, by the year in which it was made.
  ///
  /// - Parameter refreshed: the metadata's `Last Refreshed`; nil for CSV.
  init(of rows: [SeriesRow], refreshed: String?) {
    let times = rows.compactMap(\.time)
    if times.contains(BarLabel.latest) {
      self = .end
    } else if times.contains(BarLabel.earliest) {
      self = .start
    } else if times.contains(BarLabel.close), !times.contains(where: { $0 > BarLabel.close }) {
      // The bar that opens at 16:00 holds the closing auction, and never comes without the hours that follow.
      self = .end
    } else {
      let year = refreshed.flatMap { Int($0.prefix(4)) } ?? .max
      self = year < 2022 ? .end : .start
    }
  }
}
