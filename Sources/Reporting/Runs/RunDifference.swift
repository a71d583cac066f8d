public import JobGraph
import Scheduling

/// What differs between two runs, of one job or of two.
///
/// A duration counts as different only beyond ``JobGraph/DurationNoise``: what a step takes varies from night to night.
public struct RunDifference: Sendable, Equatable {
  /// In the order of the steps; what concerns the whole run first.
  public let changes: [Change]
  /// The steps of the first run in their order, then those that only the second one has.
  public let rows: [Row]

  public struct Change: Sendable, Equatable {
    public let kind: Kind
    /// nil: the run as a whole.
    public let step: StepID?
    public let sentence: String
  }

  /// What a change is about.
  public enum Kind: String, Sendable, CaseIterable {
    case plan, state, tasks, failures, warnings, rows, requests, duration
  }

  /// A step in both runs.
  public struct Row: Sendable, Equatable {
    public let step: StepID
    /// nil: the run has no such step.
    public let first: Side?
    public let second: Side?

    /// How many times as long the second one took; nil unless that is beyond chance.
    public var ratio: Double? {
      guard let a = first?.seconds, let b = second?.seconds, DurationNoise.isExceeded(by: a, b), a > 0 else { return nil }
      return b / a
    }
  }

  /// A step in one run.
  public struct Side: Sendable, Equatable {
    /// `succeeded`, `failed`, `skipped`, `cancelled`, or `open`.
    public let state: String
    public let tasks: Int
    public let succeeded: Int
    public let requests: Int
    public let newRows: Int
    public let changedRows: Int
    /// nil when it did not run.
    public let seconds: Double?

    init(_ step: RunAccount.Step) {
      (state, tasks, succeeded) = (step.state?.rawValue ?? "open", step.tasks.count, step.tasks.count { $0.state == .succeeded })
      (requests, newRows, changedRows, seconds) = (step.requestsMade, step.newRows, step.changedRows, step.seconds)
    }
  }

  public init(_ first: RunAccount, _ second: RunAccount) {
    let ids = first.steps.map(\.id) + second.steps.map(\.id).filter { first[$0] == nil }
    rows = ids.map { Row(step: $0, first: first[$0].map(Side.init), second: second[$0].map(Side.init)) }
    changes =
      RunDifference.whole(first, second)
      + ids.flatMap { id in
        PlanChange.sentences(first.plan.step(id), second.plan.step(id), id).map { Change(kind: .plan, step: id, sentence: $0) }
          + RunDifference.outcome(first[id], second[id])
      }
  }

  private static func whole(_ a: RunAccount, _ b: RunAccount) -> [Change] {
    var changes: [Change] = []
    func add(_ kind: Kind, _ sentence: String) { changes.append(Change(kind: kind, step: nil, sentence: sentence)) }
    if a.plan.job != b.plan.job { add(.plan, "they are of two jobs: \(a.plan.job) and \(b.plan.job)") }
    if a.plan.logicalDate != b.plan.logicalDate { add(.plan, "they are about \(a.plan.logicalDate) and \(b.plan.logicalDate)") }
    if a.plan.timeout != b.plan.timeout {
      add(.plan, "the run may take \(length(b.plan.timeout)) instead of \(length(a.plan.timeout))")
    }
    if a.state != b.state { add(.state, "the run \(verb(b.state)) after one that \(verb(a.state))") }
    if let x = a.seconds, let y = b.seconds, DurationNoise.isExceeded(by: x, y) { add(.duration, "the run took \(times(x, y))") }
    return changes
  }

  private static func verb(_ state: RunResult) -> String {
    switch state {
    case .running: "is running"
    case .succeeded: "succeeded"
    case .partial: "is partial"
    case .failed: "failed"
    case .cancelled: "was cancelled"
    case .interrupted: "was interrupted"
    case .missed: "was missed"
    case .notDue: "was not due"
    }
  }

  private static func length(_ duration: Duration?) -> String { duration.map(TimeStyle.length) ?? "any time" }

  /// `12 s instead of 4.0 s (3.0 times)`
  static func times(_ a: Double, _ b: Double) -> String {
    let ratio = a > 0 ? " (\(NumberStyle(decimals: 1).text(b / a)) times)" : ""
    return "\(TimeStyle.short(seconds: b)) instead of \(TimeStyle.short(seconds: a))\(ratio)"
  }
}
