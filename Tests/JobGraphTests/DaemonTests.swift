import Foundation
import JobGraph
import Scheduling
import Testing

@Suite struct `The daemon` {
  @Test func `starts what is due when it is woken, and knows when it must be woken`() throws {
    var daemon = try daemon("30 2 * * * jobs run nightly\n5 * * * * jobs run hourly\n*/10 * * * * date\n", at: "02:00")
    #expect(daemon.wake == time("02:05"))
    #expect(daemon.apply(.woke(time("02:04"))).isEmpty)
    #expect(daemon.apply(.woke(time("02:05"))).map(\.text) == ["start 1 hourly 02:05"])
    #expect(daemon.wake == time("02:10"))
    #expect(daemon.apply(.ended(.init(number: 1))).isEmpty)
    #expect(daemon.apply(.woke(time("02:10"))).map(\.text) == ["start 2 date 02:10"])
    // Nothing is started twice, however often it is woken.
    #expect(daemon.apply(.woke(time("02:10"))).isEmpty)
  }

  @Test func `lets jobs wait for each other, but not other commands`() throws {
    var daemon = try daemon(
      "0 2 * * * jobs run nightly\n5 * * * * jobs run hourly\n6 * * * * jobs run other --sandbox\n6 * * * * date\n", at: "01:59")
    #expect(daemon.apply(.woke(time("02:00"))).map(\.text) == ["start 1 nightly 02:00"])
    #expect(daemon.apply(.woke(time("02:05"))).map(\.text) == ["hourly 02:05 waits"])
    #expect(daemon.apply(.woke(time("02:06"))).map(\.text) == ["start 2 other 02:06", "start 3 date 02:06"])
    #expect(daemon.apply(.woke(time("03:05"))).map(\.text) == ["hourly 03:05 waitsAlready"])
    #expect(daemon.apply(.ended(.init(number: 3))).isEmpty)
    #expect(daemon.apply(.ended(.init(number: 1))).map(\.text) == ["start 4 hourly 03:05"])
  }

  @Test func `follows the overlap of the job that is still running`() throws {
    for (overlap, expected) in [
      (Job.Overlap.skip, [["nightly 03:00 overlaps"], ["nightly 04:00 overlaps"], []]),
      (.queue, [["nightly 03:00 waits"], ["nightly 04:00 waitsAlready"], ["start 2 nightly 04:00"]]),
      (.replace, [["nightly 03:00 replaces", "signal 1 15"], ["nightly 04:00 waitsAlready"], ["start 2 nightly 04:00"]]),
    ] {
      var daemon = try daemon("0 * * * * jobs run nightly\n", at: "01:59", ["nightly": overlap])
      #expect(daemon.apply(.woke(time("02:00"))).map(\.text) == ["start 1 nightly 02:00"])
      #expect(daemon.apply(.woke(time("03:00"))).map(\.text) == expected[0])
      #expect(daemon.apply(.woke(time("04:00"))).map(\.text) == expected[1])
      #expect(daemon.apply(.ended(.init(number: 1))).map(\.text) == expected[2])
    }
  }

  @Test func `starts each job once after the machine was suspended, and no stale command`() throws {
    var daemon = try daemon("0 * * * * jobs run hourly\n*/10 * * * * date\n5 2 * * * uptime\n", at: "01:59")
    #expect(daemon.apply(.woke(time("09:03"))).map(\.text) == ["uptime 02:05 tooLate", "start 1 hourly 09:00", "start 2 date 09:00"])
  }

  @Test func `starts nothing twice when the clock goes back, and goes on when it was far ahead`() throws {
    var daemon = try daemon("0 * * * * jobs run hourly\n", at: "01:59")
    #expect(daemon.apply(.woke(time("02:00"))).map(\.text) == ["start 1 hourly 02:00"])
    #expect(daemon.apply(.ended(.init(number: 1))).isEmpty)
    #expect(daemon.apply(.woke(time("01:30"))).isEmpty)
    #expect(daemon.apply(.woke(time("02:00"))).isEmpty)
    #expect(daemon.apply(.woke(time("03:00"))).map(\.text) == ["start 2 hourly 03:00"])
    #expect(daemon.apply(.ended(.init(number: 2))).isEmpty)
    #expect(daemon.apply(.woke(time("03:00") + .days(300))).map(\.text) == ["start 3 hourly 03:00"])
    #expect(daemon.apply(.ended(.init(number: 3))).isEmpty)
    #expect(daemon.apply(.woke(time("03:30"))).isEmpty)
    #expect(daemon.apply(.woke(time("04:00"))).map(\.text) == ["start 4 hourly 04:00"])
  }

  @Test func `sees to what was missed before it began`() throws {
    var daemon = try daemon("0 * * * * jobs run hourly\n30 2 * * * jobs run nightly\n", at: "09:30")
    #expect(
      daemon.apply(.pending(["hourly", "nightly", "unknown"], time("09:30"))).map(\.text)
        == ["start 1 hourly 09:00 late", "nightly 02:30 waits"])
    #expect(daemon.apply(.ended(.init(number: 1))).map(\.text) == ["start 2 nightly 02:30 late"])
  }

  @Test func `takes a new crontab without forgetting what runs`() throws {
    var daemon = try daemon("0 * * * * jobs run a\n0 * * * * jobs run b\n", at: "01:59")
    #expect(daemon.apply(.woke(time("02:00"))).map(\.text) == ["start 1 a 02:00", "b 02:00 waits"])
    let fresh = Crontab.parse("30 * * * * jobs run a\n").0
    #expect(daemon.apply(.reloaded(fresh, overlaps: ["a": .queue])).map(\.text) == ["b 02:00 removed"])
    #expect(daemon.wake == time("02:30"))
    #expect(daemon.apply(.woke(time("02:30"))).map(\.text) == ["a 02:30 waits"])
    #expect(daemon.apply(.ended(.init(number: 1))).map(\.text) == ["start 2 a 02:30"])
  }

  @Test func `passes a signal on, starts nothing more, and ends with the last`() throws {
    var daemon = try daemon("0 * * * * jobs run a\n0 * * * * date\n30 * * * * jobs run b\n", at: "01:59")
    #expect(daemon.apply(.woke(time("02:00"))).count == 2)
    #expect(daemon.apply(.woke(time("02:30"))).map(\.text) == ["b 02:30 waits"])
    #expect(daemon.apply(.stop(signal: 2)).map(\.text) == ["signal 1 2", "signal 2 2"])
    #expect(daemon.wake == nil && daemon.apply(.woke(time("03:00"))).isEmpty)
    #expect(daemon.apply(.ended(.init(number: 1))).isEmpty)
    #expect(daemon.apply(.ended(.init(number: 2))) == [.finish])
    var idle = try self.daemon("0 * * * * date\n", at: "01:59")
    #expect(idle.apply(.stop(signal: 15)) == [.finish])
    var busy = try self.daemon("0 * * * * date\n", at: "01:59")
    _ = busy.apply(.woke(time("02:00")))
    _ = busy.apply(.stop(signal: 15))
    #expect(busy.apply(.stop(signal: 15)) == [.abandon])
  }

  private func daemon(_ text: String, at now: String, _ overlaps: [String: Job.Overlap] = [:]) throws -> Daemon {
    let (crontab, defects) = Crontab.parse(text)
    try #require(defects.isEmpty)
    return Daemon(crontab, overlaps: overlaps, now: time(now))
  }
}

/// A time of 2026-01-15.
private func time(_ text: String) -> Instant { Instant(iso8601: "2026-01-15T\(text)Z")! }

extension Daemon.Command {
  /// `start 1 nightly 02:30`
  fileprivate var text: String {
    switch self {
    case .start(let child, let due): "start \(child.number) \(due.text)" + (due.isCatchUp ? " late" : "")
    case .signal(let child, let number): "signal \(child.number) \(number)"
    case .tell(let due, let note): "\(due.text) \(note)"
    case .finish: "finish"
    case .abandon: "abandon"
    }
  }
}

extension Daemon.Due {
  fileprivate var text: String { "\(name) \(instant.iso8601.dropFirst(11).prefix(5))" }
}
