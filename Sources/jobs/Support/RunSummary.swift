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
  var caughtUp: [RunID] = []

  var status: CommandStatus { result.state.exitStatus }

  func print(quiet: Bool) throws {
    if quiet, status == .delivered { return }
    let lines = try [table, verdict] + problems + ending
    if quiet { Output.say(lines.joined(separator: "\n")) } else { try Output.print(lines.joined(separator: "\n")) }
  }

  private var steps: [StepProgress] { result.state.steps }

  private var table: String {
    var table = PlainTable([.init(""), .init("STEP"), .init("TASKS", .right), .init("WHAT"), .init("TOOK", .right)])
    for step in steps {
      table.rows.append([
        RunPrinter.word(for: step), step.id.name, step.tasks == 1 ? "" : "\(step.succeeded)/\(step.tasks)", what(step), took(step),
      ])
    }
    return table.text(width: Output.width).trimmingCharacters(in: .newlines)
  }

  /// The sum of what the tasks said, or the one thing that the only task said.
  private func what(_ step: StepProgress) -> String {
    if case .missingSecret(let name, _) = step.skipReason { return "no key `\(name)`" }
    if let reason = step.skipReason { return reason.sentence }
    let rows = result.tasks.filter { $0.task.step == step.id }
    if rows.count == 1 { return rows[0].note }
    var (order, sums) = ([String](), [String: Int]())
    for count in rows.flatMap(\.counts) {
      if sums[count.name] == nil { order.append(count.name) }
      sums[count.name, default: 0] += count.value
    }
    let parts = order.filter { sums[$0]! > 0 || $0 == order.first }.map { "\(NumberText.grouped(sums[$0]!)) \($0)" }
    return (parts + (step.failed > 0 ? ["\(step.failed) failed"] : [])).joined(separator: ", ")
  }

  private func took(_ step: StepProgress) -> String {
    guard let span = spans[step.id] else { return "" }
    return DurationText.short(span.inSeconds)
  }

  private var spans: [StepID: Duration] { result.spans }

  private var verdict: String {
    let ok = steps.filter { $0.state == .succeeded }.count
    let failed = steps.filter { $0.state == .failed }.count
    let skipped = steps.filter { $0.state == .skipped }.count
    let parts = ["\(ok) ok"] + (failed > 0 ? ["\(failed) failed"] : []) + (skipped > 0 ? ["\(skipped) skipped"] : [])
    let exit = status == .delivered ? "" : "   exit \(status.rawValue)"
    return
      "\n\(result.state.result.rawValue.uppercased())  \(parts.joined(separator: ", ")) in \(DurationText.short(result.took.inSeconds))\(exit)"
  }

  private var problems: [String] {
    let failures = steps.flatMap { step in step.failures.map { "  failed \($0.task): \(OneLine.shown($0.failure.message))" } }
    let warnings = result.tasks.flatMap { task in task.warnings.map { "  \(task.task): \(OneLine.shown($0))" } }
    func capped(_ lines: [String]) -> [String] {
      lines.count <= 10 ? lines : lines.prefix(10) + ["  … and \(lines.count - 10) more; `jobs show \(result.run)` lists them"]
    }
    var missing: [String] = []
    for case .missingSecret(_, let sentence)? in steps.map(\.skipReason) where !missing.contains("  \(sentence)") {
      missing.append("  \(sentence)")
    }
    return missing + capped(failures) + capped(warnings)
  }

  private var ending: [String] {
    get throws {
      var lines: [String] = []
      let folder = "\(workspace.reports)/\(try workspace.reportPlace().folder(of: job.name, result.state.plan.logicalDate))"
      for name in ["index.html", "run.html"] where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
        lines.append("Report   \(workspace.shown(folder))/\(name)")
        break
      }
      if status != .delivered {
        let sandbox = workspace.isSandbox ? " --sandbox" : ""
        lines.append("Next     jobs run \(job.name) --resume\(sandbox)   repeats what is missing")
      }
      if let due = try workspace.crontab().0.schedule(of: job.name)?.next(after: SystemTime().now()) {
        lines.append("Due      \(due.occurrence.instant) by crontab line \(due.entry.line)")
      }
      return lines
    }
  }

  func printJSON() throws {
    try Output.json(
      RunDocument(
        run: result.run.name, job: job.name, logicalDate: result.state.plan.logicalDate.iso8601, state: result.state.result.rawValue,
        exitStatus: status.rawValue, seconds: result.took.inSeconds, caughtUp: caughtUp.map(\.name), reason: nil,
        steps: steps.map { step in
          RunDocument.Step(
            step: step.id.name, state: step.state.rawValue, tasks: step.tasks, succeeded: step.succeeded, failed: step.failed,
            reason: step.skipReason?.sentence,
            failures: step.failures.map { RunDocument.FailedTask(task: $0.task.key, message: $0.failure.message) })
        }))
  }
}

extension RunSummary {
  /// What is said of a start that a clock made and that had nothing to do: a success.
  static func sayIdle(_ reason: String, job: String, json: Bool, quiet: Bool) throws {
    guard json else { return quiet ? () : Output.say("nothing is due for \(job): \(reason)") }
    try Output.json(
      RunDocument(
        run: nil, job: job, logicalDate: nil, state: RunResult.notDue.rawValue, exitStatus: 0, seconds: 0, caughtUp: [], reason: reason,
        steps: []))
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

  struct Step: Encodable {
    let step: String
    let state: String
    let tasks: Int
    let succeeded: Int
    let failed: Int
    let reason: String?
    let failures: [FailedTask]
  }

  struct FailedTask: Encodable {
    let task: String
    let message: String
  }
}

/// Numbers as people read them on a terminal.
enum NumberText {
  /// `1,484`
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number.magnitude))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }
}
