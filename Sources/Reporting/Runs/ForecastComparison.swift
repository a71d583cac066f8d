public import JobGraph
import Scheduling

/// A run beside what was expected of it.
public struct ForecastComparison: Sendable, Equatable {
  /// In the order of the plan.
  public let rows: [Row]
  /// What went otherwise than expected, one sentence each, with the cause where it is known; none when nothing did.
  public let sentences: [String]
  /// Along the critical path; nil when nothing was known.
  public let plannedSeconds: Double?
  /// From the beginning to the end; of a run that was interrupted, the time in which it was at work. nil while it runs.
  public let seconds: Double?

  /// A step beside what was expected of it.
  public struct Row: Sendable, Equatable {
    public let step: StepID
    public let planned: Forecast.Step
    /// Tasks that were begun.
    public let tasks: Int
    public let requests: Int
    public let weight: Int
    /// nil when it did not run, or is not over.
    public let seconds: Double?
  }

  /// - Returns: nil for a run of a version that wrote no forecast.
  public init?(_ account: RunAccount) {
    guard let forecast = account.forecast else { return nil }
    rows = account.steps.compactMap { step in
      forecast[step.id].map {
        Row(step: step.id, planned: $0, tasks: step.begun, requests: step.requestsMade, weight: step.weightSpent, seconds: step.seconds)
      }
    }
    plannedSeconds = forecast.seconds
    let attempts = account.steps.flatMap(\.tasks).flatMap(\.attempts)
    let isWhole = !attempts.contains { $0.state == "interrupted" }
    seconds =
      account.endedAt == nil ? nil : isWhole ? account.seconds : BusyTime.seconds(of: attempts.map { ($0.startedAt, $0.endedAt) })
    var sentences = zip(rows.map(\.step), rows).flatMap { id, row in
      account[id].map { ForecastComparison.sentences(on: $0, row, planned: account.plan.step(id)) } ?? []
    }
    if let plannedSeconds, let seconds, DurationNoise.isExceeded(by: plannedSeconds, seconds) {
      sentences.append(
        "the run took \(TimeStyle.short(seconds: seconds)) instead of about \(TimeStyle.short(seconds: plannedSeconds))")
    }
    self.sentences = sentences
  }

  private static func sentences(on step: RunAccount.Step, _ row: Row, planned: PlannedStep?) -> [String] {
    // What is not over cannot be judged.
    guard let state = step.state else { return [] }
    if state == .skipped {
      return row.planned.runs ? ["\(step.id) was to run and was skipped: \(step.reason ?? "for a reason that is not recorded")"] : []
    }
    if !row.planned.runs, step.begun > 0 {
      return ["\(step.id) was not expected to run and ran" + (planned?.skip.map { " (\($0.sentence))" } ?? "")]
    }
    return [tasks(step), requests(step, row), time(step, row)].compactMap(\.self)
  }

  private static func tasks(_ step: RunAccount.Step) -> String? {
    let failed = step.tasks.filter { $0.state == .failed }
    if step.tasks.count == 1, let only = failed.first { return "\(step.id) failed" + (only.failure.map { ": \($0)" } ?? "") }
    if let first = failed.first {
      return "\(failed.count) of \(step.tasks.count) tasks of \(step.id) failed" + (first.failure.map { ", the first: \($0)" } ?? "")
    }
    let idle = step.tasks.count - step.begun
    return idle > 0 ? "\(idle) of \(step.tasks.count) tasks of \(step.id) were not begun" : nil
  }

  private static func requests(_ step: RunAccount.Step, _ row: Row) -> String? {
    let (planned, made) = (row.planned.requests, row.requests)
    guard planned != made || row.planned.weight != row.weight else { return nil }
    let what =
      "\(step.id) made \(made) request\(made == 1 ? "" : "s") (weight \(row.weight)) instead of at most \(planned) (weight \(row.planned.weight))"
    return what + (cause(of: step, more: made > planned).map { ": \($0)" } ?? "")
  }

  private static func cause(of step: RunAccount.Step, more: Bool) -> String? {
    if more { return step.repeated > 0 ? "\(attempts(step.repeated)) repeated" : nil }
    let unfinished = step.tasks.count { $0.state != .succeeded }
    if unfinished > 0 { return "\(unfinished) of its \(step.tasks.count) tasks did not succeed" }
    return "the rest was answered before for this date, or there is nothing older to ask for"
  }

  private static func time(_ step: RunAccount.Step, _ row: Row) -> String? {
    guard let planned = row.planned.seconds, let took = row.seconds, DurationNoise.isExceeded(by: planned, took) else { return nil }
    let what = "\(step.id) took \(TimeStyle.short(seconds: took)) instead of about \(TimeStyle.short(seconds: planned))"
    return took > planned && step.repeated > 0 ? what + ": \(attempts(step.repeated)) repeated" : what
  }

  private static func attempts(_ count: Int) -> String { "\(count) attempt\(count == 1 ? " was" : "s were")" }
}

extension RunAccount.Task {
  /// Why it failed, in one line; nil when nothing is recorded.
  var failure: String? { attempts.last { $0.message != nil }?.message.map(VisibleText.shown) }
}
