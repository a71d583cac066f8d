public import Scheduling

/// `calendars.yaml`: days of an exchange that follow no rule.
///
///     XNYS:
///       closures: [2025-01-09]
///       early_closes: { 2026-11-27: "13:00" }
///       extra_sessions: []
public struct CalendarsConfiguration: Sendable, Equatable {
  /// Of the New York Stock Exchange.
  public var newYork = SessionExceptions()

  public init() {}

  /// The New York Stock Exchange with these days.
  public var xnys: SessionCalendar { .xnys(with: newYork) }
}

extension CalendarsConfiguration {
  /// Years for which the calendars have rules.
  private static let years = 1990...2100
  /// A session opens at 9:30 and closes at 16:00 at the latest.
  private static let closingMinutes = (9 * 60 + 31)...(16 * 60)

  init(_ root: Tree, _ findings: Findings) {
    guard let section = Section(root, title: "the calendars", findings: findings) else { return }
    section.refuseKeys(except: [SessionCalendar.xnys.name])
    guard let exchange = section.section(SessionCalendar.xnys.name, title: "the exchange") else { return }
    exchange.refuseKeys(except: ["closures", "early_closes", "extra_sessions"])
    var places: [CivilDate: Spot] = [:]
    for day in Self.days("closures", exchange) where Self.isFirst(day, &places, findings) { newYork.closures.insert(day.value) }
    for day in Self.days("extra_sessions", exchange) where Self.isFirst(day, &places, findings) { newYork.extraSessions.insert(day.value) }
    var short: [CivilDate: Spot] = [:]
    for entry in exchange.section("early_closes", title: "`early_closes`")?.entries ?? [] {
      guard let day = Self.day(Located(value: entry.key, spot: entry.keySpot), "a day of `early_closes`", findings),
        let close = Self.close(entry.value, findings), Self.isFirst(day, &short, findings)
      else { continue }
      if let spot = places[day.value], newYork.closures.contains(day.value) {
        findings.add(.duplicateEntry, at: day.spot, "\(day.value) closes early, and not at all", label: "a second time", others: [spot])
      }
      newYork.earlyCloses[day.value] = close
    }
  }

  private static func days(_ key: String, _ section: Section) -> [Located<CivilDate>] {
    section.texts(key).compactMap { day($0, "an element of `\(key)`", section.findings) }
  }

  private static func day(_ text: Located<String>, _ what: String, _ findings: Findings) -> Located<CivilDate>? {
    guard let day = CivilDate(text.value) else {
      findings.add(.wrongType, at: text.spot, "\(what) is `\(text.value)`", label: "expected a day such as `2026-11-27`")
      return nil
    }
    guard years.contains(day.year) else {
      findings.add(.outOfRange, at: text.spot, "\(what) is \(day)", label: "expected a day of \(years.lowerBound) to \(years.upperBound)")
      return nil
    }
    return Located(value: day, spot: text.spot)
  }

  /// Minutes since midnight.
  private static func close(_ tree: Tree, _ findings: Findings) -> Int? {
    let wanted = "a time of New York such as `\"13:00\"`"
    guard let text = findings.text(tree, of: "an early close", wanted: wanted) else { return nil }
    let parts = text.value.split(separator: ":", omittingEmptySubsequences: false).map { $0.count == 2 ? Int($0) : nil }
    guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour), (0..<60).contains(minute) else {
      findings.add(.wrongType, at: text.spot, "an early close is `\(text.value)`", label: "expected \(wanted)")
      return nil
    }
    guard closingMinutes.contains(hour * 60 + minute) else {
      findings.add(.outOfRange, at: text.spot, "an early close is `\(text.value)`", label: "expected 09:31 to 16:00")
      return nil
    }
    return hour * 60 + minute
  }

  private static func isFirst(_ day: Located<CivilDate>, _ places: inout [CivilDate: Spot], _ findings: Findings) -> Bool {
    guard let first = places.updateValue(day.spot, forKey: day.value) else { return true }
    findings.add(.duplicateEntry, at: day.spot, "\(day.value) stands twice", label: "a second time", others: [first])
    return false
  }
}
