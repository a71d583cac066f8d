import JobGraph
import Scheduling
import Steps
import Storage

/// A plan for programs.
struct PlanDocument: Encodable {
  let schema = "jobs.plan/1"
  let job: String
  let logicalDate: String
  let tasks: Int
  let steps: [Step]
  let limits: [Limit]
  let criticalPath: [String]?
  let expectedSeconds: Double?
  /// How many earlier runs the times come from.
  let runs: Int
  /// What the limits alone make sure of.
  let secondsMin: Double?
  let providers: [Provider]
  let pruning: [Pruning]
  let notified: [String]
  let effects: [String]

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
    /// Whether it runs when everything goes well.
    let runs: Bool
    let final: Bool
    let provider: String?
    let each: [Dimension]
    /// The tasks that the quota of the day does not reach, in the order in which it will.
    let waiting: [Waiting]
  }

  struct Waiting: Encodable {
    let task: String
    let until: String
  }

  struct Dimension: Encodable {
    let name: String
    let values: Int
  }

  struct Limit: Encodable {
    let provider: String
    let limit: String
    let used: Int
    let needed: Int
    let left: Int
    let pausedUntil: String?
    let secondsMin: Double?
  }

  struct Provider: Encodable {
    let provider: String
    let requests: Int
    let weight: Int
    let pausedUntil: String?
    let pauseReason: String?
  }

  struct Pruning: Encodable {
    let step: String
    let rows: [Rows]
    let responses: Int
    let reports: [String]
    let doubt: String?

    struct Rows: Encodable {
      let table: String
      let rows: Int
    }
  }

  init(_ study: PlanStudy) {
    let (plan, forecast) = (study.plan, study.forecast)
    (job, logicalDate, tasks) = (plan.job, plan.logicalDate.iso8601, plan.taskCount)
    steps = zip(plan.steps, forecast.steps).map { step, expected in
      Step(
        step: step.id.name, uses: step.uses, needs: step.needs.map(\.name), tasks: step.skip == nil ? step.tasks.count : 0,
        requests: expected.requests, weight: expected.weight, expectedSeconds: expected.seconds, why: study.why(step),
        skipped: step.skip?.sentence, runs: expected.runs, final: step.isFinal, provider: expected.provider,
        each: study.dimensions(of: step.id).map { Dimension(name: $0.name, values: $0.values) },
        waiting: study.waiting(of: step).map { Waiting(task: $0.task.key, until: $0.until.iso8601) })
    }
    limits = study.providers.flatMap { provider in
      provider.limits.filter { $0.needed > 0 }.map {
        Limit(
          provider: provider.name, limit: $0.limit.description, used: $0.used, needed: $0.needed, left: $0.left,
          pausedUntil: provider.pause?.end.iso8601, secondsMin: $0.secondsMin)
      }
    }
    criticalPath = forecast.seconds == nil ? nil : forecast.criticalPath.map(\.name)
    (expectedSeconds, runs, secondsMin) = (forecast.seconds, forecast.runs, study.secondsMin)
    providers = study.providers.map {
      Provider(
        provider: $0.name, requests: $0.requests, weight: $0.weight, pausedUntil: $0.pause?.end.iso8601, pauseReason: $0.pause?.reason)
    }
    pruning = study.consequences.pruning.map { pruned in
      Pruning(
        step: pruned.step.name, rows: pruned.report.rows.map { Pruning.Rows(table: $0.table, rows: $0.rows) },
        responses: pruned.report.orphanedBodies.count, reports: pruned.report.reportFolders, doubt: pruned.doubt)
    }
    (notified, effects) = (study.consequences.notified, study.consequences.effects)
  }
}
