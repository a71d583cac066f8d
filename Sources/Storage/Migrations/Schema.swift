internal import GRDB

/// The schema of the warehouse, as append-only migrations named for their intent.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 market data") { try $0.execute(sql: Schema.marketData) }
    migrator.registerMigration("0002 findings") { try $0.execute(sql: Schema.findings) }
    migrator.registerMigration("0003 runs") { try $0.execute(sql: Schema.runs) }
    migrator.registerMigration("0004 limits and mirror") { try $0.execute(sql: Schema.limitsAndMirror) }
    migrator.registerMigration("0005 schedule") { try $0.execute(sql: Schema.schedule) }
    migrator.registerMigration("0006 decisions") { try $0.execute(sql: Schema.decisions) }
    migrator.registerMigration("0008 runs by number") { try $0.execute(sql: Schema.runsByNumber) }
    migrator.registerMigration("0009 requests of runs") { try $0.execute(sql: Schema.requests) }
    migrator.registerMigration("0010 requests on their way") { try $0.execute(sql: Schema.requestsOnTheirWay) }
    migrator.registerMigration("0011 holes, depth and trades") { try $0.execute(sql: Schema.binanceMarket) }
    migrator.registerMigration("0012 rolled candles") { try $0.execute(sql: Schema.rolledCandles) }
    migrator.registerMigration("0013 reference data") { try $0.execute(sql: Schema.referenceData) }
    return migrator
  }

  static func migrate(_ database: any DatabaseWriter, path: String) throws {
    try database.read { try refuseNewer($0, path: path) }
    try migrator.migrate(database)
  }

  static func refuseNewer(_ database: Database, path: String) throws {
    guard try database.tableExists("grdb_migrations") else { return }
    let known = Set(migrator.migrations)
    let applied = try String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
    if let foreign = applied.first(where: { !known.contains($0) }) { throw WarehouseError.newerSchema(path: path, found: foreign) }
  }
}
