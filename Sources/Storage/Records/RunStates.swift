internal import GRDB
public import JobGraph

/// What the runs that are stored as "running" really are: under way, or interrupted.
public struct RunStates: Sendable {
  fileprivate let dead: Set<String>

  public func state(of run: RunRow) -> RunResult {
    run.state == .running && dead.contains(run.id.name) ? .interrupted : run.state
  }
}

extension Warehouse {
  /// Finds out which runs died without a word. It writes nothing: the next start does.
  ///
  /// Ask after the runs were read: a run that ended meanwhile is then not taken for a dead one.
  /// - Parameter lockFile: of this warehouse.
  public func runStates(lockFile: String) async throws -> RunStates {
    let open = try await read { try $0.openRuns() }
    guard !open.isEmpty else { return RunStates(dead: []) }
    let living = LivingRun(lockFile: lockFile)
    let suspects = open.enumerated().filter { !living.includes($0.element, isNewest: $0.offset == 0) }.map(\.element)
    guard !suspects.isEmpty else { return RunStates(dead: []) }
    // A process closes its run before it lets go of the lock, so what is open even now, without it, is dead.
    return RunStates(dead: Set(suspects).intersection(try await read { try $0.openRuns() }))
  }
}

extension WarehouseReader {
  /// The runs that are stored as "running", the newest first.
  fileprivate func openRuns() throws -> [String] {
    try String.fetchAll(database, sql: "SELECT id FROM runs WHERE state = 'running' ORDER BY started_at DESC, id DESC")
  }
}
