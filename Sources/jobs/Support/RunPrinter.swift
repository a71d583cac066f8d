import Dispatch
import Foundation
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

/// How a run is shown while it goes on.
enum ProgressChoice: String, CaseIterable, Sendable {
  /// Changing lines on a terminal, plain lines elsewhere.
  case auto
  /// A line per change of state, and a sign of life every 30 s.
  case plain
  case none
}

/// Shows a run while it goes on, on standard error.
final class RunPrinter: Sendable {
  enum Mode: Sendable { case moving, plain, none }

  private let lock = NSLock()
  nonisolated(unsafe) private var board: ProgressBoard
  nonisolated(unsafe) private var timer: (any DispatchSourceTimer)?
  private let mode: Mode
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  /// So often the changing lines are drawn anew.
  private static let frameInterval = DispatchTimeInterval.milliseconds(100)
  /// So long nothing may be seen where lines do not change.
  private static let heartbeatInterval = DispatchTimeInterval.seconds(30)

  /// - Parameter isSilent: the command was asked for a document or for silence; progress is shown only when that was asked for, too.
  init(_ choice: ProgressChoice, isSilent: Bool, job: Job) {
    let console = Console.shared
    mode =
      switch choice {
      case .none: .none
      case .plain: .plain
      case .auto where isSilent: console.isFormatGiven && console.format.isJSON ? .plain : .none
      case .auto: console.canRedraw ? .moving : .plain
      }
    board = ProgressBoard(job: job.name, steps: [])
    start = clock.now
  }

  /// The run has been journaled and begins now.
  func begin(_ run: RunHeader, _ state: RunState, _ warehouse: Warehouse) async {
    Console.shared.begin(run.id, job: run.job)
    let (expected, expectedRun) = mode == .moving ? await RunPrinter.expectations(of: run.job, warehouse) : ([:], nil)
    let ready = ProgressBoard(job: run.job, steps: state.steps, expected: expected, expectedRun: expectedRun)
    lock.withLock { board = ready }
    let tasks = state.plan.taskCount
    line(
      Message(
        "\(run.id)  \(state.plan.steps.count) steps, \(GroupedNumber.text(tasks)) tasks  (\(run.trigger))",
        sentence: "\(run.id) begins: \(state.plan.steps.count) steps, \(tasks) tasks, for \(run.logicalDate), started by \(run.trigger)"))
    tick()
  }

  /// What earlier runs took. Without an answer nothing is expected: a run does not fail for its progress.
  private static func expectations(of job: String, _ warehouse: Warehouse) async -> ([StepID: Double], Double?) {
    // The warehouse was written a moment ago; what it does not tell is not shown.
    let found = try? await warehouse.read { (try $0.durations(of: job), try $0.runs(of: job, limit: 10)) }
    let took = (found?.1 ?? []).filter { $0.state == .succeeded }.compactMap { run in run.endedAt.map { ($0 - run.startedAt).inSeconds } }
    return (found?.0 ?? [:], took.isEmpty ? nil : took.reduce(0, +) / Double(took.count))
  }

  /// Draws, or gives a sign of life, from time to time.
  private func tick() {
    guard mode != .none else { return }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    let interval = mode == .moving ? RunPrinter.frameInterval : RunPrinter.heartbeatInterval
    timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(10))
    timer.setEventHandler { @Sendable [weak self] in self?.beat() }
    lock.withLock { self.timer = timer }
    timer.resume()
  }

  private func beat() {
    lock.withLock {
      guard timer != nil else { return }
      if mode == .moving { return draw() }
      if let text = board.heartbeat(at: clock.now - start) { line(Message(text)) }
    }
  }

  func observe(_ event: RunProgress) {
    guard mode != .none || Console.shared.isKept else { return }
    lock.withLock {
      let now = clock.now - start
      switch event {
      case .taskBegan(let task, _): board.taskBegan(task, at: now)
      case .taskSucceeded(let task, let outcome): board.taskSucceeded(task, outcome)
      case .taskFailed(let task, let failure, let state, let attempt):
        board.taskFailed(task, state: state)
        line(RunPrinter.message(task, failure, state, attempt))
      case .stepEnded(let step):
        let ended = board.stepEnded(step, at: now)
        let width = mode == .moving ? Console.shared.size.columns : nil
        let level: LogLine.Level = step.state == .failed ? .error : step.failed > 0 || step.isShortfall ? .warning : .info
        line(Message(ended.text(width: width, style: Console.shared.style), level: level, step: step.id, sentence: ended.sentence))
      case .stopping(let reason):
        board.stop()
        if reason == .deadline { line(Message("the job's timeout has passed; stopping after the current write", level: .warning)) }
      }
    }
  }

  private static func message(_ task: TaskID, _ failure: TaskFailure, _ state: TaskState, _ attempt: Int) -> Message {
    let next = state == .retrying ? "; another attempt follows" : ""
    // What waits for a quota or the end of a ban is no failure that anybody has to look at.
    let isPutOff = state == .failed && failure.putOffUntil != nil
    let word = state == .retrying ? "retry" : isPutOff ? "waiting" : state.rawValue
    return Message(
      "  \(word.padding(toLength: 9, withPad: " ", startingAt: 0))  \(task): \(OneLine.shown(failure.message)) (attempt \(attempt))\(next)",
      level: state == .failed && !isPutOff ? .error : .warning, task: task, attempt: attempt,
      sentence: OneLine.shown(failure.message) + next)
  }

  /// Takes the changing lines away.
  func finish() {
    lock.withLock {
      timer?.cancel()
      timer = nil
      if mode == .moving { Console.shared.draw([]) }
    }
  }

  private func line(_ message: Message) {
    switch mode {
    case .none: Console.shared.note(message.text)
    case .plain: Console.shared.say(message)
    case .moving: Console.shared.say(message, above: frame)
    }
  }

  private func draw() { Console.shared.draw(frame) }

  private var frame: [String] {
    let size = Console.shared.size
    return board.frame(at: clock.now - start).lines(width: size.columns, height: size.rows, style: Console.shared.style)
  }
}

/// Durations as people read them.
enum DurationText {
  /// `0.2 s`, `41 s`, `4m31s`, `2h05m`
  static func short(_ seconds: Double) -> String { TimeStyle.short(seconds: seconds) }
}
