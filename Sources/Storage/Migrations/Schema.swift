internal import GRDB

/// The schema of the warehouse, as append-only migrations named for their intent.
enum Schema {
  static let migrations = [
    SchemaMigration("0001 market data", marketData),
    SchemaMigration("0002 findings", findings),
    SchemaMigration("0003 runs", runs),
    SchemaMigration("0004 limits and mirror", limitsAndMirror),
    SchemaMigration("0005 schedule", schedule),
    SchemaMigration("0006 decisions", decisions),
    SchemaMigration("0008 runs by number", runsByNumber),
    SchemaMigration("0009 requests of runs", requests),
    SchemaMigration("0010 requests on their way", requestsOnTheirWay),
    SchemaMigration("0011 holes, depth and trades", binanceMarket),
    SchemaMigration("0012 rolled candles", rolledCandles),
    SchemaMigration("0013 reference data", referenceData),
    SchemaMigration("0016 checksums of migrations", checksums),
    SchemaMigration("0017 imports", imports),
    SchemaMigration("0018 analyses", analyses),
    SchemaMigration("0019 twin", twin),
    SchemaMigration("0020 sinks", sinks),
    SchemaMigration("0021 bridge", bridge),
    SchemaMigration("0022 notify", notify),
    SchemaMigration("0023 users", users),
    SchemaMigration("0024 alerts", alerts),
    SchemaMigration("0025 alert memory", alertMemory),
    SchemaMigration("0026 mutes", mutes),
    SchemaMigration("0027 hours of the bridge", bridgeHours),
    SchemaMigration("0029 audit", audit),
    SchemaMigration("0031 told states", toldStates),
  ]

  /// The migrations that were applied, by name, in order; empty for what is no warehouse.
  static func applied(in database: Database) throws -> [String] {
    guard try database.tableExists("grdb_migrations") else { return [] }
    return try String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
  }

  /// Those that were not applied yet, in order.
  static func pending(in database: Database) throws -> [SchemaMigration] {
    let applied = Set(try applied(in: database))
    return migrations.filter { !applied.contains($0.name) }
  }

  /// That the file is of an older schema; nil when it is not.
  static func agedness(of database: Database, path: String) throws -> WarehouseError? {
    guard try !pending(in: database).isEmpty else { return nil }
    return .olderSchema(path: path, found: try applied(in: database).last ?? "none")
  }

  static func refuseNewer(_ database: Database, path: String) throws {
    let known = Set(migrations.map(\.name))
    guard let foreign = try applied(in: database).first(where: { !known.contains($0) }) else { return }
    throw WarehouseError.newerSchema(path: path, found: foreign, program: try newestProgram(in: database))
  }

  /// The version of the program that applied the newest migration; nil when that was not kept.
  private static func newestProgram(in database: Database) throws -> String? {
    guard try database.tableExists("schema_migrations"),
      try database.columns(in: "schema_migrations").contains(where: { $0.name == "program" })
    else { return nil }
    return try String.fetchOne(database, sql: "SELECT program FROM schema_migrations ORDER BY name DESC LIMIT 1")
  }
}
