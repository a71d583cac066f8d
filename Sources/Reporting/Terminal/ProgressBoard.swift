public import JobGraph
import Scheduling

/// How far a run is, as its watcher sees it: told of each event, it makes the lines that change and the line of each step that ends.
///
/// Moments are lengths of time since the run began, by a clock that is never set back.
public struct ProgressBoard: Sendable {
  public let job: String
  private(set) var steps: [StepID: Line] = [:]
  /// Steps that have begun and not ended, in the order in which they began.
  private var active: [StepID] = []
  private let stepCount: Int
  private var endedSteps = 0
  private var failedTasks = 0
  /// Seconds that an earlier run of the job took.
  private let expectedRun: Double?
  private let nameWidth: Int
  private let countWidth: Int
  public private(set) var isStopping = false

  /// One step on the board.
  struct Line: Sendable {
    let tasks: Int
    /// Seconds that the step took in earlier runs.
    let expected: Double?
    var done: Int
    /// Tasks that ended since the run was begun or resumed: what the rate is made of.
    var doneNow = 0
    var failed = 0
    var running = 0
    var retrying: Set<TaskID> = []
    var since: Duration?
    var tally = StepTally()
  }

  /// - Parameters:
  ///   - steps: in the order of the plan; tasks that an interrupted part of the run has done are done.
  ///   - expected: seconds per step from earlier runs.
  ///   - expectedRun: seconds of a whole run.
  public init(job: String, steps: [StepProgress], expected: [StepID: Double] = [:], expectedRun: Double? = nil) {
    (self.job, self.expectedRun, stepCount) = (job, expectedRun, steps.count)
    for step in steps {
      self.steps[step.id] = Line(tasks: step.tasks, expected: expected[step.id], done: step.tasks - step.open)
    }
    nameWidth = min(40, steps.map { DisplayWidth.of($0.id.name) }.max() ?? 0)
    countWidth = steps.filter { $0.tasks > 1 }.map { ProgressBoard.count($0.tasks, $0.tasks).count }.max() ?? 0
  }

  public mutating func taskBegan(_ task: TaskID, at now: Duration) {
    guard var line = steps[task.step] else { return }
    line.running += 1
    line.retrying.remove(task)
    if line.since == nil {
      line.since = now
      active.append(task.step)
    }
    steps[task.step] = line
  }

  public mutating func taskSucceeded(_ task: TaskID, _ outcome: TaskOutcome) {
    steps[task.step]?.running -= 1
    steps[task.step]?.done += 1
    steps[task.step]?.doneNow += 1
    steps[task.step]?.tally.add(note: outcome.note, counts: outcome.counts)
  }

  /// - Parameter state: `retrying`, `failed` or `cancelled`.
  public mutating func taskFailed(_ task: TaskID, state: TaskState) {
    steps[task.step]?.running -= 1
    switch state {
    case .retrying: steps[task.step]?.retrying.insert(task)
    case .failed:
      failedTasks += 1
      steps[task.step]?.failed += 1
      fallthrough
    default:
      steps[task.step]?.done += 1
      steps[task.step]?.doneNow += 1
    }
  }

  public mutating func stop() { isStopping = true }

  /// Takes the step off the changing lines.
  /// - Returns: what stays of it.
  public mutating func stepEnded(_ step: StepProgress, at now: Duration) -> EndedStep {
    endedSteps += 1
    let line = steps[step.id]
    if line?.since != nil { active.removeAll { $0 == step.id } }
    let took = line?.since.map { (now - $0).inSeconds }
    return EndedStep(
      word: ProgressBoard.word(for: step), step: step.id, count: step.tasks > 1 ? ProgressBoard.count(step.succeeded, step.tasks) : "",
      what: ProgressBoard.what(step, line?.tally ?? StepTally()), seconds: took, nameWidth: nameWidth, countWidth: countWidth)
  }

  /// What changes while the run goes on.
  public func frame(at now: Duration) -> ProgressFrame {
    let rows = active.map { id in
      let line = steps[id]!
      return ProgressFrame.Row(
        name: id.name, done: line.done, doneNow: line.doneNow, total: line.tasks, failed: line.failed,
        isWaiting: line.running == 0 && !line.retrying.isEmpty, seconds: (now - line.since!).inSeconds, expected: line.expected)
    }
    return ProgressFrame(
      job: job, endedSteps: endedSteps, steps: stepCount, failedTasks: failedTasks, seconds: now.inSeconds, expected: expectedRun,
      isStopping: isStopping, rows: rows)
  }

  /// A sign of life where nobody sees the changing lines: `still running: crypto 3/12, equities 1/10`.
  /// - Returns: nil when nothing runs.
  public func heartbeat(at now: Duration) -> String? {
    guard !active.isEmpty else { return nil }
    let parts = active.map { id in
      let line = steps[id]!
      let count = line.tasks > 1 ? " \(ProgressBoard.count(line.done, line.tasks))" : ""
      return "\(id)\(count)\(line.running == 0 && !line.retrying.isEmpty ? " (waits to retry)" : "")"
    }
    return "still running after \(TimeStyle.short(seconds: now.inSeconds)): \(parts.joined(separator: ", "))"
  }

  /// The word that tells how a step ended.
  public static func word(for step: StepProgress) -> String {
    switch step.state {
    case .succeeded: step.failed > 0 ? "warn" : "ok"
    default: step.state.rawValue
    }
  }

  /// What a step did, or why not.
  public static func what(_ step: StepProgress, _ tally: StepTally) -> String {
    if case .missingSecret(let name, _) = step.skipReason { return "no key `\(name)`" }
    if let reason = step.skipReason { return reason.sentence }
    let said = tally.text(tasksOfStep: step.tasks)
    let waiting = step.putOff?.tasks ?? 0
    let failed = step.failed > waiting && step.tasks > 1 ? "\(GroupedNumber.text(step.failed - waiting)) failed" : ""
    let later = step.putOff.map { "\(GroupedNumber.text($0.tasks)) wait until \($0.until)" } ?? ""
    return [said, failed, later].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The tone of a step's word.
  public static func tone(of word: String) -> TerminalStyle.Tone? {
    switch word {
    case "ok": .good
    case "warn", "retrying": .warning
    case "failed", "cancelled": .bad
    case "skipped": .quiet
    default: nil
    }
  }

  static func count(_ done: Int, _ total: Int) -> String { "\(GroupedNumber.text(done))/\(GroupedNumber.text(total))" }
}

/// The line that stays of a step that has ended.
public struct EndedStep: Sendable, Equatable {
  /// `ok`, `warn`, `failed`, `skipped`, `cancelled`
  public let word: String
  public let step: StepID
  /// `11/12`; empty for a step of one task.
  public let count: String
  public let what: String
  /// nil: it never began.
  public let seconds: Double?
  let nameWidth: Int
  let countWidth: Int

  /// - Parameter width: of the terminal; nil for a pipe or a file, where nothing is cut.
  public func text(width: Int?, style: TerminalStyle) -> String {
    let countColumn = countWidth > 0 ? countWidth + 2 : 0
    // Two columns of margin, nine for the word, seven for the time, and two between each; the terminal's last one stays free.
    let room = width.map { max(8, $0 - 1 - 2 - 9 - 2 - countColumn - 2 - 7) }
    let nameColumn = room.map { min(nameWidth, max(4, $0 / 2)) } ?? nameWidth
    let whatColumn = room.map { max(0, $0 - nameColumn - 2) } ?? 32
    func cut(_ text: String, _ columns: Int) -> String {
      let shown = VisibleText.shown(text)
      let cut = width == nil ? shown : PlainTable.cutInTheMiddle(shown, to: columns, ellipsis: style.ellipsis)
      return cut + String(repeating: " ", count: max(0, columns - DisplayWidth.of(cut)))
    }
    func right(_ text: String, _ columns: Int) -> String { String(repeating: " ", count: max(0, columns - text.count)) + text }
    let word = style.painted(self.word, ProgressBoard.tone(of: self.word)) + String(repeating: " ", count: max(0, 9 - self.word.count))
    let took = seconds.map { TimeStyle.short(seconds: $0) } ?? ""
    let columns =
      [cut(step.name, nameColumn)] + (countWidth > 0 ? [right(count, countWidth)] : []) + [cut(what, whatColumn), right(took, 7)]
    var line = "  \(word)  \(columns.joined(separator: "  "))"
    while line.last == " " { line.removeLast() }
    return line
  }

  /// For a log: words, without columns.
  public var sentence: String {
    let took = seconds.map { "in \(TimeStyle.short(seconds: $0))" } ?? ""
    return ["\(step) \(word)", count.isEmpty ? "" : "\(count) tasks", what, took].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
