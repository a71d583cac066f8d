import Foundation
import Scheduling
import Testing

@Suite struct `The New York calendar` {
  @Test(arguments: try Year.all())
  func `has the holidays and early closes of the exchange`(year: Year) throws {
    let first = try day("\(year.number)-01-01")
    let last = try day("\(year.number)-12-31")
    let sessions = SessionCalendar.xnys.sessions(in: first...last)
    #expect(sessions.count == year.tradingDays)

    let open = Set(sessions.map(\.date))
    let weekdays = (first.daysSinceEpoch...last.daysSinceEpoch).map(CivilDate.init(daysSinceEpoch:)).filter { (1...5).contains($0.weekday) }
    #expect(weekdays.filter { !open.contains($0) }.map(\.description) == year.holidays)

    let zone = try zone("America/New_York")
    let early = sessions.filter(\.isShortened).map { [$0.date.description, String($0.close.iso8601(in: zone).dropFirst(11).prefix(5))] }
    #expect(early == year.earlyCloses)
    for session in sessions {
      #expect(session.open.iso8601(in: zone).hasPrefix("\(session.date)T09:30:00-0"))
      if !session.isShortened { #expect(session.close.iso8601(in: zone).hasPrefix("\(session.date)T16:00:00-0")) }
    }
  }

  @Test(arguments: [
    ("2001-09-10", true), ("2001-09-11", false), ("2001-09-14", false), ("2001-09-17", true), ("1994-04-27", false),
    ("2004-06-11", false), ("2007-01-02", false), ("1997-01-20", true), ("1998-01-19", false), ("2021-06-18", true),
    ("2022-06-20", false), ("2020-07-03", false), ("2100-04-09", true), ("2100-03-26", false), ("1989-12-29", false), ("2101-01-03", false),
  ])
  func `knows single days`(text: String, isOpen: Bool) throws {
    let day = try day(text)
    #expect((SessionCalendar.xnys.session(on: day) != nil) == isOpen)
    #expect(SessionCalendar.xnys.hasSession(on: day) == isOpen)
  }

  @Test func `follows what is announced besides the rules`() throws {
    let calendar = SessionCalendar.xnys(
      with: SessionExceptions(
        closures: [try day("2027-03-10"), try day("2027-03-11")], earlyCloses: [try day("2027-03-12"): 14 * 60 + 15],
        extraSessions: [try day("2027-03-13")]))
    #expect(try calendar.session(on: day("2027-03-10")) == nil)
    #expect(try !calendar.hasSession(on: day("2027-03-11")))
    let short = try #require(calendar.session(on: try day("2027-03-12")))
    #expect(short.close.iso8601 == "2027-03-12T19:15:00Z" && short.isShortened)
    #expect(calendar.session(on: try day("2027-03-13"))?.close.iso8601 == "2027-03-13T21:00:00Z")
    #expect(try calendar.lastClosed(at: instant("2027-03-12T19:00:00Z"))?.date == day("2027-03-09"))
    #expect(SessionCalendar.xnys.hasSession(on: try day("2027-03-10")))
    // However long it stays closed, the last session is found.
    let long = SessionCalendar.xnys(
      with: SessionExceptions(closures: Set((0..<120).map { CivilDate(daysSinceEpoch: 20_000 + $0) })))
    #expect(long.lastClosed(at: CivilDate(daysSinceEpoch: 20_119).midnight)?.date == CivilDate(daysSinceEpoch: 19_999))
  }

  @Test(arguments: [
    ("1992-11-27", "19:00"), ("1992-12-24", "19:00"), ("1996-07-05", "17:00"), ("2002-07-03", "20:00"), ("2002-07-05", "17:00"),
    ("2013-07-03", "17:00"), ("2013-07-05", "20:00"), ("1999-12-31", "18:00"), ("2024-07-03", "17:00"),
  ])
  func `knows the early closes of earlier years`(text: String, closeUTC: String) throws {
    let day = try day(text)
    let session = try #require(SessionCalendar.xnys.session(on: day))
    #expect(session.close.iso8601 == "\(text)T\(closeUTC):00Z")
  }

  @Test(arguments: [
    ("2026-01-20T14:00:00Z", "2026-01-16", "2026-01-20"),
    ("2026-01-16T20:59:59Z", "2026-01-15", "2026-01-16"),
    ("2026-01-16T21:00:00Z", "2026-01-16", "2026-01-20"),
    ("2026-01-17T02:00:00Z", "2026-01-16", "2026-01-20"),
    ("2025-11-28T18:00:00Z", "2025-11-28", "2025-12-01"),
    ("2001-09-16T00:00:00Z", "2001-09-10", "2001-09-17"),
  ])
  func `finds the session that closed last and the one that closes next`(text: String, last: String, next: String) throws {
    let instant = try instant(text)
    #expect(SessionCalendar.xnys.lastClosed(at: instant)?.date.description == last)
    #expect(SessionCalendar.xnys.nextClose(after: instant)?.date.description == next)
  }

  struct Year: Sendable, CustomTestStringConvertible {
    let number: Int
    let holidays: [String]
    let earlyCloses: [[String]]
    let tradingDays: Int
    var testDescription: String { String(number) }

    static func all() throws -> [Year] {
      struct File: Decodable { let years: [String: Wire] }
      struct Wire: Decodable {
        let holidays: [String]
        let earlyCloses: [[String]]
        let tradingDays: Int
      }
      let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/nyse-holidays.json")
      let years = try JSONDecoder().decode(File.self, from: try Data(contentsOf: url)).years
      return try years.map { key, year in
        Year(
          number: try #require(Int(key)), holidays: year.holidays, earlyCloses: year.earlyCloses, tradingDays: year.tradingDays)
      }.sorted { $0.number < $1.number }
    }
  }
}

@Suite struct `A calendar that never closes` {
  @Test func `has a session on every UTC day`() throws {
    let day = try day("2026-03-08")
    #expect(SessionCalendar.always.sessions(in: day...day.adding(days: 9)).count == 10)
    let noon = day.midnight + .hours(12)
    #expect(SessionCalendar.always.lastClosed(at: noon)?.date.description == "2026-03-07")
    #expect(SessionCalendar.always.lastClosed(at: day.midnight)?.date.description == "2026-03-07")
    #expect(SessionCalendar.always.nextClose(after: noon)?.close.iso8601 == "2026-03-09T00:00:00Z")
  }

  @Test func `is found by name, as New York is`() {
    #expect(SessionCalendar(named: "xnys") == .xnys)
    #expect(SessionCalendar(named: "always") == .always)
    #expect(SessionCalendar(named: "XLON") == nil)
  }
}
