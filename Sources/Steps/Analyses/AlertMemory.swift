import Analysis
import MarketData
import Scheduling
import Storage

/// What the warehouse knows of the alerts of a symbol: how far they were judged, what they told, and which splits came between.
struct AlertMemory: Sendable {
  let states: [AlertState]
  private let told: [[String]: Set<Instant>]
  /// By source.
  private let splits: [String: [CorporateAction]]
  private let logicalDate: Instant

  init(_ reader: WarehouseReader, of symbol: Symbol, at logicalDate: Instant) throws {
    self.logicalDate = logicalDate
    states = try reader.alertStates(of: symbol)
    told = try reader.alertTimes(of: symbol, since: Self.start(states, logicalDate))
    var splits: [String: [CorporateAction]] = [:]
    for source in Set(states.map(\.key.source)) {
      splits[source] = try reader.corporateActions(symbol, source: source, until: logicalDate).filter(\.isSplit)
    }
    self.splits = splits
  }

  /// Twice as far back as bars are judged again: bars may be missing between.
  private static func start(_ states: [AlertState], _ logicalDate: Instant) -> Instant {
    states.map { state in
      var time = state.judgedUntil
      for _ in 0..<(2 * Alert.judgedAgain) { time = state.key.interval.openTime(containing: time - .milliseconds(1)) }
      return time
    }.min() ?? logicalDate
  }

  /// - Returns: nil for an alert that is new on the series, or has another condition than before.
  func of(_ alert: Alert, on key: SeriesKey) -> Alert.Memory? {
    let condition = alert.rule.description
    guard let state = states.first(where: { $0.alert == alert.id && $0.key == key && $0.condition == condition }) else { return nil }
    // Prices before a split were others when they were judged: what they seem to cross now, they did not cross then.
    let split = splits[key.source]?.map(\.date.midnight).max()
    return Alert.Memory(
      judgedFrom: max(state.judgedFrom, split ?? state.judgedFrom), judgedUntil: state.judgedUntil,
      told: told[[alert.id, key.interval.rawValue, key.source]] ?? [])
  }

  /// So long is somebody reminded that a price of the time before a split was written into an alert.
  private static let reminded = Duration.days(30)

  /// What is to be said of an alert whose price was written before a split.
  func splitWarning(_ alert: Alert, on key: SeriesKey) -> String? {
    let condition = alert.rule.description
    guard alert.rule.isOfPrice, let state = states.first(where: { $0.alert == alert.id && $0.key == key && $0.condition == condition }),
      let split = splits[key.source]?.last(where: {
        $0.date.midnight > state.judgedFrom && $0.date.midnight + Self.reminded > logicalDate
      })
    else { return nil }
    return "\(alert.id): \(key.symbol) had a \(split.sentence) on \(split.date), after the alert was written; "
      + "\(condition) is judged in prices after it; write the price anew"
  }
}

extension CorporateAction {
  fileprivate var isSplit: Bool { if case .split = kind { true } else { false } }
}

extension MissingRanges {
  /// How many bars after the one that opens at `last` should have closed by the logical date; of shares, up to a day, how many sessions.
  static func missingBars(after last: Instant, _ interval: Interval, calendar: SessionCalendar, at logicalDate: Instant) -> Int {
    let end = end(of: interval, calendar: calendar, at: logicalDate)
    if !calendar.isAlwaysOpen, interval <= .day1 {
      // A day of shares opens at its midnight in UTC, which is the evening before at the exchange.
      let first = calendar.day(of: interval < .day1 ? last : last + .hours(12)).adding(days: 1)
      guard let through = calendar.lastClosed(at: logicalDate)?.date, first <= through else { return 0 }
      return calendar.sessions(in: first...through).count
    }
    var (time, count) = (interval.next(after: last), 0)
    if let length = interval.length { return max(0, Int((end - time) / length)) }
    while time < end { (time, count) = (interval.next(after: time), count + 1) }
    return count
  }
}
