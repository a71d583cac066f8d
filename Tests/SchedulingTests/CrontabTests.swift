import Foundation
import Scheduling
import Testing

@Suite struct `A crontab` {
  static let text = """
    # The desk's nights.
    MAILTO = desk@example.com
    SHELL="/bin/bash"
    0 5 * * * jobs run nightly

    CRON_TZ=America/New_York
    \t30 16 * * mon-fri   /opt/jobs/bin/jobs run --quiet close --only 'report nightly' --set k=v
    CRON_TZ = UTC
    @hourly jobs run hourly > /tmp/hourly.log
    0 4 * * 0 find reports -mtime +90 -delete
    30 5 * * 1 LANG=C.UTF-8 jobs run nightly --date 2026-01-15

    """

  @Test func `gives its entries with zone, job, arguments and line`() throws {
    let (crontab, defects) = Crontab.parse(Self.text)
    #expect(defects == [])
    #expect(crontab.settings.map { "\($0.line) \($0.name)=\($0.value)" } == ["2 MAILTO=desk@example.com", "3 SHELL=/bin/bash"])
    let lines = crontab.entries.map { entry in
      "\(entry.line)|\(entry.expression)|\(entry.zoneName)|\(entry.job ?? "-")|\(entry.arguments.joined(separator: ","))|\(entry.run?.isPlain == true)"
    }
    #expect(
      lines == [
        "4|0 5 * * *|UTC|nightly||true",
        "7|30 16 * * mon-fri|America/New_York|close|--quiet,--only,report nightly,--set,k=v|true",
        "9|@hourly|UTC|hourly||false",
        "10|0 4 * * 0|UTC|-||false",
        "11|30 5 * * 1|UTC|nightly|--date,2026-01-15|false",
      ])
    #expect(crontab.entries[3].command == "find reports -mtime +90 -delete")
  }

  @Test(arguments: [
    ("61 * * * * jobs run a\n", "crontab:1:1: error: minute (field 1 of 5): 61 is out of range; allowed: 0-59\n61 * * * * jobs run a\n^"),
    (
      "\t0 0 * * 9 jobs run a\n",
      "crontab:1:10: error: day of week (field 5 of 5): 9 is out of range; allowed: 0-7 or sun-sat (0 and 7 are Sunday)\n\t0 0 * * 9 jobs run a\n\t        ^"
    ),
    (
      "# x\n0 0 * * *\n",
      "crontab:2:10: error: the entry has no command; write it after the expression, as in `30 6 * * * jobs run nightly`\n0 0 * * *\n         ^"
    ),
    (
      "* * * *\n",
      "crontab:1:1: error: an expression has five fields (minute hour day-of-month month day-of-week), this one has 4\n* * * *\n^"
    ),
    (
      "0 0 30 6 * * jobs run a\n",
      "crontab:1:12: error: `*` looks like a sixth field of time; an expression has five (minute hour day-of-month month day-of-week), without seconds\n0 0 30 6 * * jobs run a\n           ^"
    ),
    (
      "0 0 * * * root jobs run a\n",
      "crontab:1:11: error: `root` looks like the user of a system crontab; this file has five fields and then the command, so leave the user out\n0 0 * * * root jobs run a\n          ^"
    ),
    (
      "0 0 * * * desk /usr/bin/jobs run a\n",
      "crontab:1:11: warning: `desk` looks like the user of a system crontab; this file has five fields and then the command, so leave the user out\n0 0 * * * desk /usr/bin/jobs run a\n          ^"
    ),
    (
      "hello\n",
      "crontab:1:1: error: this is neither a comment, nor a setting (`NAME = value`), nor an entry (five fields or a macro, then a command)\nhello\n^"
    ),
    (
      "CRON_TZ=Mars/Olympus\n0 0 * * * jobs run a\n",
      "crontab:1:9: error: no time zone is called `Mars/Olympus`; write a name of the IANA database, such as Europe/Berlin or UTC\nCRON_TZ=Mars/Olympus\n        ^"
    ),
    (
      "A-B=c\n",
      "crontab:1:1: error: a setting is `NAME = value`; the name has letters, digits and `_` only, and quotes must be closed\nA-B=c\n^"
    ),
    (
      "A=\"c\n",
      "crontab:1:1: error: a setting is `NAME = value`; the name has letters, digits and `_` only, and quotes must be closed\nA=\"c\n^"
    ),
    (
      "@daily jobs run --quiet\n",
      "crontab:1:8: error: `jobs run` needs the name of a job, as in `jobs run nightly`\n@daily jobs run --quiet\n       ^"
    ),
    (
      "@daily date +%F\n",
      "crontab:1:14: warning: cron(8) reads a bare `%` as the end of the line; here it stands for itself, and `jobs cron install` writes it as `\\%`\n@daily date +%F\n             ^"
    ),
    (
      "@daily jobs run a",
      "crontab:1:18: warning: the last line has no line break at its end; cron(8) would refuse the file, so add one\n@daily jobs run a\n                 ^"
    ),
    (
      "@daily jobs run a\r\n",
      "crontab:1:18: warning: the line ends with a carriage return (an editor for Windows left it); cron(8) would make it part of the command\n@daily jobs run a\n                 ^"
    ),
  ])
  func `says what is wrong with a line, where, and what to do`(text: String, message: String) {
    #expect(Crontab.parse(text).1.map(\.description) == [message])
  }

  @Test func `tells all mistakes at once and keeps the sound lines`() {
    let text =
      "0 25 * * * jobs run a\n0 1 * * * jobs run b\nCRON_TZ=Nowhere\n0 1 * * * jobs run c\nCRON_TZ=UTC\n@reboot jobs run d\n@daily jobs run e"
    let (crontab, defects) = Crontab.parse(text)
    #expect(defects.map(\.line) == [1, 3, 6, 7])
    #expect(defects.map(\.severity) == [.error, .error, .error, .warning])
    #expect(crontab.entries.compactMap(\.job) == ["b", "e"])
  }

  @Test func `reads an escaped percent sign as one, and an empty file as nothing`() {
    let (crontab, defects) = Crontab.parse("@daily date +\\%F \n")
    #expect(defects == [])
    #expect(crontab.entries.map(\.command) == ["date +%F"])
    #expect(Crontab.parse("") == (Crontab.parse("\n \n#\n").0, []))
  }

  @Test func `takes another zone for its entries when told`() throws {
    let entry = Crontab.parse("0 9 * * * jobs run a\n", defaultZone: try zone("Asia/Kolkata")).0.entries[0]
    #expect(entry.zoneName == "Asia/Kolkata")
    #expect(entry.next(after: try instant("2026-01-01"))?.instant.iso8601 == "2026-01-01T03:30:00Z")
  }

  @Test(arguments: [
    ("jobs run $JOB", nil), ("jobs run night$X", nil), ("jobs plan nightly", nil), ("myjobs run nightly", nil), ("jobs", nil),
    ("./bin/jobs run --date 2026-01-15 nightly;ls", "nightly"), ("jobs run 'my job'", "my job"), ("jobs run a\\ b", "a b"),
    ("jobs run \"a\\\"b\"", "a\"b"), ("jobs run --date=2026-01-15 a", "a"), ("nice jobs run a", nil),
  ])
  func `recognises the job that a command starts`(command: String, job: String?) {
    #expect(Crontab.parse("@daily \(command)\n").0.entries.first?.job == job)
  }
}

@Suite struct `A schedule` {
  static let crontab = Crontab.parse(
    """
    CRON_TZ=America/New_York
    30 16 * * mon-fri jobs run close
    0 2 * * * jobs run nightly
    CRON_TZ=UTC
    0 7 * * * jobs run nightly
    */15 * * * * jobs run minutely

    """
  ).0

  @Test func `unites the lines of a job`() throws {
    let schedule = try #require(Self.crontab.schedule(of: "nightly"))
    #expect(schedule.entries.map(\.line) == [3, 5])
    let first = try #require(schedule.next(after: try instant("2026-01-15T00:00:00Z")))
    #expect(first.occurrence.instant.iso8601 == "2026-01-15T07:00:00Z")
    #expect(first.entry.line == 3)
    let gap = try #require(schedule.next(after: try instant("2026-03-08T00:00:00Z")))
    #expect(gap.occurrence == CronExpression.Occurrence(instant: try instant("2026-03-08T07:00:00Z"), note: "gap: moved from 02:00"))
    #expect(schedule.latest(notAfter: try instant("2026-06-15T06:59:59Z"))?.occurrence.instant.iso8601 == "2026-06-15T06:00:00Z")
    #expect(schedule.latest(notAfter: try instant("2026-06-15T07:00:00Z"))?.entry.line == 5)
    #expect(Self.crontab.schedule(of: "absent") == nil)
  }

  @Test func `lists the jobs that became due, each once with its latest moment`() throws {
    let due = Self.crontab.due(after: try instant("2026-06-15T06:30:00Z"), through: try instant("2026-06-15T20:35:00Z"))
    #expect(
      due.map { "\($0.job) \($0.occurrence.instant)" } == [
        "nightly 2026-06-15T07:00:00Z", "close 2026-06-15T20:30:00Z", "minutely 2026-06-15T20:30:00Z",
      ])
    #expect(Self.crontab.due(after: try instant("2026-06-15T20:30:00Z"), through: try instant("2026-06-15T20:35:00Z")) == [])
    let upcoming = Self.crontab.upcoming(after: try instant("2026-06-15T20:29:00Z"))
    #expect(upcoming.map(\.job) == ["close", "minutely", "nightly"])
  }

  @Test func `lists missed moments newest first, and no more than asked`() throws {
    let schedule = try #require(Self.crontab.schedule(of: "minutely"))
    let year = (try instant("2025-06-15T00:00:00Z"), try instant("2026-06-15T00:00:00Z"))
    let missed = schedule.missed(after: year.0, through: year.1, limit: 3)
    #expect(missed.map(\.occurrence.instant.iso8601) == ["2026-06-15T00:00:00Z", "2026-06-14T23:45:00Z", "2026-06-14T23:30:00Z"])
    #expect(schedule.missed(after: year.1 - .minutes(15), through: year.1, limit: 9).count == 1)
  }
}
