import Foundation
import Scheduling
import Testing

@Suite struct `Any cron expression` {
  /// Windows around changes of the clock: of an hour, half an hour, at midnight, of a whole day, in either direction, or none at all.
  static let windows: [(zone: String, from: String, days: Int)] = [
    ("America/New_York", "2026-03-06T00:00:00Z", 4), ("America/New_York", "2026-10-31T00:00:00Z", 3),
    ("Europe/Berlin", "2026-03-28T00:00:00Z", 3), ("Europe/London", "2026-10-24T00:00:00Z", 3),
    ("Australia/Lord_Howe", "2026-10-02T00:00:00Z", 3), ("Australia/Lord_Howe", "2026-04-03T00:00:00Z", 3),
    ("Africa/Cairo", "2026-04-22T00:00:00Z", 3), ("Africa/Cairo", "2026-10-28T00:00:00Z", 4),
    ("America/Santiago", "2026-09-05T00:00:00Z", 3), ("America/Santiago", "2026-04-03T00:00:00Z", 4),
    ("Asia/Kolkata", "2026-03-06T00:00:00Z", 3), ("Pacific/Apia", "2011-12-28T00:00:00Z", 5),
    ("Pacific/Chatham", "2026-04-03T00:00:00Z", 3), ("Asia/Pyongyang", "2018-05-03T00:00:00Z", 3),
    ("Africa/Monrovia", "1972-01-05T00:00:00Z", 4), ("Africa/Casablanca", "2026-02-13T00:00:00Z", 4),
  ]

  @Test(arguments: windows.indices)
  func `is due at the minutes that a walk through all minutes finds`(index: Int) throws {
    let window = Self.windows[index]
    let (place, start) = (try zone(window.zone), try instant(window.from))
    let walk = Walk(zone: place, from: start, days: window.days)
    for seed in 0..<40 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = randomExpression(&generator)
      let expression = try CronExpression(text)
      let expected = walk.due(expression: text)
      var (found, at) = ([Instant](), start)
      while let next = expression.next(after: at, in: place)?.instant, next <= walk.end {
        found.append(next)
        at = next
      }
      #expect(found == expected, "seed \(seed): \(text) in \(window.zone)")
      var (backwards, to) = ([Instant](), walk.end)
      while let latest = expression.latest(notAfter: to, in: place)?.instant, latest > start {
        backwards.append(latest)
        to = Instant(milliseconds: latest.milliseconds - 1)
      }
      #expect(backwards.reversed() == expected, "seed \(seed): \(text) in \(window.zone), backwards")
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `goes forward, never back, and finds again what it found`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let places = ["America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "Europe/Dublin", "UTC"]
    let place = try zone(try #require(places.randomElement(using: &generator)))
    let expression = try CronExpression(randomExpression(&generator))
    let century = try instant("1970-01-02").milliseconds..<instant("2200-01-01").milliseconds
    for _ in 0..<30 {
      let a = Instant(milliseconds: .random(in: century, using: &generator))
      let b = a + .milliseconds(.random(in: 0..<200_000_000, using: &generator))
      let (first, second) = (try #require(expression.next(after: a, in: place)), try #require(expression.next(after: b, in: place)))
      #expect(first.instant > a)
      #expect(first.instant <= second.instant, "seed \(seed): \(expression)")
      #expect(expression.latest(notAfter: first.instant, in: place) == first, "seed \(seed): \(expression)")
      let earlier = try #require(expression.latest(notAfter: a, in: place))
      #expect(earlier.instant <= a)
      #expect(expression.next(after: earlier.instant, in: place) == first, "seed \(seed): \(expression)")
    }
  }

  /// The search may look only at the two ends of a stretch; this is what it relies on.
  @Test func `meets no zone that changes its offset twice within a few days`() throws {
    let (start, end) = (try instant("1970-01-01").milliseconds / 1000, try instant("2045-01-01").milliseconds / 1000)
    var seen = 0
    for identifier in TimeZone.knownTimeZoneIdentifiers {
      let place = try zone(identifier)
      var previous: TimeInterval?
      var at = Date(timeIntervalSince1970: Double(start))
      while let next = place.nextDaylightSavingTimeTransition(after: at), next.timeIntervalSince1970 < Double(end), next > at {
        let moment = next.timeIntervalSince1970
        let changes = place.secondsFromGMT(for: next) != place.secondsFromGMT(for: next.addingTimeInterval(-1))
        if changes {
          if let previous { #expect(moment - previous > 52 * 3600, "\(identifier) at \(next)") }
          previous = moment
          seen += 1
        }
        at = next
      }
    }
    #expect(seen > 20_000)
  }
}

/// Mostly fields that matter around a change of the clock, sometimes anything.
func randomExpression(_ generator: inout SeededGenerator) -> String {
  func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator)! }
  let minute = Int.random(in: 0...59, using: &generator)
  let hour = Int.random(in: 0...23, using: &generator)
  let minutes = pick(["*", "*/7", "0", "30", "15,45", "0-20/5", "\(minute)", "\(minute)-59"])
  let hours = pick(["*", "*/2", "0", "1", "2", "3", "23", "0-3", "\(hour)", "\(hour)-23/3"])
  let days = pick(["*", "*", "*", "*/2", "1", "29", "8,30", "1-7"])
  let months = pick(["*", "*", "*", "*/3", "3,10", "jan-jun"])
  let weekdays = pick(["*", "*", "*", "*/2", "0", "7", "mon-fri", "6,7"])
  return "\(minutes) \(hours) \(days) \(months) \(weekdays)"
}

/// The rules of cron(8), applied to every minute of some days: slow, and simple enough to be believed.
private struct Walk {
  private var minutes: [(instant: Instant, wall: Int, first: Bool)] = []
  let end: Instant

  init(zone: TimeZone, from start: Instant, days: Int) {
    end = start + .days(days)
    var reached = Int.min
    // Two days earlier, so that what has been reached on the wall clock is known at the start; half minutes, because of Monrovia.
    let seconds = (Int(start.milliseconds) / 1000 - 2 * 86_400)...(Int(end.milliseconds) / 1000)
    for second in stride(from: seconds.lowerBound, through: seconds.upperBound, by: 30) {
      let wall = second + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
      guard wall % 60 == 0 else { continue }
      minutes.append((Instant(milliseconds: Int64(second) * 1000), wall, wall > reached))
      reached = max(reached, wall)
    }
    self.start = start
  }

  private let start: Instant

  func due(expression: String) -> [Instant] {
    let fields = Fields(expression)
    var (due, reached): ([Instant], Int?) = ([], nil)
    for minute in minutes {
      var fires = fields.match(minute.wall) && (fields.isWildcard || minute.first)
      if !fields.isWildcard, let reached, minute.wall > reached + 60 {
        fires = fires || stride(from: reached + 60, to: minute.wall, by: 60).contains(where: fields.match)
      }
      if fires, minute.instant > start { due.append(minute.instant) }
      reached = max(reached ?? minute.wall, minute.wall)
    }
    return due
  }

  /// The values of each field as sets.
  private struct Fields {
    let isWildcard: Bool
    private let needsBothDays: Bool
    private let sets: [Set<Int>]

    init(_ expression: String) {
      let fields = expression.split(separator: " ").map(String.init)
      isWildcard = fields[0].hasPrefix("*") || fields[1].hasPrefix("*")
      needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
      sets = zip(fields, [0...59, 0...23, 1...31, 1...12, 0...7]).map(Fields.values)
    }

    func match(_ wall: Int) -> Bool {
      let minute = (wall % 86_400 + 86_400) % 86_400 / 60
      guard sets[0].contains(minute % 60), sets[1].contains(minute / 60) else { return false }
      let date = Instant(milliseconds: Int64(wall) * 1000).utcDay
      guard sets[3].contains(date.month) else { return false }
      let day = sets[2].contains(date.day)
      let weekday = sets[4].contains(date.weekday) || date.weekday == 0 && sets[4].contains(7)
      return needsBothDays ? day && weekday : day || weekday
    }

    private static func values(of field: String, in range: ClosedRange<Int>) -> Set<Int> {
      let numbers = ["jan": 1, "jun": 6, "mon": 1, "fri": 5]
      var values: Set<Int> = []
      for element in field.split(separator: ",") {
        let parts = element.split(separator: "/")
        let ends = parts[0].split(separator: "-").map { numbers[String($0)] ?? Int($0) ?? range.lowerBound }
        let last = parts[0] == "*" ? range.upperBound : ends[ends.count - 1]
        values.formUnion(stride(from: ends[0], through: last, by: parts.count > 1 ? Int(parts[1])! : 1))
      }
      return values
    }
  }
}
