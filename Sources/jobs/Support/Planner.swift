import JobGraph
import MarketData
import Scheduling
import Steps
import Storage

/// Makes the plan of a run from what is known beforehand; the same for `jobs plan` and `jobs run`.
struct Planner {
  let workspace: Workspace
  let job: Job
  let logicalDate: Instant
  let selection: Selection
  /// The sessions of the shares.
  var exchange = SessionCalendar.xnys

  /// - Parameter warehouse: nil when nothing was ever stored.
  func plan(warehouse: Warehouse?, missingSecrets: [String: String]) async throws -> Plan {
    var facts = PlanningFacts(
      operations: Dictionary(uniqueKeysWithValues: Operations.all.map { ($0.name, $0) }), missingSecrets: missingSecrets,
      selection: selection)
    for step in job.steps + job.finally {
      guard let name = step.calendar, let known = SessionCalendar(named: name) else { continue }
      let calendar = known.isAlwaysOpen ? known : exchange
      facts.notDue[step.id] = try await idleReason(step, calendar, warehouse)
    }
    guard job.datedFor == nil || job.datedFor == logicalDate else {
      throw Failure(.bug, "the job \(job.name) was read for \(job.datedFor!), and is planned for \(logicalDate)")
    }
    let (plan, markets) = (try Plan(of: job, logicalDate: logicalDate, facts: facts), MarketRules(exchange: exchange))
    guard let warehouse else { return try QuotaOrder.applied(to: plan, reader: nil, markets: markets) }
    return try await warehouse.read { try QuotaOrder.applied(to: plan, reader: $0, markets: markets) }
  }

  func series(of step: Step) -> [SeriesKey] {
    Plan.tasks(of: step).compactMap { SeriesKey(fetchedBy: $0, of: step.uses, with: step.with) }
  }

  /// The logical date that a command means: as given, else the job's latest scheduled instant, else now, cut to the minute.
  static func logicalDate(_ text: String?, of job: String, _ workspace: Workspace, now: Instant) throws -> Instant {
    if let text {
      guard let date = Instant(iso8601: text) else {
        throw Failure(.usage, "--date is `\(text)`; write a day such as 2026-01-15, or an instant such as 2026-01-15T07:00Z")
      }
      guard workspace.isSandbox || date <= now else {
        throw Failure(.usage, "--date \(text) lies in the future: what has not closed by then does not exist yet")
      }
      return date
    }
    let (_, defects) = try workspace.crontab()
    let mistakes = defects.filter { $0.severity == .error }
    guard mistakes.isEmpty else {
      throw Failure(
        .configuration,
        "without --date a run is about the latest start that the crontab states, and that cannot be read:\n"
          + mistakes.map(\.description).joined(separator: "\n"))
    }
    return try workspace.schedule(of: job)?.latest(notAfter: now)?.occurrence.instant ?? now.floored(to: .minutes(1))
  }
}
