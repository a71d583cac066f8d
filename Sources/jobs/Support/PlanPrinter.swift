import Foundation
import JobFiles
import JobGraph
import Reporting
import Scheduling
import Steps
import Storage

/// Says what a run would do, and what it would cost, without doing anything.
struct PlanPrinter {
  let workspace: Workspace
  let job: Job
  let configuration: Configuration
  let logicalDate: Instant
  let selection: Selection

  /// A step of the plan and what it costs.
  private struct Row {
    let step: PlannedStep
    let estimate: RequestEstimate
    let seconds: Double?
    let why: String
  }

  /// A limit of a provider, before and after.
  private struct LimitRow {
    let provider: String
    let limit: RateLimit
    let used: Int
    let needed: Int
    let pause: RatePause?
  }

  func show(json: Bool, explain: Bool) async throws {
    let warehouse = FileManager.default.fileExists(atPath: workspace.database) ? try workspace.reading() : nil
    let plan = try await Planner(workspace: workspace, job: job, logicalDate: logicalDate, selection: selection)
      .plan(warehouse: warehouse, missingSecrets: missingSecrets)
    let name = job.name
    let durations = try await warehouse?.read { try $0.durations(of: name) } ?? [:]
    var rows: [Row] = []
    for step in plan.steps {
      let date = logicalDate
      let estimate =
        try await warehouse?.read { try RequestEstimate(step, logicalDate: date, reader: $0) }
        ?? RequestEstimate(step, logicalDate: date, reader: nil)
      rows.append(Row(step: step, estimate: estimate, seconds: durations[step.id], why: why(step)))
    }
    let limits = try await limitRows(rows, warehouse)
    let path = criticalPath(plan, durations)
    if json { return try printJSON(plan, rows, limits, path) }
    try printText(plan, rows, limits, path, explain: explain)
  }

  private var missingSecrets: [String: String] {
    guard !workspace.isSandbox, let providers = configuration.providers else { return [:] }
    let store = SecretStore(folder: workspace.secrets)
    var missing: [String: String] = [:]
    for name in providers.providers.compactMap(\.key?.secret) {
      if case .missing(let sentence) = store.secret(name) { missing[name] = sentence }
    }
    return missing
  }

  /// Why a step runs, waits or is skipped.
  private func why(_ step: PlannedStep) -> String {
    if let skip = step.skip { return "skipped: \(skip.sentence)" }
    if step.isFinal { return "runs when all others have ended" }
    let needs = step.needs.map(\.name).joined(separator: ", ")
    if let condition = step.condition, condition.decision == nil { return "waits for \(needs), then runs if \(condition.source)" }
    switch (step.when, step.needs.isEmpty) {
    case (_, true): return "runs at once"
    case (.success, _): return "waits for \(needs)"
    case (.always, _): return "waits for \(needs), however they end"
    case (.failure, _): return "runs only when one of \(needs) fails"
    }
  }

  private func limitRows(_ rows: [Row], _ warehouse: Warehouse?) async throws -> [LimitRow] {
    var result: [LimitRow] = []
    for provider in configuration.providers?.providers ?? [] {
      let mine = rows.filter { $0.step.uses.hasPrefix(provider.name + ".") }
      let (requests, weight) = (mine.reduce(0) { $0 + $1.estimate.requests }, mine.reduce(0) { $0 + $1.estimate.weight })
      guard requests > 0 else { continue }
      let limits = try provider.limits.map { try RateLimit($0, of: provider) }
      let ledger = try await warehouse?.read { try $0.rateLedger(of: provider.name) } ?? RateLedger()
      let now = workspace.isSandbox ? logicalDate : Instant(Date())
      for standing in ledger.standing(at: now, under: limits) {
        let needed = standing.limit.unit == .weight ? weight : requests
        result.append(
          LimitRow(
            provider: provider.name, limit: standing.limit, used: standing.used, needed: needed,
            pause: ledger.pause.flatMap { $0.end > now ? $0 : nil }))
      }
    }
    return result
  }

  /// The chain of steps that takes longest by the durations of earlier runs.
  private func criticalPath(_ plan: Plan, _ durations: [StepID: Double]) -> (steps: [StepID], seconds: Double)? {
    guard !durations.isEmpty else { return nil }
    var best: [StepID: (seconds: Double, path: [StepID])] = [:]
    let ordinary = plan.steps.filter { !$0.isFinal }.map(\.id)
    for step in plan.topologicallySorted where step.skip == nil {
      let needs = step.isFinal ? ordinary + step.needs : step.needs
      let before = needs.compactMap { best[$0] }.max { $0.seconds < $1.seconds }
      best[step.id] = ((before?.seconds ?? 0) + (durations[step.id] ?? 0), (before?.path ?? []) + [step.id])
    }
    return best.values.max { $0.seconds < $1.seconds }.map { ($0.path, $0.seconds) }
  }

  private func printText(
    _ plan: Plan, _ rows: [Row], _ limits: [LimitRow], _ path: (steps: [StepID], seconds: Double)?, explain: Bool
  ) throws {
    try Output.print("\(job.name) for \(logicalDate): \(plan.taskCount) tasks\(job.description.isEmpty ? "" : "  (\(job.description))")\n")
    var table = PlainTable([
      .init("STEP"), .init("USES"), .init("TASKS", .right), .init("REQUESTS", .right), .init("WEIGHT", .right), .init("TOOK", .right),
      .init("WHY"),
    ])
    for row in rows {
      let asks = row.estimate.requests > 0
      table.rows.append([
        row.step.id.name, row.step.uses, row.step.skip == nil ? String(row.step.tasks.count) : "-",
        asks ? NumberText.grouped(row.estimate.requests) : "", asks ? NumberText.grouped(row.estimate.weight) : "",
        row.seconds.map { DurationText.short($0) } ?? "", explain || row.step.skip != nil ? row.why : "",
      ])
    }
    try Output.print(table.text(width: Output.width))
    for row in limits { try Output.print(sentence(row)) }
    if let path {
      try Output.print("\nExpected: about \(DurationText.short(path.seconds)), along \(path.steps.map(\.name).joined(separator: " > "))")
    }
    try Output.print("Nothing was changed. `jobs run \(job.name)\(workspace.isSandbox ? " --sandbox" : "")` does it.")
  }

  private func sentence(_ row: LimitRow) -> String {
    let left = row.limit.usable - row.used - row.needed
    var text = "\(row.provider): \(NumberText.grouped(row.needed)) of \(row.limit), \(NumberText.grouped(row.used)) used"
    switch row.limit.window {
    case .daily:
      text +=
        left >= 0 ? ", \(NumberText.grouped(left)) left after" : ", \(NumberText.grouped(-left)) too many: the rest waits for the reset"
    case .fixed(let length) where row.needed > row.limit.usable:
      text += ", so it takes at least \(DurationText.short(Double(row.needed / row.limit.usable) * length.inSeconds))"
    case .rolling(let length) where row.needed > row.limit.usable:
      text += ", so it takes at least \(DurationText.short(Double(row.needed / row.limit.usable) * length.inSeconds))"
    default: break
    }
    if let pause = row.pause { text += "; silent until \(pause.end): \(pause.reason)" }
    return text
  }

  private func printJSON(_ plan: Plan, _ rows: [Row], _ limits: [LimitRow], _ path: (steps: [StepID], seconds: Double)?) throws {
    try Output.json(
      PlanDocument(
        job: job.name, logicalDate: logicalDate.iso8601, tasks: plan.taskCount,
        steps: rows.map {
          PlanDocument.Step(
            step: $0.step.id.name, uses: $0.step.uses, needs: $0.step.needs.map(\.name),
            tasks: $0.step.skip == nil ? $0.step.tasks.count : 0,
            requests: $0.estimate.requests, weight: $0.estimate.weight, expectedSeconds: $0.seconds, why: $0.why,
            skipped: $0.step.skip?.sentence)
        },
        limits: limits.map {
          PlanDocument.Limit(
            provider: $0.provider, limit: $0.limit.description, used: $0.used, needed: $0.needed,
            left: $0.limit.usable - $0.used - $0.needed, pausedUntil: $0.pause?.end.iso8601)
        }, criticalPath: path?.steps.map(\.name), expectedSeconds: path?.seconds))
  }
}

private struct PlanDocument: Encodable {
  let schema = "jobs.plan/1"
  let job: String
  let logicalDate: String
  let tasks: Int
  let steps: [Step]
  let limits: [Limit]
  let criticalPath: [String]?
  let expectedSeconds: Double?

  struct Step: Encodable {
    let step: String
    let uses: String
    let needs: [String]
    let tasks: Int
    let requests: Int
    let weight: Int
    let expectedSeconds: Double?
    let why: String
    let skipped: String?
  }

  struct Limit: Encodable {
    let provider: String
    let limit: String
    let used: Int
    let needed: Int
    let left: Int
    let pausedUntil: String?
  }
}
