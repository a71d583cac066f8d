import Foundation
import Scheduling
import Testing

@Suite struct `Timers of systemd` {
  static let now = Instant(iso8601: "2026-01-01")!

  @Test(arguments: [
    ("UTC", "30 2 * * *", ["*-*-* 02:30:00 UTC"]),
    ("Asia/Tokyo", "30 2 * * 1-5", ["Mon..Thu,Sun *-*-* 17:30:00 UTC"]),
    (
      "Asia/Kolkata", "0,30 9-15 * * 1-5",
      ["Mon..Fri *-*-* 03:30:00 UTC", "Mon..Fri *-*-* 04..09:00,30:00 UTC", "Mon..Fri *-*-* 10:00:00 UTC"]
    ),
    ("America/New_York", "30 2 * * *", ["*-*-* 06:30:00 UTC", "*-*-* 07:00,30:00 UTC"]),
    ("America/New_York", "5 * * * *", ["*-*-* *:05:00 UTC"]),
    ("Europe/Berlin", "*/15 * * * *", ["*-*-* *:00,15,30,45:00 UTC"]),
    ("Europe/Berlin", "0 0 1 1 *", ["*-01,12-28..31 22,23:00:00 UTC"]),
    ("UTC", "0 0 13 * 5", ["*-*-13 00:00:00 UTC", "Fri *-*-* 00:00:00 UTC"]),
    ("UTC", "0 0 29 2 *", ["*-02-29 00:00:00 UTC"]),
    ("UTC", "* * * * *", ["*-*-* *:*:00 UTC"]),
  ])
  func `name UTC and no other zone`(zone: String, line: String, expected: [String]) throws {
    #expect(try calendar(of: line, in: zone) == expected)
  }

  @Test(arguments: TimeZone.knownTimeZoneIdentifiers)
  func `wake at every instant of two years, in any zone`(zone: String) throws {
    for line in ["30 2 * * *", "0 0 * * 1-5", "45 1,23 1,15 * *", "59 0 28-31 3,10 0"] {
      let expression = try CronExpression(line)
      let timer = try Timer(calendar(of: line, in: zone))
      var (last, missed) = (Self.now, [String]())
      while let next = expression.next(after: last, in: try #require(TimeZone(identifier: zone)))?.instant, next < Self.now + .days(731) {
        if !timer.wakes(at: next) { missed.append(next.iso8601) }
        last = next
      }
      #expect(missed.isEmpty, "\(line) in \(zone)")
    }
  }

  @Test(arguments: CatchUpPropertyZones.some)
  func `start every instant of two years exactly once and on time`(zone: String) throws {
    for line in ["30 2 * * *", "15 0,1,2,3 * * 0,1", "0 0 1 * *"] {
      let timer = try Timer(calendar(of: line, in: zone))
      let schedule = try schedule([line], in: zone)
      let first = try #require(schedule.latest(notAfter: Self.now)?.occurrence.instant)
      var (history, started) = (CatchUp.History(mark: first), [Instant]())
      for wake in timer.wakes(from: Self.now, days: 731) {
        let steps = CatchUp(schedule: schedule, policy: .init(.all), start: .init(now: wake + .milliseconds(700)), history: history).steps()
        #expect(steps.allSatisfy { $0.decision.verdict == .ran }, "\(line) in \(zone)")
        started += steps.map(\.decision.instant)
        history.mark = steps.last?.decision.instant ?? history.mark
      }
      var (all, last) = ([Instant](), Self.now)
      while let next = schedule.next(after: last)?.occurrence.instant, next < Self.now + .days(731) {
        all.append(next)
        last = next
      }
      // The instant at the very start of the two years belongs to the year before.
      #expect(started.filter { $0 > Self.now } == all, "\(line) in \(zone)")
    }
  }

  @Test func `are refused for a command that could not decide which wake-ups are meant`() throws {
    let crontab = Crontab.parse("CRON_TZ=Europe/Berlin\n30 2 * * * date\n0 5 * * * jobs run nightly\nCRON_TZ=Asia/Tokyo\n1 1 * * * date\n")
      .0
    #expect {
      try SystemdUnits(setting()).timers(of: crontab)
    } throws: { error in
      "\(error)".hasPrefix("crontab:2: the clocks of Europe/Berlin make this") && "\(error)".hasSuffix("\n30 2 * * * date")
    }
  }

  @Test func `of one project have one name each, and the same start shares one`() throws {
    let crontab = Crontab.parse("0 1 * * * jobs run a\n0 2 * * * jobs run a --only x\n0 3 * * * jobs run a\n0 4 * * * echo 50\\% $HOME\n").0
    let units = try SystemdUnits(setting()).timers(of: crontab)
    #expect(
      units.map(\.name) == [
        "jobs-a.service", "jobs-a.timer", "jobs-a-2.service", "jobs-a-2.timer", "jobs-line-4.service", "jobs-line-4.timer",
      ])
    #expect(units[1].text.contains("OnCalendar=*-*-* 01:00:00 UTC\n") && units[1].text.contains("OnCalendar=*-*-* 03:00:00 UTC\n"))
    #expect(units[2].text.contains("ExecStart=/usr/local/bin/jobs run a --only x --root /srv/jobs --quiet --wait --trigger timer\n"))
    #expect(units[4].text.contains("ExecStart=/bin/sh -c \"cd /srv/jobs && echo 50%% $$HOME\"\n"))
  }

  @Test func `show a project in a home to its service`() throws {
    var home = setting()
    home.root = "/home/ann/my jobs"
    home.credentials = ["alphavantage": "/home/ann/my jobs/data/secrets/alphavantage"]
    let text = try SystemdUnits(home).timers(of: Crontab.parse("0 1 * * * jobs run a\n").0)[0].text
    #expect(text.contains("ProtectHome=tmpfs\n") && text.contains("BindReadOnlyPaths=\"/home/ann/my jobs\"\n"))
    #expect(text.contains("BindPaths=\"/home/ann/my jobs/data\" \"/home/ann/my jobs/reports\"\n"))
    #expect(text.contains("LoadCredential=alphavantage:/home/ann/my jobs/data/secrets/alphavantage\n"))
    #expect(text.contains("run a --root \"/home/ann/my jobs\" --quiet"))
  }

  /// `RECORD_SNAPSHOTS=1 swift test` writes deploy/systemd anew from the project's crontab.
  @Test func `stand in deploy/systemd as the program writes them`() throws {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
    let crontab = Crontab.parse(try String(contentsOf: checkout.appending(path: "crontab"), encoding: .utf8)).0
    let units = try SystemdUnits(setting()).timers(of: crontab) + SystemdUnits(setting()).daemon()
    let folder = checkout.appending(path: "deploy/systemd")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for unit in units { try unit.text.write(to: folder.appending(path: unit.name), atomically: true, encoding: .utf8) }
    }
    for unit in units { #expect(try String(contentsOf: folder.appending(path: unit.name), encoding: .utf8) == unit.text) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasPrefix("jobs-") }
    #expect(Set(names) == Set(units.map(\.name)))
  }

  private func setting() -> SystemdUnits.Setting {
    SystemdUnits.Setting(executable: "/usr/local/bin/jobs", root: "/srv/jobs", account: "jobs", now: Self.now)
  }

  private func calendar(of line: String, in zone: String) throws -> [String] {
    let crontab = Crontab.parse("CRON_TZ=\(zone)\n\(line) jobs run nightly\n").0
    let timer = try #require(try SystemdUnits(setting()).timers(of: crontab).last)
    return timer.text.split(separator: "\n").filter { $0.hasPrefix("OnCalendar=") }.map { String($0.dropFirst(11)) }
  }
}

enum CatchUpPropertyZones { static let some = `Over a year in any zone`.zones }

/// A timer as systemd.time(7) describes it, as far as our texts go: weekdays, months, days, hours and minutes, in UTC.
private struct Timer {
  private let lines: [Line]

  private struct Line {
    var weekdays: Set<Int>, months: Set<Int>, days: Set<Int>, minutes: Set<Int>
  }

  init(_ texts: [String]) throws {
    lines = try texts.map { text in
      var parts = text.split(separator: " ").map(String.init)
      try #require(parts.removeLast() == "UTC")
      let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
      var weekdays = Set(0...6)
      if parts.count == 3 {
        // Weeks begin on Monday here, so a range never wraps.
        let week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        weekdays = Set(try Self.values(parts.removeFirst(), 0...6) { week.firstIndex(of: $0) }.map { names.firstIndex(of: week[$0])! })
      }
      let (date, time) = (parts[0].split(separator: "-").map(String.init), parts[1].split(separator: ":").map(String.init))
      try #require(date.count == 3 && date[0] == "*" && time.count == 3 && time[2] == "00")
      let (hours, minutes) = (try Self.values(time[0], 0...23), try Self.values(time[1], 0...59))
      return Line(
        weekdays: weekdays, months: try Self.values(date[1], 1...12), days: try Self.values(date[2], 1...31),
        minutes: Set(hours.flatMap { hour in minutes.map { hour * 60 + $0 } }))
    }
  }

  private static func values(_ text: String, _ range: ClosedRange<Int>, name: (String) -> Int? = { Int($0) }) throws -> Set<Int> {
    if text == "*" { return Set(range) }
    var values: Set<Int> = []
    for part in text.split(separator: ",") {
      let ends = try part.replacing("..", with: "~").split(separator: "~").map { try #require(name(String($0))) }
      values.formUnion(ends[0]...ends[ends.count - 1])
    }
    return values
  }

  func wakes(at instant: Instant) -> Bool {
    let day = instant.utcDay
    let minute = Int((instant - day.midnight).inSeconds) / 60
    return lines.contains {
      $0.minutes.contains(minute) && $0.weekdays.contains(day.weekday) && $0.months.contains(day.month) && $0.days.contains(day.day)
    }
  }

  func wakes(from start: Instant, days: Int) -> [Instant] {
    (0..<days).flatMap { count -> [Instant] in
      let day = start.utcDay.adding(days: count)
      let minutes = lines.filter { $0.weekdays.contains(day.weekday) && $0.months.contains(day.month) && $0.days.contains(day.day) }
        .reduce(into: Set<Int>()) { $0.formUnion($1.minutes) }
      return minutes.sorted().map { day.midnight + .minutes($0) }
    }
  }
}
