internal import GRDB
public import Scheduling

/// A line of the audit log.
public struct AuditEntry: Sendable, Equatable {
  public var at: Instant
  public var who: String
  public var deed: String
  public var object: String
  /// SHA-256 in hexadecimal.
  public var before: String?
  public var after: String?
  public var note: String?

  public init(at: Instant, who: String, deed: String, object: String, before: String? = nil, after: String? = nil, note: String? = nil) {
    (self.at, self.who, self.deed, self.object) = (at, who, deed, object)
    (self.before, self.after, self.note) = (before, after, note)
  }

  /// The chain's next link. Every part has its length before it, so that no two rows have the same bytes.
  func chain(after previous: String, sequence: Int64) -> String {
    let parts = [previous, String(sequence), String(at.milliseconds), who, deed, object, before, after, note]
    let text = parts.map { part in part.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: SHA256.hash(Array(text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension WarehouseTransaction {
  /// Adds a line to the audit log.
  public func audit(_ entry: AuditEntry) throws {
    let last = try Row.fetchOne(database, sql: "SELECT sequence, chain FROM audit_entries ORDER BY sequence DESC LIMIT 1")
    let (sequence, previous): (Int64, String) = last.map { ($0[0] + 1, $0[1]) } ?? (1, "")
    try database.execute(
      sql: "INSERT INTO audit_entries (sequence, at, who, deed, object, before, after, note, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        sequence, entry.at.milliseconds, entry.who, entry.deed, entry.object, entry.before, entry.after, entry.note,
        entry.chain(after: previous, sequence: sequence),
      ])
  }
}

extension WarehouseReader {
  private static let auditColumns = "sequence, at, who, deed, object, before, after, note, chain"

  /// The newest lines of the audit log, the newest first.
  public func auditEntries(limit: Int) throws -> [(sequence: Int64, entry: AuditEntry)] {
    try Row.fetchAll(
      database, sql: "SELECT \(WarehouseReader.auditColumns) FROM audit_entries ORDER BY sequence DESC LIMIT ?", arguments: [limit]
    ).map { ($0[0], WarehouseReader.auditEntry($0)) }
  }

  /// How many lines the audit log has.
  public func auditCount() throws -> Int { try Int.fetchOne(database, sql: "SELECT count(*) FROM audit_entries") ?? 0 }

  /// The first line that is not as it was written, or comes after one that is missing; nil when all are right.
  ///
  /// That lines are missing at the end does not show.
  /// - Complexity: O(lines), in constant memory.
  public func firstBrokenAudit() throws -> Int64? {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT \(WarehouseReader.auditColumns) FROM audit_entries ORDER BY sequence")
    var (lines, previous): (Int64, String) = (0, "")
    while let row = try rows.next() {
      let (sequence, chain): (Int64, String) = (row[0], row[8])
      lines += 1
      let isRight = sequence == lines && chain == WarehouseReader.auditEntry(row).chain(after: previous, sequence: sequence)
      guard isRight else { return sequence }
      previous = chain
    }
    return nil
  }

  private static func auditEntry(_ row: Row) -> AuditEntry {
    AuditEntry(
      at: Instant(milliseconds: row[1]), who: row[2], deed: row[3], object: row[4], before: row[5], after: row[6], note: row[7])
  }
}
