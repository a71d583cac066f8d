import JobGraph
import Reporting
import Scheduling
import Storage

/// A run for programs.
struct RunStoryDocument: Encodable {
  let schema = "jobs.show/1"
  let run: RunJSON
  let steps: [Step]
  let forecast: Forecast?
  /// What went otherwise than planned; null for a run without a forecast.
  let differences: [String]?
  let decision: Decision?
  let interrupted: [String]
  let log: [ShowLogs.Line]

  struct Step: Encodable {
    let step: String
    let uses: String
    let state: String
    let reason: String?
    /// In which at least one attempt was at work.
    let seconds: Double?
    let requests: Int
    let weight: Int
    let providers: [Provider]
    let planned: Planned?
    let tasks: [Task]
  }

  struct Provider: Encodable {
    let provider: String
    let requests: Int
    let weight: Int
  }

  /// What was expected of a step.
  struct Planned: Encodable {
    let runs: Bool
    let tasks: Int
    let requests: Int
    let weight: Int
    let seconds: Double?
  }

  struct Forecast: Encodable {
    let runs: Int
    let seconds: Double?
    let criticalPath: [String]
  }

  struct Decision: Encodable {
    let due: String
    let decision: String
    let reason: String?
    let decidedAt: String
    let lateSeconds: Double
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

extension RunStoryDocument {
  init(_ story: RunStory) {
    let account = story.account
    run = story.json
    steps = zip(account.plan.steps, account.steps).map { planned, step in
      Step(
        step: step.id.name, uses: planned.uses, state: step.state?.rawValue ?? "open", reason: step.reason, seconds: step.seconds,
        requests: step.requestsMade, weight: step.weightSpent,
        providers: step.requests.map { Provider(provider: $0.provider, requests: $0.requests, weight: $0.weight) },
        planned: account.forecast?[step.id].map {
          Planned(runs: $0.runs, tasks: $0.tasks, requests: $0.requests, weight: $0.weight, seconds: $0.seconds)
        }, tasks: step.tasks.map(Task.init))
    }
    forecast = account.forecast.map {
      Forecast(runs: $0.runs, seconds: $0.seconds, criticalPath: $0.criticalPath.map(\.name))
    }
    differences = story.comparison?.sentences
    decision = story.decision.map {
      Decision(
        due: $0.decision.instant.iso8601, decision: $0.decision.verdict.rawValue, reason: $0.decision.reason,
        decidedAt: $0.decidedAt.iso8601, lateSeconds: max(0, (account.startedAt - $0.decision.instant).inSeconds))
    }
    interrupted = story.parts
    log = story.log.suffix(RunStory.logTailMax).map(ShowLogs.Line.init)
  }
}

extension RunStoryDocument.Task {
  fileprivate init(_ task: RunAccount.Task) {
    self.init(
      task: task.key, state: task.state.rawValue, note: task.note, warnings: task.warnings,
      counts: Dictionary(task.counts.map { ($0.name, $0.value) }) { $1 },
      attempts: task.attempts.map {
        RunStoryDocument.Attempt(
          attempt: $0.number, state: $0.state, startedAt: $0.startedAt.iso8601, endedAt: $0.endedAt?.iso8601, failure: $0.failure,
          message: $0.message)
      })
  }
}
