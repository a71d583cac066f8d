import Foundation

/// Writes expressions of other zones in the system's zone, where that is possible.
struct ZoneTranslation {
  private let system: ScheduleZone
  private let systemName: String
  private let start: Int
  private let end: Int
  private let systemChanges: [ScheduleZone.Change]

  /// - Parameter now: the start of the two years for which a translation must hold.
  init(system zone: TimeZone, asOf now: Instant) {
    (system, systemName) = (ScheduleZone(zone), zone == .gmt ? "UTC" : zone.identifier)
    start = now.wholeSeconds
    end = start + 2 * 366 * 86_400
    systemChanges = system.changes(after: start, through: end)
  }

  func expression(for entry: Crontab.Entry) -> Result<String, CrontabDefect> {
    let other = ScheduleZone(entry.zone)
    let moments = [start] + (systemChanges + other.changes(after: start, through: end)).map(\.instant).sorted()
    let differences = moments.map { system.offset(at: $0) - other.offset(at: $0) }
    guard let since = zip(moments, differences).first(where: { $0.1 != 0 })?.0 else { return .success(entry.expression.text) }
    let fields = entry.expression.fields
    if fields.isDueEveryHour, differences.allSatisfy({ $0 % 3600 == 0 }) { return .success(entry.expression.text) }
    if Set(differences).count == 1, differences[0] % 60 == 0, let text = entry.expression.shifted(byMinutes: differences[0] / 60),
      systemChanges.isEmpty || (try? CronExpression(text).isWildcard) == fields.isWildcard  // a text that is no expression is not equal
    {
      return .success(text)
    }
    let problem = CrontabDefect.Problem.otherZone(zone: entry.zoneName, system: systemName, since: Instant(seconds: since))
    return .failure(CrontabDefect(line: entry.line, column: 1, text: entry.source, problem: problem))
  }
}

extension CronFields {
  /// Due at the same minutes of every real hour, so that whole hours of difference do not matter.
  fileprivate var isDueEveryHour: Bool { isWildcard && hours == CronField.hour.full() && hasAllDays }

  fileprivate var hasAllDays: Bool {
    days == CronField.dayOfMonth.full() && months == CronField.month.full() && weekdays == 0x7F
  }
}

extension CronField {
  /// A bit for each value of the field.
  fileprivate func full<Mask: FixedWidthInteger>(_: Mask.Type = Mask.self) -> Mask { range.reduce(0) { $0 | 1 << Mask($1) } }
}

extension CronExpression {
  /// The same moments, read on a clock that is `minutes` ahead; nil when five fields cannot say it.
  fileprivate func shifted(byMinutes minutes: Int) -> String? {
    let hourShift = minutes.dividedDown(by: 60)
    let minuteShift = minutes - hourShift * 60
    let moved = fields.minutes.setBits.map { $0 + minuteShift }
    let carries = Set(moved.map { $0 / 60 })
    let isEveryHour = fields.hours == CronField.hour.full()
    // With minutes on both sides of the full hour, two sets of hours would be needed.
    guard carries.count == 1 || isEveryHour && fields.hasAllDays else { return nil }
    let hours = fields.hours.setBits.map { $0 + hourShift + (carries.count == 1 ? carries.first! : 0) }
    var texts = fieldTexts
    if minuteShift != 0 { texts[0] = Self.list(moved.map { $0 % 60 }) }
    if !isEveryHour { texts[1] = Self.list(hours.map { $0 - $0.dividedDown(by: 24) * 24 }) }
    guard !fields.hasAllDays else { return texts.joined(separator: " ") }
    let dayShifts = Set(hours.map { $0.dividedDown(by: 24) })
    guard dayShifts.count == 1, let dayShift = dayShifts.first else { return nil }
    if dayShift != 0 {
      guard texts[2] == "*", fields.months == CronField.month.full() else { return nil }
      texts[4] = Self.list(fields.weekdays.setBits.map { ($0 + dayShift + 7) % 7 })
    }
    return texts.joined(separator: " ")
  }

  /// The five fields as written, or those that a macro stands for.
  private var fieldTexts: [String] {
    let written = CronParser.macros.first { $0.name == text }?.expression ?? text
    return written.split(whereSeparator: \.isBlank).map(String.init)
  }

  /// `1-5,9`
  private static func list(_ values: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for value in values.sorted() {
      if let last = ranges.last, last.upperBound + 1 == value {
        ranges[ranges.count - 1] = last.lowerBound...value
      } else {
        ranges.append(value...value)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
  }
}
