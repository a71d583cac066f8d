import ArgumentParser
import JobGraph
import Reporting
import Scheduling
import Storage

struct ShowRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one run: its steps, what failed, and why.",
    discussion: """
      EXAMPLES
        jobs show nightly                          the newest run of a job
        jobs show nightly-20260115T0230Z-1         a run by its name, or the beginning of it
      """)

  @Argument(help: "A run, or a job for its newest run.")
  var run: String

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let row = try await warehouse.runRow(run)
    let (steps, tasks, attempts, plan) = try await warehouse.read {
      (try $0.steps(of: row.id), try $0.tasks(of: row.id), try $0.attempts(of: row.id), try $0.plan(of: row.id))
    }
    let facts = RunFacts(row: RunJSON(row, isBusy: workspace.isBusy), plan: plan, steps: steps, tasks: tasks, attempts: attempts)
    if json { try Output.json(facts.document) } else { try Output.print(facts.text(width: Output.width)) }
  }
}

extension Warehouse {
  /// A run by its name, the beginning of it, or its job.
  func runRow(_ name: String) async throws -> RunRow {
    let row = try await read { try $0.run(named: name) ?? $0.runs(of: name, limit: 1).first }
    guard let row else { throw Failure(.usage, "no run and no job with a run is called `\(name)`; `jobs history` lists them") }
    return row
  }
}

/// What is told of a run.
private struct RunFacts {
  let row: RunJSON
  let plan: Plan
  let steps: [StepRow]
  let tasks: [TaskRow]
  let attempts: [AttemptRow]

  func text(width: Int?) -> String {
    var lines = [
      "\(row.run)  \(row.state)" + (row.exitStatus.map { ", exit \($0)" } ?? ""),
      "for \(row.logicalDate), started \(row.startedAt) by \(row.trigger)" + (row.seconds.map { ", took \(DurationText.short($0))" } ?? ""),
      "",
    ]
    var table = PlainTable([
      .init("STEP"), .init("STATE"), .init("TASKS", .right), .init("TOOK", .right), .init("PLANNED", .right), .init("NOTE"),
    ])
    for step in plan.steps {
      let mine = tasks.filter { $0.task.step == step.id }
      let ended = steps.first { $0.step == step.id }
      table.rows.append([
        step.id.name, ended?.state ?? "open", "\(mine.count { $0.state == "succeeded" })/\(mine.count)",
        span(of: step.id).map { DurationText.short($0) } ?? "", step.skip == nil ? "\(step.tasks.count) tasks" : "skip",
        ended?.reason ?? (mine.count == 1 ? mine[0].note : ""),
      ])
    }
    lines.append(table.text(width: width))
    let failures = attempts.filter { $0.message != nil }
    if !failures.isEmpty {
      lines += ["", "Failed attempts:"] + failures.map { "  \($0.startedAt)  \($0.task) (attempt \($0.attempt)): \($0.message!)" }
    }
    let warnings = tasks.flatMap { task in task.warnings.map { "  \(task.task): \($0)" } }
    if !warnings.isEmpty { lines += ["", "Warnings:"] + warnings }
    return lines.joined(separator: "\n")
  }

  private func span(of step: StepID) -> Double? {
    let mine = attempts.filter { $0.task.step == step }
    guard let start = mine.map(\.startedAt).min(), let end = mine.compactMap(\.endedAt).max() else { return nil }
    return (end - start).inSeconds
  }

  var document: Document {
    Document(
      run: row,
      steps: plan.steps.map { step in
        let ended = steps.first { $0.step == step.id }
        return Document.Step(
          step: step.id.name, uses: step.uses, state: ended?.state ?? "open", reason: ended?.reason, seconds: span(of: step.id),
          tasks: tasks.filter { $0.task.step == step.id }.map { task in
            Document.Task(
              task: task.task.key, state: task.state, note: task.note, warnings: task.warnings,
              counts: Dictionary(task.counts.map { ($0.name, $0.value) }) { $1 },
              attempts: attempts.filter { $0.task == task.task }.map {
                Document.Attempt(
                  attempt: $0.attempt, state: $0.state, startedAt: $0.startedAt.iso8601, endedAt: $0.endedAt?.iso8601, failure: $0.failure,
                  message: $0.message)
              })
          })
      })
  }

  struct Document: Encodable {
    let schema = "jobs.show/1"
    let run: RunJSON
    let steps: [Step]

    struct Step: Encodable {
      let step: String
      let uses: String
      let state: String
      let reason: String?
      let seconds: Double?
      let tasks: [Task]
    }

    struct Task: Encodable {
      let task: String
      let state: String
      let note: String
      let warnings: [String]
      let counts: [String: Int]
      let attempts: [Attempt]
    }

    struct Attempt: Encodable {
      let attempt: Int
      let state: String
      let startedAt: String
      let endedAt: String?
      let failure: String?
      let message: String?
    }
  }
}
