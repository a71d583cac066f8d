internal import GRDB
public import JobGraph

extension Warehouse {
  /// Counts a request of a step that is about to go out. A power cut may take the last ones from the count; a crash takes nothing.
  public func countRequest(of provider: String, weight: Int, by step: StepID, of run: RunID) async throws {
    try await writeLightly { database in
      try database.cachedStatement(
        sql: """
          INSERT INTO run_requests (run_id, step, provider, requests, weight) VALUES (?, ?, ?, 1, ?)
          ON CONFLICT DO UPDATE SET requests = requests + 1, weight = weight + excluded.weight
          """
      ).execute(arguments: [run.name, step.name, provider, weight])
    }
  }
}

extension WarehouseReader {
  /// What each step of a run has asked; a step that asked nobody is not there.
  public func requests(of run: RunID) throws -> [StepID: [RequestCount]] {
    // Read-only commands may meet a warehouse that an older version wrote last.
    guard try database.tableExists("run_requests") else { return [:] }
    var result: [StepID: [RequestCount]] = [:]
    let rows = try Row.fetchAll(
      database, sql: "SELECT step, provider, requests, weight FROM run_requests WHERE run_id = ? ORDER BY step, provider",
      arguments: [run.name])
    for row in rows { result[StepID(row[0]), default: []].append(RequestCount(provider: row[1], requests: row[2], weight: row[3])) }
    return result
  }
}
