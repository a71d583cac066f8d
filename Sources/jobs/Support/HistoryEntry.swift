import JobGraph
import Scheduling
import Storage

/// A line of the history: a run, or an instant of the schedule at which nothing ran.
struct HistoryEntry {
  let job: String
  /// When the run began, or when it should have.
  let instant: Instant
  let state: RunResult
  let row: RunRow?
  let decision: DecisionRow?
  let digest: RunDigest

  /// The newest first.
  ///
  /// - Parameters:
  ///   - filter: its states may hold `missed`, which means the instants at which nothing ran.
  static func read(_ filter: HistoryFilter, in workspace: Workspace) async throws -> [HistoryEntry] {
    let warehouse = try workspace.reading()
    // Runs that are stored as "running" may turn out to be something else.
    var wider = filter
    wider.limit += filter.states == nil ? 0 : HistoryEntry.openRunsMax
    let query = wider
    let rows = try await warehouse.read { try $0.runs(query) }
    let states = try await warehouse.runStates(lockFile: workspace.lockFile)
    let entries = try await warehouse.read { reader in
      let runs = try rows.filter { filter.states?.contains(states.state(of: $0)) ?? true }.prefix(filter.limit).map { row in
        let state = states.state(of: row)
        return HistoryEntry(
          job: row.job, instant: row.startedAt, state: state, row: row, decision: try reader.decision(about: row),
          digest: try reader.digest(of: row, state: state))
      }
      let missed =
        filter.states?.contains(.missed) ?? true
        ? try reader.skippedInstants(of: filter.job, since: filter.since, limit: filter.limit) : []
      return runs
        + missed.map {
          HistoryEntry(job: $0.job, instant: $0.decision.instant, state: .missed, row: nil, decision: $0, digest: RunDigest())
        }
    }
    let sorted = entries.sorted { a, b in
      a.instant == b.instant ? a.row?.id.name ?? "" > b.row?.id.name ?? "" : a.instant > b.instant
    }
    return Array(sorted.prefix(filter.limit))
  }

  /// More runs than can be open at once.
  private static let openRunsMax = 16

  var seconds: Double? { row?.endedAt.map { max(0, ($0 - row!.startedAt).inSeconds) } }

  /// What is worth saying of it, in a few words; empty for a run that came and went as it should.
  var note: String {
    let text = [origin, interruption, state == .succeeded ? nil : digest.failure.map(OneLine.shown), exit].compactMap(\.self)
    return text.joined(separator: "; ")
  }

  private var origin: String? {
    guard let decision = decision?.decision else { return nil }
    let due = HistoryEntry.clock(decision.instant)
    let reason = decision.reason.map { " (\(OneLine.shown($0)))" } ?? ""
    guard let row else {
      return decision.count == 1 ? "missed \(due)\(reason)" : "missed \(decision.count) starts, through \(decision.through)\(reason)"
    }
    let late = row.startedAt - decision.instant
    if decision.verdict == .caughtUp { return "caught up \(due)\(reason)" }
    return late >= .minutes(1) ? "\(DurationText.short(late.inSeconds)) late\(reason)" : nil
  }

  private var interruption: String? {
    let steps = digest.cutOff.joined(separator: ", ")
    let resumed = digest.resumedAt.map { "resumed \(HistoryEntry.clock($0))" }
    if state == .interrupted {
      let killed = steps.isEmpty ? "killed" : "killed in \(steps)"
      return [killed, digest.completedBy.map { "completed by \($0)" } ?? resumed].compactMap(\.self).joined(separator: "; ")
    }
    return resumed
  }

  private var exit: String? {
    guard let status = row?.exitStatus, status != 0 else { return nil }
    return "exit \(status)"
  }

  /// `02:30Z`
  private static func clock(_ instant: Instant) -> String { String(instant.iso8601.dropFirst(11).prefix(5)) + "Z" }
}
