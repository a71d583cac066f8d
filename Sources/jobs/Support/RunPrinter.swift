import Foundation
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

/// Shows a run while it goes on, on standard error: one changing line on a terminal, plain lines and a heartbeat elsewhere.
final class RunPrinter: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var totals: [StepID: Int] = [:]
  nonisolated(unsafe) private var done: [StepID: Int] = [:]
  nonisolated(unsafe) private var started: [StepID: ContinuousClock.Instant] = [:]
  nonisolated(unsafe) private var running: [StepID: Int] = [:]
  nonisolated(unsafe) private var drawn = 0
  private let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  private let isQuiet: Bool
  private let clock = ContinuousClock()

  init(quiet: Bool, job: Job) {
    isQuiet = quiet
    for step in job.steps + job.finally { totals[step.id] = max(1, step.each.reduce(1) { $0 * $1.values.count }) }
  }

  func observe(_ event: RunProgress) {
    guard !isQuiet else { return }
    lock.withLock {
      switch event {
      case .taskBegan(let task, _):
        running[task.step, default: 0] += 1
        if started[task.step] == nil { started[task.step] = clock.now }
      case .taskSucceeded(let task, _):
        running[task.step, default: 1] -= 1
        done[task.step, default: 0] += 1
      case .taskFailed(let task, let failure, let state, let attempt):
        running[task.step, default: 1] -= 1
        if state == .failed { done[task.step, default: 0] += 1 }
        let next = state == .retrying ? "; another attempt follows" : ""
        line("\(state == .retrying ? "retry" : state.rawValue) \(task): \(OneLine.shown(failure.message)) (attempt \(attempt))\(next)")
      case .stepEnded(let step):
        started[step.id] = nil
        if !isTerminal { line(RunPrinter.text(of: step)) }
      case .stopping: break
      }
      redraw()
    }
  }

  /// A sign of life where nobody sees the changing lines.
  func heartbeat() async {
    guard !isQuiet, !isTerminal else { return }
    // Ends when the run does, by cancellation.
    while (try? await Task.sleep(for: .seconds(30))) != nil {
      lock.withLock {
        let parts = started.keys.sorted().map { "\($0) \(done[$0] ?? 0)/\(totals[$0] ?? 1)" }
        if !parts.isEmpty { Output.say("still running: \(parts.joined(separator: ", "))") }
      }
    }
  }

  /// Takes the changing lines away.
  func finish() {
    lock.withLock { erase() }
  }

  private func line(_ text: String) {
    erase()
    Output.say(text)
  }

  private func erase() {
    guard isTerminal, drawn > 0 else { return }
    for _ in 0..<drawn { Output.draw("\u{1B}[1A\u{1B}[2K") }
    drawn = 0
  }

  private func redraw() {
    guard isTerminal else { return }
    erase()
    for step in started.keys.sorted() {
      let (finished, total) = (done[step] ?? 0, totals[step] ?? 1)
      let filled = min(20, finished * 20 / max(1, total))
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
      let seconds = (clock.now - started[step]!).inSeconds
      let left =
        finished > 0 && finished < total ? "  about \(DurationText.short(seconds / Double(finished) * Double(total - finished))) left" : ""
      Output.say(
        "  \(step.name.padding(toLength: 16, withPad: " ", startingAt: 0)) [\(bar)] \(finished)/\(total)  \(DurationText.short(seconds))\(left)"
      )
      drawn += 1
    }
  }

  static func text(of step: StepProgress) -> String {
    let word = RunPrinter.word(for: step)
    let counts = step.tasks > 1 ? "  \(step.succeeded) of \(step.tasks) tasks" : ""
    return "\(word.padding(toLength: 9, withPad: " ", startingAt: 0)) \(step.id)\(counts)"
      + (step.skipReason.map { "  \($0.sentence)" } ?? "")
  }

  static func word(for step: StepProgress) -> String {
    switch step.state {
    case .succeeded: step.failed > 0 ? "warn" : "ok"
    default: step.state.rawValue
    }
  }
}

/// Durations as people read them.
enum DurationText {
  /// `0.2 s`, `41 s`, `4m31s`, `2h05m`
  static func short(_ seconds: Double) -> String {
    if seconds < 10 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%dm%02ds", whole / 60, whole % 60) }
    return String(format: "%dh%02dm", whole / 3600, whole % 3600 / 60)
  }
}
