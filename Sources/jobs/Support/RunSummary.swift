import Foundation
import JobGraph
import Reporting
import Running
import Scheduling
import Steps
import Storage

/// What is said of a run that has ended: a table per step, the verdict, the report, and what comes next.
struct RunSummary {
  let workspace: Workspace
  let job: Job
  let result: RunSession.Result
  /// Missed starts that were made up before this run.
  let caughtUp: [RunID]
  private let tasksByStep: [StepID: [TaskRow]]

  init(workspace: Workspace, job: Job, result: RunSession.Result, caughtUp: [RunID] = []) {
    (self.workspace, self.job, self.result, self.caughtUp) = (workspace, job, result, caughtUp)
    tasksByStep = Dictionary(grouping: result.tasks, by: \.task.step)
  }

  var status: CommandStatus { result.state.exitStatus }

  private static let linesMax = 10

  /// - Parameter quiet: says nothing of what was delivered in time, and the rest on standard error.
  func print(quiet: Bool) throws {
    if quiet, status == .delivered { return }
    let text = try text(style: quiet ? Console.shared.style : Output.style, width: Output.width)
    guard quiet else { return try Output.print(text) }
    Console.shared.say(Message(text, level: status == .partial ? .warning : .error, sentence: verdict(.plain)))
  }

  /// For a log: without colour, nothing cut.
  var text: String { get throws { try text(style: .plain, width: nil) } }

  private func text(style: TerminalStyle, width: Int?) throws -> String {
    let lines = try [table(style, width: width), verdict(style)] + problems(style) + ending
    return lines.joined(separator: "\n")
  }

  private var steps: [StepProgress] { result.state.steps }

  private func table(_ style: TerminalStyle, width: Int?) -> String {
    var table = PlainTable(
      [.init("", mayShrink: false), .init("STEP"), .init("TASKS", .right), .init("WHAT"), .init("TOOK", .right)], style: style,
      tone: ProgressBoard.tone)
    for step in steps {
      table.rows.append([
        ProgressBoard.word(for: step), step.id.name,
        step.tasks == 1 ? "" : "\(GroupedNumber.text(step.succeeded))/\(GroupedNumber.text(step.tasks))", what(step), took(step),
      ])
    }
    let text = table.text(width: width)
    return String(text.dropLast(text.hasSuffix("\n") ? 1 : 0))
  }

  /// The sum of what the tasks said, or the one thing that the only task said.
  private func what(_ step: StepProgress) -> String {
    var tally = StepTally()
    for row in tasksByStep[step.id] ?? [] { tally.add(note: row.note, counts: row.counts) }
    return ProgressBoard.what(step, tally)
  }

  private func took(_ step: StepProgress) -> String { result.spans[step.id].map { DurationText.short($0.inSeconds) } ?? "" }

  /// `PARTIAL  5 ok, 1 warning, 1 failed, 1 skipped in 4m43s   exit 3`
  private func verdict(_ style: TerminalStyle) -> String {
    let words = Dictionary(grouping: steps, by: ProgressBoard.word).mapValues(\.count)
    let parts =
      ["\(words["ok"] ?? 0) ok"]
      + [("warn", "with failures"), ("failed", "failed"), ("skipped", "skipped"), ("cancelled", "cancelled")].compactMap { word, text in
        words[word].map { "\($0) \(text)" }
      } + (warnings.isEmpty ? [] : ["\(GroupedNumber.text(warnings.count)) warning\(warnings.count == 1 ? "" : "s")"])
    let exit = status == .delivered ? "" : "   exit \(status.rawValue)"
    let tone: TerminalStyle.Tone = status == .delivered ? .good : status == .partial ? .warning : .bad
    let word = style.painted(result.state.result.rawValue.uppercased(), tone)
    return "\n\(word)  \(parts.joined(separator: ", ")) in \(DurationText.short(result.took.inSeconds))\(exit)"
  }

  private var warnings: [String] { result.tasks.flatMap { task in task.warnings.map { "  \(task.task): \(OneLine.shown($0))" } } }

  private func problems(_ style: TerminalStyle) -> [String] {
    let failures = steps.flatMap { step in
      step.failures.filter { $0.failure.putOffUntil == nil }.map { "  failed \($0.task): \(OneLine.shown($0.failure.message))" }
    }
    func capped(_ lines: [String]) -> [String] {
      guard lines.count > RunSummary.linesMax else { return lines }
      let more = GroupedNumber.text(lines.count - RunSummary.linesMax)
      return lines.prefix(RunSummary.linesMax)
        + ["  \(style.ellipsis) and \(more) more; `jobs show \(result.run)\(workspace.optionsToType)` lists them"]
    }
    var missing: [String] = []
    for case .missingSecret(_, let sentence)? in steps.map(\.skipReason) where !missing.contains("  \(sentence)") {
      missing.append("  \(sentence)")
    }
    return (result.alert.map { ["  late: \($0)"] } ?? []) + missing + putOff + capped(failures) + capped(warnings)
  }

  /// `  waiting equities: 12 of 20 tasks, until 2026-01-17T05:00:00Z, the stalest first: MSFT NVDA …; alphavantage MSFT: not asked, …`
  private var putOff: [String] {
    steps.compactMap { step in
      let waiting = step.failures.filter { $0.failure.putOffUntil != nil }
      guard let (count, until) = step.putOff, let first = waiting.first else { return nil }
      let names = waiting.prefix(RunSummary.linesMax).map { OneLine.shown($0.task.key) }.filter { !$0.isEmpty }
      let more = count > names.count && !names.isEmpty ? " and \(GroupedNumber.text(count - names.count)) more" : ""
      return "  waiting \(step.id): \(GroupedNumber.text(count)) of \(GroupedNumber.text(step.tasks)) tasks, until \(until)"
        + (names.isEmpty ? "" : ", the stalest first: \(names.joined(separator: " "))\(more)") + "; \(OneLine.shown(first.failure.message))"
    }
  }

  private var ending: [String] {
    get throws {
      var lines: [String] = []
      if let report = try report { lines.append("Report   \(report)") }
      if let next { lines.append("Next     \(next.command)   \(next.why)") }
      if let due = try due { lines.append("Due      \(RunSummary.text(of: due))") }
      return lines
    }
  }

  /// The page of the run: its report, else the facts of the run.
  private var report: String? {
    get throws {
      let folder = "\(workspace.reports)/\(try workspace.reportPlace().folder(of: job.name, result.state.plan.logicalDate))"
      return ["index.html", "run.html"].first { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }.map {
        "\(workspace.shown(folder))/\($0)"
      }
    }
  }

  /// What to type next, and what that does; nil when everything was delivered.
  private var next: (command: String, why: String)? {
    guard status != .delivered else { return nil }
    let command = "jobs run \(job.name) --resume\(workspace.optionsToType)"
    let kinds = steps.flatMap { $0.failures.map(\.failure.kind) }
    let moments = kinds.compactMap { kind in if case .deferred(let until) = kind { until } else { nil } }
    if let latest = moments.max(), moments.count == kinds.count {
      return (command, "after \(latest): not before then is an answer to be had")
    }
    for case .missingSecret(let name, _)? in steps.map(\.skipReason) {
      return ("jobs secrets set \(name)", "then `\(command)` does what was left out")
    }
    if kinds.contains(.credentials) { return ("jobs secrets list", "shows the keys; then `\(command)`") }
    return (command, "repeats what is missing")
  }

  private var due: Schedule.Due? {
    get throws { try workspace.crontab().0.schedule(of: job.name)?.next(after: SystemTime().now()) }
  }

  /// `2026-01-16T02:30:00Z by crontab line 5`, with the time on the clock of the crontab's zone, or of this machine, where that differs.
  static func text(of due: Schedule.Due) -> String {
    let instant = due.occurrence.instant
    let zone = [due.entry.zone, TimeZone.current].first { $0.secondsFromGMT(for: instant.date) != 0 }
    let local = zone.map { " (\(instant.iso8601(in: $0)) \($0.identifier))" } ?? ""
    return "\(instant)\(local) by crontab line \(due.entry.line)" + (due.occurrence.note.map { "; \($0)" } ?? "")
  }

  func printJSON() throws {
    try Output.json(
      RunDocument(
        run: result.run.name, job: job.name, logicalDate: result.state.plan.logicalDate.iso8601, state: result.state.result.rawValue,
        exitStatus: status.rawValue, seconds: result.took.inSeconds, caughtUp: caughtUp.map(\.name), reason: nil,
        steps: steps.map { step in
          RunDocument.Step(
            step: step.id.name, state: step.state.rawValue, tasks: step.tasks, succeeded: step.succeeded, failed: step.failed,
            reason: step.skipReason?.sentence, what: what(step), seconds: result.spans[step.id]?.inSeconds,
            failures: step.failures.map { RunDocument.FailedTask(task: $0.task.key, message: $0.failure.message) },
            warnings: (tasksByStep[step.id] ?? []).flatMap { task in
              task.warnings.map { RunDocument.FailedTask(task: task.task.key, message: $0) }
            })
        }, late: result.alert, report: try report, next: next?.command, due: try due?.occurrence.instant.iso8601))
  }
}

extension RunSummary {
  /// What is said of a start that a clock made and that had nothing to do: a success.
  static func sayIdle(_ reason: String, job: String, json: Bool, quiet: Bool) throws {
    guard json else { return quiet ? () : Output.say("nothing is due for \(job): \(reason)") }
    try Output.json(
      RunDocument(
        run: nil, job: job, logicalDate: nil, state: RunResult.notDue.rawValue, exitStatus: 0, seconds: 0, caughtUp: [], reason: reason,
        steps: [], late: nil, report: nil, next: nil, due: nil))
  }
}

private struct RunDocument: Encodable {
  let schema = "jobs.run/1"
  /// Null when nothing was due.
  let run: String?
  let job: String
  let logicalDate: String?
  let state: String
  let exitStatus: Int32
  let seconds: Double
  /// The runs of missed starts that were made up before this one.
  let caughtUp: [String]
  /// Why nothing was due.
  let reason: String?
  let steps: [Step]
  /// That the job's `ready_by` has passed.
  let late: String?
  let report: String?
  /// What to type next.
  let next: String?
  /// When the crontab starts the job again.
  let due: String?

  struct Step: Encodable {
    let step: String
    let state: String
    let tasks: Int
    let succeeded: Int
    let failed: Int
    let reason: String?
    let what: String
    let seconds: Double?
    let failures: [FailedTask]
    let warnings: [FailedTask]
  }

  struct FailedTask: Encodable {
    let task: String
    let message: String
  }
}

/// Numbers as people read them on a terminal.
enum NumberText {
  /// `1,484`
  static func grouped(_ number: Int) -> String { GroupedNumber.text(number) }
}
