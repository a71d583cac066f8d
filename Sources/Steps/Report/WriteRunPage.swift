public import JobGraph
import Reporting
public import Running
import Scheduling
public import Storage

/// `report.run`: the facts of the run itself, beside its report: `run.html` and `run.json`.
public struct WriteRunPage: StepOperation {
  private let warehouse: Warehouse
  private let place: ReportPlace

  public init(_ warehouse: Warehouse, to place: ReportPlace) {
    (self.warehouse, self.place) = (warehouse, place)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (run, own) = (context.run, context.task.id.step)
    let page = try await warehouse.read { try RunPage.read($0, run: run, apartFrom: own) }
    let folder = "\(place.root)/\(place.folder(of: context.job, context.logicalDate))"
    try AtomicFile.makeFolder(folder)
    try AtomicFile.write(try ReportRenderer().html(page).utf8, to: "\(folder)/run.html")
    try AtomicFile.write(page.json.utf8, to: "\(folder)/run.json")
    return TaskOutcome(note: "run.html")
  }
}

extension RunPage {
  /// - Parameter own: the step that writes the page, which cannot tell how it ended itself.
  static func read(_ reader: WarehouseReader, run: RunID, apartFrom own: StepID) throws -> RunPage {
    guard let row = try reader.run(named: run.name) else { throw TaskFailure(.bug, "the run \(run) is not in the warehouse") }
    let (plan, steps) = (try reader.plan(of: run), try reader.steps(of: run))
    let tasks = Dictionary(grouping: try reader.tasks(of: run), by: \.task.step)
    let attempts = Dictionary(grouping: try reader.attempts(of: run), by: \.task)
    let account = try reader.account(of: row)
    let endings = Dictionary(steps.map { ($0.step, $0) }) { $1 }
    let critical = Set(plan.criticalPath(seconds: account.stepSeconds)?.steps ?? [])
    let facts = plan.steps.filter { $0.id != own }.map { step -> StepFacts in
      let (ended, planned) = (endings[step.id], account.forecast?[step.id])
      let rows = (tasks[step.id] ?? []).sorted { $0.task < $1.task }
      return StepFacts(
        step: step.id.name, uses: step.uses, state: ended.flatMap { JobGraph.TaskState(rawValue: $0.state) } ?? .running,
        tasks: rows.map { TaskFacts($0, attempts: attempts[$0.task] ?? []) }, isCritical: critical.contains(step.id), note: ended?.reason,
        plannedDuration: planned?.seconds.map { .milliseconds(Int64($0 * 1000)) }, requests: account[step.id]?.requestsMade ?? 0,
        plannedRequests: planned?.requests)
    }
    let state = RunPage.state(of: plan, steps)
    return RunPage(
      id: run.name, job: row.job, logicalDate: row.logicalDate, trigger: row.trigger, state: state.rawValue,
      verdict: state == .succeeded || state == .notDue ? .ok : state == .partial ? .warning : .bad, started: row.startedAt,
      ended: attempts.values.flatMap { $0 }.compactMap(\.endedAt).max(), steps: facts,
      requests: RequestFacts.counted(try reader.answerCounts(at: row.logicalDate)),
      planNotes: ForecastComparison(account)?.sentences ?? [], overview: .known("index.html"))
  }
}

extension RunPage {
  /// How the run will be called when its last steps, one of which asks, succeed.
  static func state(of plan: Plan, _ steps: [StepRow]) -> RunResult {
    let ended = Dictionary(steps.map { ($0.step, $0.state) }) { $1 }
    let ordinary = plan.steps.filter { !$0.isFinal }
    if ordinary.contains(where: { ended[$0.id] == "cancelled" }) { return .failed }
    if let deliverable = plan.deliverable.flatMap({ plan.step($0) }) {
      if deliverable.skip?.isShortfall == true { return .failed }
      if deliverable.skip == nil, ended[deliverable.id] != "succeeded" { return .failed }
    }
    let isShort = ordinary.contains { step in
      ended[step.id] == "failed" || step.skip?.isShortfall == true
        || (step.skip == nil && step.when != .failure && !step.isDecidedLate && ended[step.id] == "skipped")
    }
    return isShort ? .partial : .succeeded
  }
}

extension RunPage.TaskFacts {
  fileprivate init(_ row: TaskRow, attempts: [AttemptRow]) {
    self.init(
      name: row.task.key.replacing("/", with: " "), state: JobGraph.TaskState(rawValue: row.state) ?? .waiting,
      attempts: attempts.map { RunPage.Attempt(started: $0.startedAt, ended: $0.endedAt, error: $0.message) })
  }
}

extension RunPage.RequestFacts {
  /// What the providers answered for the logical date, whichever run asked.
  fileprivate static func counted(_ counts: [(source: String, answer: String, count: Int, bytes: Int)]) -> [Self] {
    Dictionary(grouping: counts, by: \.source).sorted { $0.key < $1.key }.map { source, rows in
      Self(
        provider: source, requests: rows.reduce(0) { $0 + $1.count },
        failed: rows.filter { !["ok", "empty"].contains($0.answer) }.reduce(0) { $0 + $1.count },
        bytes: rows.reduce(0) { $0 + $1.bytes })
    }
  }
}
