import JobGraph
import MarketData
import Scheduling
import Steps
import Storage

extension Planner {
  /// Why a step with a calendar is not due; nil when it is.
  ///
  /// A step that fetches series is not due when each of them reaches the last session that is over. Any other is not due when no
  /// session has ended since it last succeeded in this job; while it never has, since the start before this one.
  func idleReason(_ step: Step, _ calendar: SessionCalendar, _ warehouse: Warehouse?) async throws -> String? {
    let last = step.offset.lastSession(of: calendar, by: logicalDate)
    let keys = series(of: step)
    if keys.isEmpty {
      let since = try await lastSuccess(of: step.id, warehouse) ?? previousStart()
      if let last, step.offset.moment(of: last) > since { return nil }
      return words(step.offset, calendar, since: last?.date.description ?? "\(since)")
    }
    guard let last, let warehouse else { return nil }
    let isCurrent = try await warehouse.read { reader in
      try keys.allSatisfy { key in
        guard let mark = try reader.watermark(of: key) else { return false }
        return mark.completeFrom <= last.date.midnight && mark.completeUntil > last.date.midnight
      }
    }
    guard isCurrent else { return nil }
    // A night that is run again is told as it was: what was due is due again, and finds that it has everything.
    let (job, date) = (job.name, logicalDate)
    let earlier = try await warehouse.read { try $0.plans(of: job, logicalDate: date) }
    let wasDue = earlier.contains { plan in plan.steps.contains { $0.id == step.id && $0.skip == nil } }
    return wasDue ? nil : words(step.offset, calendar, since: last.date.description)
  }

  private func words(_ offset: SessionOffset, _ calendar: SessionCalendar, since: String) -> String {
    offset == .close ? "no session has closed since \(since)" : "no session of \(calendar.name) has reached \(offset) since \(since)"
  }

  /// Runs that are looked through, newest first, for the last in which a step succeeded.
  private static let runsMax = 500

  /// The latest earlier date for which the step succeeded. A run for the same date does not count: what was due then is due again.
  private func lastSuccess(of step: StepID, _ warehouse: Warehouse?) async throws -> Instant? {
    guard let warehouse else { return nil }
    let (job, date) = (job.name, logicalDate)
    return try await warehouse.read { reader in
      let earlier = try reader.runs(of: job, limit: Self.runsMax).filter { $0.logicalDate < date }.sorted {
        $0.logicalDate > $1.logicalDate
      }
      return try earlier.first { run in
        try reader.steps(of: run.id).contains { $0.step == step && $0.state == JobGraph.TaskState.succeeded.rawValue }
      }?.logicalDate
    }
  }

  /// The start that the crontab states before this date; a day earlier when it states none.
  private func previousStart() throws -> Instant {
    try workspace.schedule(of: job.name)?.latest(notAfter: logicalDate - .milliseconds(1))?.occurrence.instant ?? logicalDate - .days(1)
  }
}
