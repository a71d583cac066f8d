public import Foundation
public import Scheduling

/// What an expression is computed from. What is not known yet is nil, and what depends on it is left as it is.
public struct ExpressionFacts: Sendable {
  public var job: String
  public var parameters: [String: JobValue]
  public var date: DateFacts?
  /// Market calendars by name.
  public var calendars: [String: SessionCalendar]
  /// How steps have ended.
  public var steps: [String: StepFacts]

  public init(
    job: String = "", parameters: [String: JobValue] = [:], date: DateFacts? = nil, calendars: [String: SessionCalendar] = [:],
    steps: [String: StepFacts] = [:]
  ) {
    (self.job, self.parameters, self.date, self.calendars, self.steps) = (job, parameters, date, calendars, steps)
  }

  /// The logical date, on the calendar and clock of the job's zone.
  public struct DateFacts: Sendable, Hashable {
    public let instant: Instant
    public let day: CivilDate
    /// 0...23
    public let hour: Int

    public init(_ instant: Instant, in zone: TimeZone) {
      self.instant = instant
      let local = instant + .seconds(zone.secondsFromGMT(for: instant.date))
      day = local.utcDay
      hour = Int((local - local.utcDay.midnight).milliseconds / 3_600_000)
    }
  }

  /// How a step ended.
  public struct StepFacts: Sendable, Hashable {
    public var state: TaskState
    public var tasks: Int
    public var succeededTasks: Int
    public var failedTasks: Int

    public init(state: TaskState, tasks: Int = 1, succeededTasks: Int = 0, failedTasks: Int = 0) {
      (self.state, self.tasks, self.succeededTasks, self.failedTasks) = (state, tasks, succeededTasks, failedTasks)
    }
  }
}

extension ExpressionFacts {
  /// The value of a name; nil when it is not known yet.
  func value(of path: [String]) -> ExpressionValue? {
    switch path[0] {
    case ExpressionName.parameters:
      var value = path.count > 1 ? parameters[path[1]] : nil
      for key in path.dropFirst(2) { value = value?[key] }
      return value.flatMap(ExpressionValue.init)
    case ExpressionName.steps: return path.count == 3 ? steps[path[1]].flatMap { $0.value(of: path[2]) } : nil
    case ExpressionName.job: return .text(job)
    case "date": return date.map { .day($0.day) }
    case "hour": return date.map { .whole($0.hour) }
    default: return date.flatMap { $0.day.part(path[0]) }
    }
  }
}

extension ExpressionFacts.StepFacts {
  fileprivate func value(of name: String) -> ExpressionValue? {
    switch name {
    case "state": .text(state.rawValue)
    case "succeeded": .flag(state == .succeeded)
    case "failed": .flag(state == .failed)
    case "skipped": .flag(state == .skipped)
    case "tasks": .whole(tasks)
    case "succeeded_tasks": .whole(succeededTasks)
    case "failed_tasks": .whole(failedTasks)
    default: nil
    }
  }
}

extension CivilDate {
  /// `weekday`, `day`, `month` or `year`.
  func part(_ name: String) -> ExpressionValue? {
    switch name {
    case "weekday": .text(["sun", "mon", "tue", "wed", "thu", "fri", "sat"][weekday])
    case "day": .whole(day)
    case "month": .whole(month)
    case "year": .whole(year)
    default: nil
    }
  }

  /// The years in which days are computed.
  static let years = 1...9999
  static let first = CivilDate(year: 1, month: 1, day: 1)!
  static let last = CivilDate(year: 9999, month: 12, day: 31)!
}
