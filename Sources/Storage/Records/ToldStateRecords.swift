internal import GRDB
public import Scheduling

/// What becomes of a state that is told no more.
public enum VanishedState: Sendable {
  /// The thing is gone: it is taken away from the realtime database, too.
  case isDeleted
  /// It is only not looked at any more: what was told of it stays.
  case stays
}

extension WarehouseTransaction {
  /// Queues what changed of the states of a subject since they were last told.
  ///
  /// - Parameters:
  ///   - states: all there are now, by their usual paths: JSON. Those that are not told (realtime.yaml does not name them) are left out.
  /// - Returns: how many changes were queued.
  /// - Complexity: O(*n*) in the number of states, and of those that were told before.
  @discardableResult
  public func tell(
    _ subject: String, _ states: [(path: String, value: String)], vanished: VanishedState, logicalDate: Instant
  ) throws -> Int {
    var told = Dictionary(
      try Row.fetchAll(
        try database.cachedStatement(sql: "SELECT path, value FROM told_states WHERE subject = ?"), arguments: [subject]
      ).map { ($0[0] as String, $0[1] as String) }
    ) { $1 }
    var changes = 0
    for (path, value) in states {
      guard let place = places.place(of: path), told.removeValue(forKey: place) != value else { continue }
      try database.cachedStatement(sql: "INSERT OR REPLACE INTO told_states (subject, path, value) VALUES (?, ?, ?)")
        .execute(arguments: [subject, place, value])
      try enqueue(at: place, value: value, logicalDate: logicalDate)
      changes += 1
    }
    for place in told.keys.sorted() {
      try database.cachedStatement(sql: "DELETE FROM told_states WHERE subject = ? AND path = ?").execute(arguments: [subject, place])
      guard vanished == .isDeleted else { continue }
      try enqueue(at: place, value: nil, logicalDate: logicalDate)
      changes += 1
    }
    return changes
  }
}

extension WarehouseReader {
  /// The subjects that begin so and of which something was told.
  public func toldSubjects(beginning prefix: String) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT DISTINCT subject FROM told_states WHERE substr(subject, 1, ?) = ? ORDER BY subject",
      arguments: [prefix.unicodeScalars.count, prefix])
  }
}
