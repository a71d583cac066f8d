internal import GRDB

/// What must hold of a schema, whoever made it.
enum SchemaCheck {
  /// Why a file that was just brought up to date is not as it should be; nil when it is.
  /// - Parameter rowsBefore: no migration forgets a row.
  /// - Complexity: reads the whole file once.
  static func defect(in database: Database, rowsBefore: [String: Int]) throws -> String? {
    if let difference = try differences(in: database).first { return difference }
    let rows = try rows(in: database)
    for (table, before) in rowsBefore.sorted(by: { $0.key < $1.key })
    where !notes.contains(table) && rows[table].map({ $0 != before }) ?? false {
      return "\(table) had \(before) rows and now has \(rows[table]!)"
    }
    return try orphans(in: database).first ?? damage(in: database)
  }

  /// Rows by table.
  static func rows(in database: Database) throws -> [String: Int] {
    let tables = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    let counts = try tables.map { ($0, try Int.fetchOne(database, sql: "SELECT count(*) FROM \"\($0)\"")!) }
    return Dictionary(uniqueKeysWithValues: counts)
  }

  /// In which tables, indexes and triggers the file differs from one that this program makes anew. A table or an index more is somebody's own;
  /// a trigger more would change what is written.
  static func differences(in database: Database) throws -> [String] {
    let (found, expected) = (try objects(in: database), try fresh())
    let names = Set(found.keys).union(expected.keys).sorted()
    return names.compactMap { name in
      switch (found[name], expected[name]) {
      case (.some(let a), .some(let b)): a == b ? nil : "\(name) is not as this program makes it"
      case (nil, .some): "\(name) is missing"
      case (.some, nil): name.hasPrefix("trigger ") ? "\(name) is none of this program's" : nil
      case (nil, nil): nil
      }
    }
  }

  /// Migrations whose text was another one when they were applied.
  static func changedMigrations(in database: Database) throws -> [String] {
    guard try database.tableExists("schema_migrations") else { return [] }
    let kept = try Row.fetchAll(database, sql: "SELECT name, checksum FROM schema_migrations")
    let known = Dictionary(uniqueKeysWithValues: Schema.migrations.map { ($0.name, $0.checksum) })
    return kept.compactMap { row in
      let (name, checksum): (String, String) = (row[0], row[1])
      return known[name].map { $0 == checksum } ?? true ? nil : name
    }
  }

  /// Rows that refer to one that is not there; three at most.
  static func orphans(in database: Database) throws -> [String] {
    try Row.fetchAll(database, sql: "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 3").map {
      "a row of \($0[0] as String) refers to one of \($0[1] as String) that is not there"
    }
  }

  /// What SQLite's own check of the whole file says; nil when it is content.
  static func damage(in database: Database) throws -> String? {
    let said = try String.fetchAll(database, sql: "PRAGMA integrity_check(3)")
    return said == ["ok"] ? nil : said.joined(separator: "; ")
  }

  /// What a migration itself adds rows to.
  private static let notes: Set = ["grdb_migrations", "schema_migrations"]

  /// The SQL of tables, indexes, triggers and views by kind and name.
  private static func objects(in database: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT type || ' ' || name, sql FROM sqlite_master
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'grdb_migrations'
        """)
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, SchemaMigration("", $0[1]).checksum) })
  }

  private static func fresh() throws -> [String: String] {
    let queue = try DatabaseQueue()
    try Schema.migrate(queue, path: ":memory:")
    return try queue.read(objects)
  }
}
