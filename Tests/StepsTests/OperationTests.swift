import CLinux
import Foundation
import JobGraph
import MarketData
import Mirroring
import Providers
import Running
import Scheduling
import Steps
import Storage
import Testing
import Transport

@Suite struct `The shell step` {
  @Test func `runs a program by its vector, without a shell, and logs what it says`() async throws {
    let bench = try Bench()
    let state = try await run(bench, ["/bin/echo", "$HOME; rm -rf *"])
    #expect(state.result == .succeeded)
    #expect(try await log(bench) == ["$HOME; rm -rf *"])
  }

  @Test func `judges the exit status`() async throws {
    let state = try await run(try Bench(), ["/bin/sh", "-c", "echo why; exit 7"])
    #expect(state["step"]?.failures.first?.failure.message == "/bin/sh ended with exit status 7: why")
  }

  @Test func `says which program there is not`() async throws {
    let state = try await run(try Bench(), ["no-such-program-at-all"])
    #expect(state.result == .failed)
    let failure = try #require(state["step"]?.failures.first?.failure)
    #expect(failure.kind == .permanent && failure.message.hasPrefix("no-such-program-at-all cannot be started: "))
  }

  @Test func `gives a clean environment with the facts of the run`() async throws {
    let bench = try Bench()
    _ = try await run(bench, ["/usr/bin/env"], more: [.init("environment", .map([.init("DESK", .string("fx"))]))])
    let names = Set(try await log(bench).map { String($0.prefix { $0 != "=" }) })
    #expect(
      names == [
        "PATH", "LANG", "HOME", "JOBS_RUN", "JOBS_JOB", "JOBS_LOGICAL_DATE", "JOBS_STEP", "JOBS_TASK", "JOBS_ATTEMPT",
        "JOBS_IDEMPOTENCY_KEY", "DESK",
      ])
  }

  @Test func `runs once per combination of its dimensions, and tells each what it is about`() async throws {
    let bench = try Bench()
    let words = ["/bin/sh", "-c", "echo $JOBS_EACH_SYMBOL $JOBS_EACH_TIME_FRAME"]
    let state = try await bench.run(
      "shell", ["symbol": "BTCUSDT", "time-frame": "1d"], with: [.init("run", .list(words.map { .string($0) }))], at: day(1)
    ) { _ in RunProgram(root: "/", host: ProgramHost()) }
    #expect(state.result == .succeeded)
    #expect(try await log(bench) == ["BTCUSDT 1d"])
  }

  @Test func `keeps the first part of a flood, and does not stall on it`() async throws {
    let bench = try Bench()
    let state = try await run(
      bench, ["/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end"], more: [.init("output_bytes_max", .int(100))])
    #expect(state.result == .succeeded)
    let lines = try await log(bench)
    #expect(lines.first == String(repeating: "x", count: 100))
    #expect(lines.last?.contains("more bytes were cut") == true)
  }

  @Test func `ends the program and its children at the timeout`() async throws {
    let bench = try Bench()
    let folder = NSTemporaryDirectory() + "jobs-shell-\(UUID().uuidString)"
    try AtomicFile.makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // left behind at worst
    let script = "sh -c 'echo $$ > \(folder)/child; exec tail -f /dev/null' & wait"
    let state = try await run(bench, ["/bin/sh", "-c", script], timeout: .milliseconds(500))
    #expect(state["step"]?.failures.first?.failure.kind == .timeout)
    let written = try #require(FileManager.default.contents(atPath: folder + "/child"))
    let child = try #require(Int32(String(decoding: written, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    // It was killed, and dies in its own time; the kernel says when. One that is gone already has no descriptor.
    let end = js_process_descriptor(child)
    guard end >= 0 else { return }
    defer { close(end) }
    var wait = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
    #expect(poll(&wait, 1, 60_000) == 1)
  }

  @Test func `leaves nothing running behind a program that has ended`() async throws {
    let bench = try Bench()
    let state = try await run(bench, ["/bin/sh", "-c", "tail -f /dev/null > /dev/null 2>&1 & echo $!"])
    #expect(state.result == .succeeded)
    let line = try #require(try await log(bench).first)
    let child = try #require(Int32(line))
    let stat = FileManager.default.contents(atPath: "/proc/\(child)/stat").map { String(decoding: $0, as: UTF8.self) }
    #expect(stat == nil || stat!.contains(") Z "))
  }

  private func run(
    _ bench: Bench, _ words: [String], more: [JobValue.Entry] = [], timeout: Duration? = nil
  ) async throws -> RunState {
    try await bench.run(
      "shell", with: [.init("run", .list(words.map { .string($0) }))] + more, at: day(1), timeout: timeout
    ) { _ in RunProgram(root: "/", host: ProgramHost()) }
  }

  private func log(_ bench: Bench) async throws -> [String] {
    try await bench.warehouse.read { try $0.log(of: RunID("test-1")).filter { $0.level == .info }.map(\.message) }
  }
}

@Suite struct `The mirror step` {
  @Test func `tells what was queued once, in its last form, and forgets what realtime.yaml does not name`() async throws {
    let bench = try Bench()
    try await bench.warehouse.write { transaction in
      try transaction.enqueue(path: "quotes/a", value: "1", logicalDate: day(1))
      try transaction.enqueue(path: "quotes/a", value: "2", logicalDate: day(1))
      try transaction.enqueue(path: "signals/b", value: "3", logicalDate: day(1))
    }
    for _ in 0..<2 {
      let warehouse = bench.warehouse
      _ = try await bench.run("realtime.push", at: day(1)) { _ in
        try PushRealtime(warehouse, rules: .map([.init("mirror", .list([.string("quotes")]))]))
      }
    }
    let (tree, rest) = try await bench.warehouse.read { (try $0.tree(below: "").map(\.value), try $0.outbox(limit: 9).count) }
    #expect(tree == ["2"] && rest == 0)
  }

  @Test func `tells more than one page in one step, and leaves out what no database takes`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await warehouse.write { transaction in
      for number in 0..<2500 { try transaction.enqueue(path: "quotes/s\(number)", value: "{\"v\":\(number)}", logicalDate: day(1)) }
      for (path, value) in [
        ("quotes/bad", "{\"v\":nan}"), ("quotes//x", "1"), ("quotes/dot", "{\"a.b\":1}"), ("quotes/leaf", "{\".value\":{\"x\":1}}"),
        ("quotes/s7", nil), ("quotes/s8/v", "\"new\""), ("other/x", "1"), ("quotes/\(String(repeating: "d/", count: 40))x", "1"),
      ] as [(String, String?)] { try transaction.enqueue(path: path, value: value, logicalDate: day(1)) }
    }
    let outcome = try await PushRealtime.drain(warehouse, places: MirroredPlaces(tops: ["quotes"]))
    #expect(outcome.refused == 5 && outcome.forgotten == 1 && outcome.refusals.count == 5)
    let (tree, rest, changes) = try await warehouse.read {
      (try $0.tree(below: ""), try $0.outbox(limit: 9).count, try $0.treeChanges(after: 0, limit: 9))
    }
    #expect(tree.count == 2499 && rest == 0)
    #expect(tree.contains { $0.path == "quotes/s8/v" && $0.value == "\"new\"" } && !tree.contains { $0.path == "quotes/s7/v" })
    #expect(!changes.isEmpty)
  }
}

@Suite struct `What an error means for a run` {
  @Test(arguments: [
    (AnswerClass.transport, true, TaskFailure.Kind.transient), (.server, true, .transient), (.unknownSymbol, false, .permanent),
    (.auth, false, .credentials), (.entitlement, false, .credentials), (.unexpectedShape, false, .data), (.notJSON, true, .transient),
    (.geo, false, .permanent),
  ])
  func `is decided by the class of the answer`(answer: AnswerClass, isTransient: Bool, kind: TaskFailure.Kind) {
    let failure = ProviderFailure(answer: answer, provider: "p", subject: "s", message: "m", isTransient: isTransient)
    #expect(FailureClassifier.classify(failure) == TaskFailure(kind, "m"))
  }

  @Test func `defers what a quota or a ban forbids until then`() {
    for answer in [AnswerClass.quota, .banned] {
      let failure = ProviderFailure(answer: answer, provider: "p", subject: "s", message: "m", availableAt: day(3))
      #expect(FailureClassifier.classify(failure).kind == .deferred(until: day(3)))
    }
    let refusal = LimiterRefusal(provider: "p", reason: "25 a day", availableAt: day(4))
    #expect(FailureClassifier.classify(refusal).kind == .deferred(until: day(4)))
    // The client has waited as long as it could: no attempt is left to be burnt on a limit.
    let limited = ProviderFailure(answer: .limited, provider: "p", subject: "s", message: "m", availableAt: day(3), isTransient: true)
    #expect(FailureClassifier.classify(limited).kind == .deferred(until: day(3)))
  }

  @Test func `leaves a wait that the limiter keeps to the limiter, and waits for the trial of a host that does not answer`() {
    let silent = ProviderFailure(
      answer: .server, provider: "p", subject: "s", message: "m", retryAfter: .hours(9), availableAt: day(3), isTransient: true)
    #expect(FailureClassifier.classify(silent) == TaskFailure(.transient, "m"))
    let shut = ProviderFailure(answer: .server, provider: "p", subject: "s", message: "m", retryAfter: .seconds(30), isTransient: true)
    #expect(FailureClassifier.classify(shut) == TaskFailure(.transient, "m", retryAfter: .seconds(30)))
  }

  @Test func `is permanent for a request that no window can hold`() throws {
    let limit = try RateLimit(name: "weight", capacity: 10, unit: .weight, window: .fixed(.minutes(1)))
    #expect(FailureClassifier.classify(OversizedRequest(provider: "p", limit: limit, cost: 20)).kind == .permanent)
  }

  @Test func `is a matter of storage when the disk is full`() {
    #expect(FailureClassifier.classify(WarehouseError.diskFull(path: "x")).kind == .storage)
    #expect(FailureClassifier.classify(FileError(path: "x", ENOSPC)).kind == .storage)
  }
}

@Suite struct `What is missing of a series` {
  @Test(arguments: [
    ("1h", "2026-01-15T02:30:00Z", nil, nil, "1970-01-01T00:00:00Z..2026-01-15T02:00:00Z"),
    ("1d", "2026-01-15T02:30:00Z", "1970-01-01T00:00:00Z", "2026-01-15T00:00:00Z", ""),
    ("1M", "2026-01-15T02:30:00Z", "1970-01-01T00:00:00Z", "2025-12-01T00:00:00Z", "2025-09-01T00:00:00Z..2026-01-01T00:00:00Z"),
  ])
  func `ends at the last bar that has closed`(interval: String, date: String, from: String?, until: String?, expected: String) throws {
    let watermark = from.map {
      Watermark(completeFrom: Instant(iso8601: $0)!, completeUntil: Instant(iso8601: until!)!, askedAt: Instant(milliseconds: 0))
    }
    let ranges = MissingRanges.of(
      try #require(Interval(rawValue: interval)), calendar: .always, wanted: Instant(milliseconds: 0), watermark: watermark,
      logicalDate: try #require(Instant(iso8601: date)), answersInOnePiece: false)
    #expect(ranges.map { "\($0.lowerBound)..\($0.upperBound)" }.joined(separator: " ") == expected)
  }

  @Test func `of a share ends with the last closed session`() throws {
    // Saturday night: Friday's session is the last one.
    let end = MissingRanges.end(of: .day1, calendar: .xnys, at: try #require(Instant(iso8601: "2018-11-10T00:00Z")))
    #expect(end.iso8601 == "2018-11-10T00:00:00Z")
    let before = MissingRanges.end(of: .day1, calendar: .xnys, at: try #require(Instant(iso8601: "2018-11-09T20:59Z")))
    #expect(before.iso8601 == "2018-11-09T00:00:00Z")
  }
}

@Suite struct `Retention rules` {
  @Test func `are read from their mapping, and refuse what they do not know`() throws {
    let rules = try RetentionRules(
      .map([
        .init("runs", .string("2y")), .init("reports", .string("forever")), .init("candles", .map([.init("1m", .string("30d"))])),
      ]))
    #expect(rules == RetentionRules(tables: [.runs: .init(age: .days(730))], candles: [.minute1: .init(age: .days(30))]))
    #expect(throws: TaskFailure.self) { try RetentionRules(.map([.init("runz", .string("2y"))])) }
    #expect(throws: TaskFailure.self) { try RetentionRules(.map([.init("runs", .string("soon"))])) }
  }

  @Test func `ask before a large part of all candles goes, and move the watermark when it does`() async throws {
    let bench = try Bench()
    try await bench.fetch(Market(days: 0..<12_000), night: 12_000)
    let place = ReportPlace(root: NSTemporaryDirectory() + "none", isIntraday: { _, _ in false })
    let raw = RawStore(folder: NSTemporaryDirectory() + "none")
    let rules = RetentionRules(candles: [.day1: .init(age: .days(100))])
    await #expect(throws: TaskFailure.self) {
      try await Pruning(bench.warehouse, rawStore: raw, place: place, rules: rules).run(at: day(12_000))
    }
    #expect(try await bench.warehouse.read { try $0.count(of: .candles) } == 12_000)
    let report = try await Pruning(bench.warehouse, rawStore: raw, place: place, rules: rules, mayDeleteMuch: true).run(at: day(12_000))
    #expect(report.total == 11_900)
    let key = SeriesKey(source: "memory", symbol: try Symbol("BTCUSDT"), interval: .day1)
    #expect(try await bench.warehouse.read { try $0.watermark(of: key)?.completeFrom } == day(11_900))
  }

  @Test func `ask when a clock seems to have leapt ahead, however few rows there are`() {
    func report(_ table: String, _ rows: Int, of all: Int, days: Int?) -> PruneReport {
      var report = PruneReport(rows: [.init(table: table, rows: rows, all: all)], orphanedBodies: [], reportFolders: [])
      report.daysSinceLastRun = days
      return report
    }
    #expect(Pruning.doubt(about: report("runs", 3, of: 10, days: 1)) == nil)
    #expect(Pruning.doubt(about: report("runs", 3, of: 10, days: nil)) == nil)
    #expect(Pruning.doubt(about: report("runs", 2, of: 10, days: 3650)) == nil)
    #expect(
      Pruning.doubt(about: report("runs", 3, of: 10, days: 3650))
        == "3 of 10 rows of runs would be deleted, and the run before is 3650 days older: is the clock right?")
    #expect(
      Pruning.doubt(about: report("signals", 300, of: 1000, days: 1))
        == "300 of 1000 rows of signals would be deleted, which a wrong date or a short retention may ask for by mistake")
    #expect(Pruning.doubt(about: report("candles 1m", 2500, of: 9999, days: 1)) == nil)
    #expect(Pruning.doubt(about: report("candles 1m", 2500, of: 10_000, days: 1))?.hasPrefix("2500 of 10000 candles") == true)
  }

  @Test func `are read from the configuration, numbers and what is rolled up too`() throws {
    let count = JobValue.map([.init("age", .string("2y")), .init("count", .int(5000))])
    let rules = try RetentionRules(
      .map([
        .init("runs", count), .init("candles", .map([.init("1m", .map([.init("count", .int(9))]))])),
        .init("roll_up", .list([.string("1d")])),
      ]))
    #expect(
      rules == RetentionRules(tables: [.runs: .init(age: .days(730), count: 5000)], candles: [.minute1: .init(count: 9)], rollUp: [.day1]))
    for wrong in [
      JobValue.Entry("runs", .map([.init("count", .int(0))])), .init("roll_up", .list([.string("5m")])), .init("roll_up", .string("1d")),
    ] {
      #expect(throws: TaskFailure.self) { try RetentionRules(.map([wrong])) }
    }
  }

  @Test func `delete only what is older, never the run that prunes, and name the bodies that are left alone`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    for (date, hash) in [(1, "old"), (1, "shared"), (100, "shared"), (100, "new")] {
      try await warehouse.record(
        ResponseRow(
          source: "s", request: "r\(date)\(hash)", logicalDate: day(date), bodyHash: hash, answer: "ok", status: 200, bodyBytes: 1,
          receivedAt: day(date)))
    }
    let report = try await warehouse.prune(by: RetentionRules(tables: [.rawResponses: .init(age: .days(30))]), at: day(100))
    #expect(report.rows.map(\.rows) == [2] && report.orphanedBodies == ["old"])
    #expect(try await warehouse.read { try $0.count(of: .rawResponses) } == 2)
  }
}
