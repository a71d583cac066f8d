import JobGraph
import Scheduling
import Testing

@testable import Reporting

@Suite struct `The lines of a run in progress` {
  private let rich = TerminalStyle(isColoured: false, isUnicode: true)

  @Test func `tell how far each step is, how fast, how long, and how long still`() {
    let frame = ProgressFrame(
      job: "nightly", endedSteps: 1, steps: 10, seconds: 8.4, expected: 20,
      rows: [
        .init(name: "equities", done: 6, doneNow: 6, total: 10, failed: 1, seconds: 8.4),
        .init(name: "crypto", done: 1_100, doneNow: 1_100, total: 1_200, seconds: 100),
        .init(name: "report", done: 0, doneNow: 0, total: 1, seconds: 1, expected: 4),
        .init(name: "mirror", done: 0, doneNow: 0, total: 1, isWaiting: true, seconds: 70),
      ])
    #expect(
      frame.lines(width: 100, height: 24, style: rich) == [
        "  equities  ████████████░░░░░░░░         6/10  43/min  8.4 s  about 5.6 s left, 1 failed",
        "  crypto    ██████████████████░░  1,100/1,200    11/s  1m40s  about 9.1 s left",
        "  report    █████░░░░░░░░░░░░░░░                       1.0 s  about 3.0 s left",
        "  mirror    ░░░░░░░░░░░░░░░░░░░░                       1m10s  waits to retry",
        "nightly  1/10 steps  8.4 s  about 12 s left",
      ])
    #expect(frame.lines(width: 40, height: 24, style: .plain).last == "nightly  1/10 steps  8.4 s")
    #expect(frame.lines(width: 50, height: 24, style: .plain)[0] == "  equities  [###...]         6/10  8.4 s")
  }

  @Test func `never take the last column or the last row, however small the terminal is and however long the names are`() {
    let names = ["a", "a_very_long_name_of_a_step_that_nobody_can_remember", "日本語の名前のステップ", "crypto"]
    for style in [rich, .plain] {
      for count in 0...30 {
        let rows = (0..<count).map {
          ProgressFrame.Row(
            name: names[$0 % 4], done: $0, doneNow: $0, total: 1 + $0 * 37, failed: $0 % 3, seconds: Double($0) * 77.7, expected: 9000)
        }
        let frame = ProgressFrame(job: names[1], endedSteps: 3, steps: 1_234, failedTasks: 4, seconds: 98_765, expected: 1e6, rows: rows)
        for width in [5, 11, 20, 40, 79, 80, 200] {
          for height in [1, 2, 3, 10, 24] {
            let lines = frame.lines(width: width, height: height, style: style)
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= width - 1 }, "\(width) × \(height): \(lines)")
            #expect(lines.count <= max(1, height - 1), "\(width) × \(height): \(lines.count) lines")
            let own = lines.joined().unicodeScalars.filter { !names[2].unicodeScalars.contains($0) }
            if style == .plain { #expect(!own.contains { !$0.isASCII }) }
          }
        }
      }
    }
  }

  @Test func `that find no room are counted`() {
    let rows = (1...20).map { ProgressFrame.Row(name: "step\($0)", done: 0, doneNow: 0, total: 1, seconds: 1) }
    let lines = ProgressFrame(job: "many", endedSteps: 0, steps: 20, seconds: 1, rows: rows).lines(width: 80, height: 8, style: rich)
    #expect(lines.count == 7)
    #expect(lines[5] == "  … and 15 more steps")
  }
}

@Suite struct `A board of progress` {
  private let plan = Plan(
    job: "nightly", logicalDate: Instant(milliseconds: 0),
    steps: [
      PlannedStep(id: "crypto", uses: "x", tasks: (0..<4).map { PlannedTask(id: TaskID("crypto", "S\($0)")) }),
      PlannedStep(id: "report", uses: "x", needs: ["crypto"], tasks: [PlannedTask(id: TaskID("report"))]),
    ])

  @Test func `follows a run from its first task to its last`() throws {
    var state = RunState(plan: plan)
    var board = ProgressBoard(job: "nightly", steps: state.steps)
    #expect(board.heartbeat(at: .seconds(1)) == nil)
    _ = state.apply(.started)
    for task in 0..<4 { board.taskBegan(TaskID("crypto", "S\(task)"), at: .seconds(1)) }
    for task in 0..<3 {
      let id = TaskID("crypto", "S\(task)")
      _ = state.apply(.succeeded(id))
      board.taskSucceeded(id, TaskOutcome(note: "2 rows", counts: [.init("rows", 1000), .init("new", 0), .init("changed", task)]))
    }
    board.taskFailed(TaskID("crypto", "S3"), state: .retrying)
    #expect(board.heartbeat(at: .seconds(31)) == "still running after 31 s: crypto 3/4 (waits to retry)")
    #expect(board.frame(at: .seconds(31)).rows == [.init(name: "crypto", done: 3, doneNow: 3, total: 4, isWaiting: true, seconds: 30)])
    board.taskBegan(TaskID("crypto", "S3"), at: .seconds(40))
    _ = state.apply(.failed(TaskID("crypto", "S3"), TaskFailure(.permanent, "no such symbol"), jitter: 0))
    board.taskFailed(TaskID("crypto", "S3"), state: .failed)
    let ended = board.stepEnded(try #require(state["crypto"]), at: .seconds(91))
    #expect(ended.text(width: nil, style: .plain) == "  failed     crypto  3/4  3,000 rows, 3 changed, 1 failed     1m30s")
    #expect(ended.sentence == "crypto failed, 3/4 tasks, 3,000 rows, 3 changed, 1 failed, in 1m30s")
    let skipped = board.stepEnded(try #require(state["report"]), at: .seconds(91))
    #expect(skipped.text(width: nil, style: .plain) == "  skipped    report       needs crypto, which did not succeed")
    #expect(board.frame(at: .seconds(92)).endedSteps == 2)
    #expect(board.frame(at: .seconds(92)).failedTasks == 1)
  }

  @Test func `counts what an interrupted part has done, but not in the rate`() {
    let state = RunState(
      plan: plan,
      recorded: [TaskID("crypto", "S0"): RecordedTask(isSucceeded: true), TaskID("crypto", "S1"): RecordedTask(isSucceeded: true)])
    var board = ProgressBoard(job: "nightly", steps: state.steps)
    board.taskBegan(TaskID("crypto", "S2"), at: .zero)
    board.taskSucceeded(TaskID("crypto", "S2"), TaskOutcome())
    let row = board.frame(at: .seconds(10)).rows[0]
    #expect(row.done == 3 && row.doneNow == 1)
    #expect(row.secondsLeft == 10)
  }

  @Test(arguments: [20, 40, 80, 120])
  func `writes the line of an ended step within the terminal`(width: Int) {
    let state = RunState(plan: plan)
    var board = ProgressBoard(job: "nightly", steps: state.steps)
    board.taskBegan(TaskID("report"), at: .zero)
    board.taskSucceeded(TaskID("report"), TaskOutcome(note: String(repeating: "many words ", count: 30)))
    let text = board.stepEnded(state["report"]!, at: .seconds(5)).text(
      width: width, style: TerminalStyle(isColoured: true, isUnicode: true))
    #expect(ScreenUpdate.columns(of: text) <= max(width - 1, 36), "\(text)")
    if width >= 40 { #expect(text.contains("…") && text.hasSuffix("5.0 s")) }
  }
}

@Suite struct `An update of the screen` {
  @Test func `writes over what was drawn, in one piece`() {
    #expect(ScreenUpdate.bytes(replacing: [], by: ["a", "b"], width: 80) == "a\nb\n")
    #expect(ScreenUpdate.bytes(replacing: ["a", "b"], by: ["c"], width: 80) == "\r\u{1B}[2Ac\u{1B}[K\n\u{1B}[J")
    #expect(ScreenUpdate.bytes(replacing: ["a"], by: ["c"], message: "said\n", width: 80) == "\r\u{1B}[1A\u{1B}[Jsaid\nc\n")
    #expect(ScreenUpdate.bytes(replacing: [], by: [], message: "said\n", width: 80) == "said\n")
  }

  @Test func `knows that lines have wrapped when the terminal became narrower`() {
    let line = "\u{1B}[1m" + String(repeating: "x", count: 79) + "\u{1B}[0m"
    #expect(ScreenUpdate.bytes(replacing: [line, "y"], by: [], width: 40).hasPrefix("\r\u{1B}[3A"))
  }
}

@Suite struct `The style of a terminal` {
  @Test(
    arguments: [
      (.auto, [:], true, true), (.auto, [:], false, false), (.auto, ["TERM": "dumb"], true, false), (.always, [:], false, true),
      (.always, ["NO_COLOR": "1"], true, false), (.always, ["NO_COLOR": ""], false, true), (.never, ["FORCE_COLOR": "1"], true, false),
      (.auto, ["FORCE_COLOR": "1"], false, true), (.auto, ["FORCE_COLOR": "0"], true, false), (.auto, ["CLICOLOR_FORCE": "1"], false, true),
      (.auto, ["CLICOLOR_FORCE": "0"], false, false), (.auto, ["NO_COLOR": "1", "FORCE_COLOR": "3"], true, false),
    ] as [(TerminalStyle.ColourChoice, [String: String], Bool, Bool)])
  func `has colour by NO_COLOR, then the option, then what forces it, then the terminal`(
    choice: TerminalStyle.ColourChoice, environment: [String: String], isTerminal: Bool, isColoured: Bool
  ) {
    #expect(TerminalStyle.isColoured(choice: choice, environment: environment, isTerminal: isTerminal) == isColoured)
  }

  @Test(arguments: [
    ([:], false), (["LANG": "C"], false), (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true),
    (["LANG": "C.UTF-8", "LC_ALL": "C"], false),
    (["LC_CTYPE": "de_DE.UTF-8", "LANG": "C"], true), (["LC_ALL": "", "LANG": "C.UTF-8"], true), (["LANG": "de_DE.ISO-8859-1"], false),
  ])
  func `has marks beyond ASCII only where the locale says UTF-8`(environment: [String: String], isUnicode: Bool) {
    #expect(TerminalStyle.isUnicode(environment: environment) == isUnicode)
  }

  @Test(arguments: [
    (0.0, "0.0 s"), (0.04, "0.0 s"), (0.26, "0.3 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1m00s"), (271, "4m31s"),
    (7_500, "2h05m"), (273_600, "3d04h"), (-5, "0.0 s"), (.nan, "0.0 s"), (.infinity, "0.0 s"),
  ])
  func `writes lengths of time in one system of units`(seconds: Double, text: String) {
    #expect(TimeStyle.short(seconds: seconds) == text)
  }
}

@Suite struct `A message` {
  private let run = RunID("nightly-20260115T0230Z-1")
  private let instant = Instant(iso8601: "2026-01-15T02:30:00Z")!

  @Test(
    arguments: [
      ("warning: a key is old", .warning, nil), ("error: no", .error, nil), ("note: x", .info, nil), ("ok", .info, nil),
      ("error[E104]: unknown key `retires`\n --> a", .error, "E104"), ("crontab:3:1: error: minute", .error, nil),
      ("Jobs/a.yaml:1:2: warning[W201]: x", .warning, "W201"), ("what error[x means", .info, nil),
    ] as [(String, LogLine.Level, String?)])
  func `states its level and code by how it begins`(text: String, level: LogLine.Level, code: String?) {
    let message = Message(text)
    #expect(message.level == level && message.code == code)
  }

  @Test func `is one JSON object on one line, with every key`() {
    let message = Message("bad \"x\"\n\u{1B}[31mred", level: .warning, task: TaskID("crypto", "BTCUSDT/1d"), attempt: 2)
    #expect(
      LogFormat(isJSON: true).text(of: message, run: run, job: "nightly", at: instant) == """
        {"time":"2026-01-15T02:30:00.000Z","level":"warning","run":"nightly-20260115T0230Z-1","job":"nightly","step":"crypto",\
        "task":"BTCUSDT/1d","attempt":2,"code":null,"message":"bad \\"x\\"\\n\\u001b[31mred"}

        """)
  }

  @Test func `has a priority on each line under systemd`() {
    let journal = LogFormat(isJournal: true)
    #expect(journal.text(of: Message("error: a\nb"), run: nil, job: nil, at: instant) == "<3>error: a\n<3>b\n")
    #expect(journal.text(of: Message("ok"), run: nil, job: nil, at: instant) == "<6>ok\n")
    #expect(LogFormat.isJournal(stream: "8:123", descriptor: (8, 123)))
    #expect(!LogFormat.isJournal(stream: "8:124", descriptor: (8, 123)))
    #expect(!LogFormat.isJournal(stream: nil, descriptor: (8, 123)))
  }
}

@Suite struct `A document for programs` {
  private struct Sample: Encodable {
    let logicalDate = "2026-01-15"
    let note: String? = nil
    let count: Int? = nil
    let share = 0.1
    let whole = 5.0
    let isGood = true
    let counts = ["newRows": 3]
    let list: [Inner?] = [Inner(), nil]
    let empty: [Int] = []

    struct Inner: Encodable {
      let exitStatus: Int32? = 3
      let when: Double? = .nan
    }
  }

  @Test func `has every key, sorted and in snake case, and null for what is not known`() throws {
    #expect(
      try JSONValue(encoding: Sample()).line == """
        {"count":null,"counts":{"newRows":3},"empty":[],"is_good":true,"list":[{"exit_status":3,"when":null},null],\
        "logical_date":"2026-01-15","note":null,"share":0.1,"whole":5}
        """)
  }

  @Test func `is indented, each element on a line of its own`() throws {
    let value = JSONValue.object([.init("a", .array([.int(1), .object([])])), .init("b", .string("x/<\n")), .init("c", .array([]))])
    #expect(
      value.documentText == #"""
        {
          "a" : [
            1,
            {

            }
          ],
          "b" : "x/\u003c\n",
          "c" : [

          ]
        }

        """#)
  }
}
