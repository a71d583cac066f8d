import Foundation
import Scheduling
import Testing

@Suite struct `A crontab for cron(8)` {
  static func render(_ text: String, system: String = "UTC", root: String = "/srv/jobs") throws -> String {
    let (crontab, defects) = Crontab.parse(text)
    #expect(defects.filter { $0.severity == .error } == [])
    return try crontab.rendered(
      executable: "/usr/bin/jobs", root: root, systemZone: zone(system), asOf: instant("2026-01-15T00:00:00Z"))
  }

  @Test func `has absolute paths, options and marks around it`() throws {
    let text =
      "MAILTO=desk@example.com\n0 5 * * * jobs run nightly --only report\n@weekly date +%F > 'my log'\nPATH=/usr/bin\n30 5 * * * ./jobs run --quiet a && jobs run b\n"
    #expect(
      try Self.render(text, root: "/srv/the desk's 100%") == """
        # BEGIN jobs /srv/the desk's 100%
        # Made by `jobs cron install` from /srv/the desk's 100%/crontab; what is changed between these marks is lost at the next install.
        SHELL=/bin/sh
        MAILTO=desk@example.com
        0 5 * * * /usr/bin/jobs run --root '/srv/the desk'\\''s 100\\%' --quiet --trigger cron nightly --only report
        @weekly cd '/srv/the desk'\\''s 100\\%' && date +\\%F > 'my log'
        PATH=/usr/bin
        30 5 * * * /usr/bin/jobs run --root '/srv/the desk'\\''s 100\\%' --trigger cron --quiet a && jobs run b
        # END jobs /srv/the desk's 100%

        """)
  }

  @Test func `quotes what is a quote to the shell, also when a mark behind it makes it another character`() throws {
    let text = try Self.render("0 5 * * * jobs run nightly", root: "/srv/it'\u{301} s")
    #expect(Array(text.utf8).firstRange(of: Array("--root '/srv/it'\\''\u{301} s' ".utf8)) != nil, "\(text)")
  }

  @Test(arguments: [
    ("UTC", "0 5 * * *", "Asia/Kolkata", "30 10 * * *"),
    ("UTC", "0 22 * * 1-5", "Asia/Kolkata", "30 3 * * 2-6"),
    ("UTC", "*/20 * * * *", "Asia/Kolkata", "10,30,50 * * * *"),
    ("UTC", "@daily", "Asia/Tokyo", "0 9 * * *"),
    ("Asia/Tokyo", "0 5 * * mon", "UTC", "0 20 * * 0"),
    ("Europe/Berlin", "30 2 * * *", "Europe/London", "30 1 * * *"),
    ("Europe/Berlin", "30 2 1 * *", "Europe/Paris", "30 2 1 * *"),
    ("America/New_York", "5 * * * *", "UTC", "5 * * * *"),
    ("America/New_York", "*/5 * * * *", "Europe/Berlin", "*/5 * * * *"),
    ("Asia/Tokyo", "0 12 1,15 * *", "UTC", "0 3 1,15 * *"),
    ("UTC", "0 */6 * * *", "Asia/Tokyo", "0 3,9,15,21 * * *"),
  ])
  func `says the same moments in the system's zone`(zoneName: String, text: String, system: String, expected: String) throws {
    let rendered = try Self.render("CRON_TZ=\(zoneName)\n\(text) true\n", system: system)
    let line = try #require(rendered.split(separator: "\n").first { $0.hasSuffix("true") })
    #expect(line == "\(expected) cd /srv/jobs && true")
    // The claim itself: the same moments for a year.
    let (original, translated) = (try CronExpression(text), try CronExpression(expected))
    var at = try instant("2026-01-15T00:00:00Z")
    for _ in 0..<400 {
      let next = try #require(original.next(after: at, in: zone(zoneName)))
      #expect(translated.next(after: at, in: try zone(system))?.instant == next.instant)
      at = next.instant
    }
  }

  @Test(arguments: [
    ("America/New_York", "30 16 * * 1-5", "UTC"), ("UTC", "0 5 * * *", "Europe/Berlin"), ("Europe/London", "0 5 * * *", "UTC"),
    ("Asia/Kolkata", "15,45 9 * * *", "UTC"), ("Asia/Tokyo", "0 5 1 * *", "UTC"), ("Europe/Berlin", "0 */6 * * *", "Europe/London"),
    ("Australia/Lord_Howe", "5 * * * *", "UTC"), ("UTC", "0 22 * 3 1", "Asia/Tokyo"),
  ])
  func `is refused where cron would start a job at other times`(zoneName: String, text: String, system: String) throws {
    let refusal = #expect(throws: CrontabRefusal.self) {
      try Self.render("CRON_TZ=\(zoneName)\n\(text) jobs run a\n# x\n", system: system)
    }
    let defect = try #require(refusal?.defects.first)
    #expect(defect.line == 2)
    #expect(defect.text == "\(text) jobs run a")
    #expect(defect.sentence.hasPrefix("cron(8) knows only the system's zone, \(system == "UTC" ? "UTC" : system), and from 2026-"))
    #expect(defect.sentence.contains("differs from \(zoneName)") && defect.sentence.contains("timedatectl"))
  }

  @Test func `is refused with all reasons at once`() throws {
    let crontab = Crontab.parse("CRON_TZ=Europe/Berlin\n0 5 * * * jobs run a\n0 6 * * * jobs run b\n").0
    let refusal = #expect(throws: CrontabRefusal.self) {
      try crontab.rendered(executable: "jobs", root: "/srv\n/jobs", systemZone: .gmt, asOf: instant("2026-01-15"))
    }
    #expect(refusal?.defects.map(\.line) == [0, 0, 2, 3])
    #expect(refusal?.defects[0].description == "crontab: error: cron(8) needs an absolute path without line breaks, not `jobs`")
  }

  @Test(arguments: [
    "", "PATH=/bin\n* * * * * true\n", "# no break at the end", "a\r\n\n\n# END jobs /srv/jobs\nb\n",
    "# BEGIN jobs /srv/jobs\n5 * * * * mine\n",
  ])
  func `leaves foreign lines as they are, however often it is installed`(existing: String) throws {
    let block = try Self.render("0 5 * * * jobs run nightly\n")
    let once = Crontab.installing(block, into: existing)
    let kept = existing.isEmpty || existing.hasSuffix("\n") ? existing : existing + "\n"
    #expect(once == kept + block)
    #expect(Crontab.installing(block, into: once) == once)
    #expect(Crontab.removing(root: "/srv/jobs", from: once) == kept)

    let newer = try Self.render("0 6 * * * jobs run nightly\n")
    #expect(Crontab.installing(newer, into: once + "7 * * * * below\n") == kept + "7 * * * * below\n" + newer)
    let other = try Self.render("0 6 * * * jobs run nightly\n", root: "/srv/jobs2")
    #expect(Crontab.installing(block, into: Crontab.installing(other, into: once)) == kept + other + block)
  }
}
