internal import GRDB
public import Scheduling

/// Where the schema of a warehouse stands.
public struct SchemaStatus: Sendable {
  /// One migration, applied or not.
  public struct Entry: Sendable, Equatable {
    public let name: String
    /// Nil: not applied, or before this was kept.
    public let appliedAt: Instant?
    /// The version of the program that applied it; nil as above.
    public let program: String?
    public let isApplied: Bool
    /// Whether its text is the one that was applied.
    public let isUnchanged: Bool
  }

  /// All migrations of this program, and those of the file that it does not know, in order.
  public let entries: [Entry]

  public var pending: [Entry] { entries.filter { !$0.isApplied } }
  /// Whether the file keeps what was imported.
  public var knowsImports: Bool { entries.contains { $0.isApplied && $0.name.hasPrefix("0017") } }
}

extension WarehouseReader {
  /// - Complexity: O(migrations).
  public func schemaStatus() throws -> SchemaStatus {
    let applied = Set(try Schema.applied(in: database))
    let changed = Set(try SchemaCheck.changedMigrations(in: database))
    var kept: [String: (Int64?, String?)] = [:]
    if try database.tableExists("schema_migrations") {
      for row in try Row.fetchAll(database, sql: "SELECT name, applied_at, program FROM schema_migrations") {
        kept[row[0]] = (row[1], row[2])
      }
    }
    let names = applied.union(Schema.migrations.map(\.name)).sorted()
    return SchemaStatus(
      entries: names.map { name in
        let (at, program) = kept[name] ?? (nil, nil)
        return SchemaStatus.Entry(
          name: name, appliedAt: at.map { Instant(milliseconds: $0) }, program: program, isApplied: applied.contains(name),
          isUnchanged: !changed.contains(name))
      })
  }

  /// What is wrong with the file, in sentences; empty when nothing is. A schema that is only older is not wrong.
  /// - Complexity: reads the whole file.
  public func schemaDefects() throws -> [String] {
    var defects = try SchemaCheck.changedMigrations(in: database).map { "the migration `\($0)` had another text when it was applied" }
    if try Schema.pending(in: database).isEmpty { defects += try SchemaCheck.differences(in: database) }
    defects += try SchemaCheck.orphans(in: database)
    if let damage = try SchemaCheck.damage(in: database) { defects.append("SQLite finds: \(damage)") }
    return defects
  }
}
