import GRDB
import Scheduling
import Testing

@testable import Storage

@Suite struct `The audit log` {
  private func entry(_ number: Int64) -> AuditEntry {
    AuditEntry(at: Instant(milliseconds: number), who: "desk", deed: "rules changed", object: "o\(number)", after: "abc")
  }

  private func filled() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try Schema.migrate(queue, path: ":memory:")
    try queue.write { database in
      for number in 1...4 { try WarehouseTransaction(database: database).audit(entry(Int64(number))) }
    }
    return queue
  }

  @Test func `keeps what was added, the newest first`() throws {
    let (newest, oldest, count, broken) = try filled().read { database in
      let reader = WarehouseReader(database: database)
      let all = try reader.auditEntries(limit: 9)
      return (try reader.auditEntries(limit: 2).map(\.sequence), all.last?.entry, try reader.auditCount(), try reader.firstBrokenAudit())
    }
    #expect(newest == [4, 3] && oldest == entry(1) && count == 4 && broken == nil)
  }

  @Test(arguments: ["UPDATE audit_entries SET who = 'me'", "DELETE FROM audit_entries WHERE sequence = 4"])
  func `is only added to`(statement: String) throws {
    let queue = try filled()
    #expect {
      try queue.write { try $0.execute(sql: statement) }
    } throws: { "\($0)".contains("the audit log is only added to") }
  }

  /// By somebody who can write the file, and so drop the triggers.
  @Test(
    arguments: [
      ("UPDATE audit_entries SET note = 'x' WHERE sequence = 2", 2), ("DELETE FROM audit_entries WHERE sequence = 2", 3),
      ("UPDATE audit_entries SET before = after, after = NULL WHERE sequence = 3", 3),
      ("DELETE FROM audit_entries WHERE sequence = 1", 2),
      ("UPDATE audit_entries SET who = 'des', deed = 'krules changed' WHERE sequence = 4", 4),
    ] as [(String, Int64)])
  func `shows where it was edited`(statement: String, place: Int64) throws {
    let queue = try filled()
    let found = try queue.write { database in
      try database.execute(sql: "DROP TRIGGER audit_entries_never_change; DROP TRIGGER audit_entries_never_go;")
      try database.execute(sql: statement)
      return try WarehouseReader(database: database).firstBrokenAudit()
    }
    #expect(found == place)
  }
}
