import Foundation
import JobGraph
import Scheduling

/// The journaled form of a plan: JSON that a newer version of the program can still read. Keys are only ever added; version 2 writes the
/// tasks of a step as a table.
struct PlanRecord: Codable {
  var version = 2
  var job: String
  var logicalDate: Int64
  var timeoutMilliseconds: Int64?
  var deliverable: String?
  /// Since version 0.2; an older plan has none.
  var pools: [String: Int]?
  var steps: [StepRecord]

  struct StepRecord: Codable {
    var id: String
    var uses: String
    var needs: [String]
    var with: [EntryRecord]
    var when: String
    /// Since version 0.2; an older plan has none.
    var condition: ConditionRecord?
    var attempts: Int
    var backoffMilliseconds: Int64
    var maxBackoffMilliseconds: Int64
    var timeoutMilliseconds: Int64?
    var tolerateCount: Int?
    var tolerateShare: Double?
    var pool: String?
    var priority: Int
    var isFinal: Bool
    var skip: SkipRecord?
    /// As version 1 wrote them, and for tasks that make no table.
    var tasks: [TaskRecord]?
    var table: TaskTable?
  }

  /// The tasks of a step, a hundred thousand of which must not cost more than their values: row after row, as long as `dimensions`.
  struct TaskTable: Codable {
    var dimensions: [String]
    var values: [String]
    /// One for each task; nil when all are 1.
    var weights: [Double]?
  }

  /// What is left of a condition is kept as text: a newer version reads it with its own reader.
  struct ConditionRecord: Codable {
    var source: String
    var expression: String
    var observed: [String]
  }

  struct SkipRecord: Codable {
    var kind: String
    var text: String
    var name: String?
  }

  struct TaskRecord: Codable {
    var key: String
    var values: [EntryRecord]
    var weight: Double
  }

  struct EntryRecord: Codable {
    var key: String
    var value: ValueRecord
  }

  indirect enum ValueRecord: Codable {
    case null, bool(Bool), int(Int), double(Double), string(String), list([ValueRecord]), map([EntryRecord])
  }

  func json() throws -> String { try JSONText.encode(self) }

  init(json text: String) throws {
    self = try JSONDecoder().decode(PlanRecord.self, from: Data(text.utf8))
    guard (1...2).contains(version) else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "version \(version) of a plan is not known here"))
    }
  }
}

// MARK: - From the plan

extension PlanRecord {
  init(_ plan: Plan) {
    job = plan.job
    logicalDate = plan.logicalDate.milliseconds
    timeoutMilliseconds = plan.timeout?.milliseconds
    deliverable = plan.deliverable?.name
    steps = plan.steps.map(StepRecord.init)
    pools = plan.pools.isEmpty ? nil : plan.pools
  }
}

extension PlanRecord.StepRecord {
  init(_ step: PlannedStep) {
    (id, uses, needs, when) = (step.id.name, step.uses, step.needs.map(\.name), step.when.rawValue)
    condition = step.condition.map { .init(source: $0.source, expression: $0.expression.text, observed: $0.observed) }
    with = step.with.map(PlanRecord.EntryRecord.init)
    attempts = step.retry.attempts
    backoffMilliseconds = step.retry.backoff.milliseconds
    maxBackoffMilliseconds = step.retry.maxBackoff.milliseconds
    timeoutMilliseconds = step.timeout?.milliseconds
    switch step.tolerate {
    case .count(let count): tolerateCount = count
    case .share(let share): tolerateShare = share
    }
    (pool, priority, isFinal) = (step.pool, step.priority, step.isFinal)
    skip = step.skip.map(PlanRecord.SkipRecord.init)
    table = PlanRecord.TaskTable(step.tasks)
    guard table == nil else { return }
    tasks = step.tasks.map {
      PlanRecord.TaskRecord(key: $0.id.key, values: $0.values.map(PlanRecord.EntryRecord.init), weight: $0.weight)
    }
  }
}

extension PlanRecord.TaskTable {
  /// - Returns: nil when the tasks differ in more than the texts of their dimensions.
  init?(_ tasks: [PlannedTask]) {
    guard let first = tasks.first, !first.values.isEmpty else { return nil }
    dimensions = first.values.map(\.key)
    values = []
    values.reserveCapacity(tasks.count * dimensions.count)
    for task in tasks {
      guard task.values.count == dimensions.count else { return nil }
      let start = values.count
      for (entry, dimension) in zip(task.values, dimensions) {
        guard entry.key == dimension, case .string(let text) = entry.value else { return nil }
        values.append(text)
      }
      guard task.id.key == values[start...].joined(separator: "/") else { return nil }
    }
    weights = tasks.allSatisfy { $0.weight == 1 } ? nil : tasks.map(\.weight)
  }

  func tasks(of step: StepID) -> [PlannedTask] {
    let width = dimensions.count
    guard width > 0 else { return [] }
    return (0..<values.count / width).map { number in
      let row = values[(number * width)..<((number + 1) * width)]
      return PlannedTask(
        id: TaskID(step, row.joined(separator: "/")), values: zip(dimensions, row).map { JobValue.Entry($0, .string($1)) },
        weight: weights.flatMap { $0.indices.contains(number) ? $0[number] : nil } ?? 1)
    }
  }
}

extension PlanRecord.SkipRecord {
  init(_ reason: SkipReason) {
    switch reason {
    case .notDue(let why): self.init(kind: "not due", text: why)
    case .missingSecret(let name, let sentence): self.init(kind: "missing secret", text: sentence, name: name)
    case .deselected: self.init(kind: "deselected", text: "")
    case .condition(let why): self.init(kind: "condition", text: why)
    case .needFailed(let step): self.init(kind: "need failed", text: step.name)
    }
  }

  var reason: SkipReason {
    switch kind {
    case "not due": .notDue(text)
    case "missing secret": .missingSecret(name: name ?? "", sentence: text)
    case "deselected": .deselected
    case "need failed": .needFailed(StepID(text))
    default: .condition(text)
    }
  }
}

extension PlanRecord.EntryRecord {
  init(_ entry: JobValue.Entry) {
    self.init(key: entry.key, value: .init(entry.value))
  }

  var entry: JobValue.Entry { JobValue.Entry(key, value.value) }
}

extension PlanRecord.ValueRecord {
  init(_ value: JobValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .double(let number): self = .double(number)
    case .string(let text): self = .string(text)
    case .list(let values): self = .list(values.map(PlanRecord.ValueRecord.init))
    case .map(let entries): self = .map(entries.map(PlanRecord.EntryRecord.init))
    }
  }

  var value: JobValue {
    switch self {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .double(let number): .double(number)
    case .string(let text): .string(text)
    case .list(let values): .list(values.map(\.value))
    case .map(let entries): .map(entries.map(\.entry))
    }
  }
}

// MARK: - Back to the plan

extension PlanRecord {
  var plan: Plan {
    Plan(
      job: job, logicalDate: Instant(milliseconds: logicalDate), steps: steps.map(\.step), deliverable: deliverable.map { StepID($0) },
      timeout: timeoutMilliseconds.map { .milliseconds($0) }, pools: pools ?? [:])
  }
}

extension PlanRecord.StepRecord {
  var step: PlannedStep {
    PlannedStep(
      id: StepID(id), uses: uses, needs: needs.map { StepID($0) }, with: with.map(\.entry), when: Step.When(rawValue: when) ?? .success,
      condition: condition?.condition,
      retry: RetryPolicy(
        attempts: attempts, backoff: .milliseconds(backoffMilliseconds), maxBackoff: .milliseconds(maxBackoffMilliseconds)),
      timeout: timeoutMilliseconds.map { .milliseconds($0) }, tolerate: tolerateShare.map { .share($0) } ?? .count(tolerateCount ?? 0),
      pool: pool, priority: priority, isFinal: isFinal, skip: skip?.reason,
      tasks: table?.tasks(of: StepID(id))
        ?? (tasks ?? []).map {
          PlannedTask(id: TaskID(StepID(id), $0.key), values: $0.values.map(\.entry), weight: $0.weight)
        })
  }
}

extension PlanRecord.ConditionRecord {
  var condition: StepCondition {
    // A text that this version cannot read was made by a newer one. It counts as not met: what did not run can be made good.
    StepCondition(source: source, expression: (try? Expression(expression)) ?? .never, observed: observed)
  }
}
