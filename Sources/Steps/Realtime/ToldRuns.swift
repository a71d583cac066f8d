import JobGraph
import Mirroring
import Reporting
import Scheduling
import Storage

extension WarehouseReader {
  /// Runs that are looked at: one whose end was not told is among them, however it ended.
  private static let toldRuns = 30

  /// How the newest runs went, as the mirror is told: by their usual paths. Of two for one date the later one is told.
  /// - Parameters:
  ///   - current: the run that asks. It is told as it would end now when it is in its last steps.
  ///   - isEnding: whether it is.
  func runStates(current: RunID, isEnding: Bool) throws -> [(path: String, value: String)] {
    var states: [String: String] = [:]
    for row in try runs(HistoryFilter(limit: WarehouseReader.toldRuns)).reversed() {
      let path = RealtimePath("runs", row.job, row.logicalDate.iso8601).description
      states[path] = RealtimeJSON.text(of: try runState(row, isCurrent: row.id == current, isEnding: isEnding))
    }
    return states.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func runState(_ row: RunRow, isCurrent: Bool, isEnding: Bool) throws -> RealtimeValue {
    let steps = try steps(of: row.id)
    // Only one run goes on at a time: another that is stored as running has died.
    let state: RunResult =
      switch (row.state, isCurrent, isEnding) {
      case (.running, true, true): RunPage.state(of: try plan(of: row.id), steps)
      case (.running, false, _): .interrupted
      default: row.state
      }
    let digest = try digest(of: row, state: state)
    func count(_ value: Int) -> RealtimeValue { value == 0 ? .null : .number(Double(value)) }
    return .node([
      "job": .string(row.job), "logical_date": .string(row.logicalDate.iso8601), "run": .string(row.id.name),
      "state": .string(state.rawValue), "trigger": .string(row.trigger), "started_at": .string(row.startedAt.iso8601),
      "ended_at": row.endedAt.map { .string($0.iso8601) } ?? .null, "new_rows": count(digest.newRows),
      "changed_rows": count(digest.changedRows), "failure": digest.failure.map { .string($0) } ?? .null,
      "failed": .node(
        Dictionary(steps.filter { $0.state == "failed" }.map { ($0.step.name, count(max(1, $0.failed))) }) { $1 }),
    ])
  }
}
