import Foundation
import GRDB
import Testing

@testable import Storage

/// docs/data-dictionary.md is made from the schema: names, types and keys from the database that the migrations leave, meanings from the
/// comments of their SQL. `RECORD_SNAPSHOTS=1 swift test` writes the file anew; the diff is reviewed like code.
@Suite struct `The data dictionary` {
  @Test func `says what the schema says`() throws {
    let dictionary = try DataDictionary()
    #expect(dictionary.columnsWithoutMeaning == [], "write a comment behind the column in Sources/Storage/Migrations")
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/data-dictionary.md").standardized
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try dictionary.text.write(to: file, atomically: true, encoding: .utf8)
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    #expect(written == dictionary.text, "docs/data-dictionary.md is out of date; RECORD_SNAPSHOTS=1 swift test writes it anew")
  }
}

/// The schema in words.
private struct DataDictionary {
  let tables: [Table]

  struct Table {
    var name: String
    var meaning: String
    var columns: [Column]
    var foreignKeys: [String]
    var indexes: [String]
  }

  struct Column {
    var name: String
    var type: String
    var isOptional: Bool
    /// Its place in the primary key, from 1; 0 when it is not part of it.
    var keyPlace: Int
    var meaning: String
  }

  /// Columns that mean the same in every table.
  private static let common = [
    "source": "who said it: `binance`, `alphavantage`, …", "symbol": "as its market writes it: `BTCUSDT`, `AAPL`",
    "interval": "length of the candle: `1d`, `1h`, …", "open_time": "start of the candle", "close_time": "end of the candle",
    "open": "first price", "high": "highest price", "low": "lowest price", "close": "last price",
    "volume": "amount traded, in units of what is bought", "logical_date": "the instant that the run is about",
    "response_hash": "the response it came from: `raw_responses.body_hash`", "provider": "its name in providers.yaml",
    "run_id": "`runs.id`", "job": "name of the job", "step": "name of the step",
    "task": "the values of `each`, joined by `/`; empty for a step without it", "started_at": "by the computer's clock",
    "ended_at": "by the computer's clock", "slot_start": "start of the slot", "slot_end": "end of the slot",
    "last_open_time": "of the candles that it brought",
  ]

  init() throws {
    let database = try DatabaseQueue()
    try Schema.migrate(database, path: ":memory:")
    let comments = try SchemaComments()
    tables = try database.read { database in
      let names = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      return try names.filter { $0 != "grdb_migrations" }.map { try DataDictionary.table($0, comments, database) }
    }
  }

  private static func table(_ name: String, _ comments: SchemaComments, _ database: Database) throws -> Table {
    let columns = try Row.fetchAll(database, sql: "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?)", arguments: [name]).map {
      let column: String = $0[0]
      let meaning = comments.column[name + "." + column] ?? common[column] ?? ""
      return Column(name: column, type: $0[1], isOptional: $0[2] == 0 && $0[3] == 0, keyPlace: $0[3], meaning: meaning)
    }
    let keys = try Row.fetchAll(
      database, sql: "SELECT \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list(?)", arguments: [name]
    ).map { "`\($0[0] as String)` refers to `\($0[1] as String).\($0[2] as String)`, on delete \(($0[3] as String).lowercased())" }
    let indexes = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name",
      arguments: [name]
    ).map { index in
      let parts = try String.fetchAll(database, sql: "SELECT name FROM pragma_index_info(?)", arguments: [index])
      return "`\(index)` on (\(parts.joined(separator: ", ")))"
    }
    return Table(name: name, meaning: comments.table[name] ?? "", columns: columns, foreignKeys: keys, indexes: indexes)
  }

  var columnsWithoutMeaning: [String] {
    tables.filter(\.meaning.isEmpty).map(\.name)
      + tables.flatMap { table in table.columns.filter(\.meaning.isEmpty).map { "\(table.name).\($0.name)" } }
  }

  var text: String {
    let intro = """
      # Data dictionary

      What the warehouse, `data/jobs.sqlite`, holds. This page is made from the schema by a test
      (Tests/StorageTests/DataDictionaryTests.swift), which fails when the two differ; the meanings are the comments in
      Sources/Storage/Migrations.

      Every time is an INTEGER: milliseconds since 1970-01-01T00:00:00Z. Prices and amounts are REAL; the provider's exact
      text is in the raw store. NULL means missing, never zero. All tables are STRICT. `grdb_migrations` lists the migrations
      that were applied.

          sqlite3 -readonly data/jobs.sqlite "
            SELECT datetime(open_time / 1000, 'unixepoch'), close FROM candles
            WHERE symbol = 'BTCUSDT' AND interval = '1d' ORDER BY open_time DESC LIMIT 5"

      """
    return ([intro] + tables.map(DataDictionary.section)).joined(separator: "\n")
  }

  private static func section(_ table: Table) -> String {
    var lines = ["## \(table.name)", "", table.meaning, "", "| column | type | key | meaning |", "| --- | --- | --- | --- |"]
    lines += table.columns.map { column in
      let key = column.keyPlace > 0 ? "\(column.keyPlace)" : ""
      return "| `\(column.name)` | \(column.type)\(column.isOptional ? ", NULL" : "") | \(key) | \(column.meaning) |"
    }
    let notes = table.foreignKeys + table.indexes.map { "index " + $0 }
    if !notes.isEmpty { lines += [""] + notes.map { "- " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The comments of the migrations' SQL. One above `CREATE TABLE` is the table's; one behind columns is that of the last column of its line.
private struct SchemaComments {
  private(set) var table: [String: String] = [:]
  /// By `table.column`.
  private(set) var column: [String: String] = [:]

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Storage/Migrations").standardized
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "swift" {
      read(try String(contentsOf: file, encoding: .utf8))
    }
  }

  private mutating func read(_ text: String) {
    var (current, above): (String?, String?) = (nil, nil)
    for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      let start = line.range(of: "--")
      let sql = line[..<(start?.lowerBound ?? line.endIndex)].trimmingCharacters(in: .whitespaces)
      let comment = start.map { line[$0.upperBound...].trimmingCharacters(in: .whitespaces) }
      if sql.isEmpty, let comment { above = comment }
      if let match = sql.firstMatch(of: /CREATE TABLE (\w+)/) {
        current = String(match.1)
        table[String(match.1)] = above.map { $0.hasSuffix(".") ? $0 : $0 + "." }
        above = nil
      }
      if let match = sql.firstMatch(of: /ALTER TABLE (\w+) ADD COLUMN/) { current = String(match.1) }
      if let current { readColumns(sql, comment, of: current) }
      if sql.hasPrefix(")") || sql.hasSuffix(";") { current = nil }
    }
  }

  private mutating func readColumns(_ sql: String, _ comment: String?, of table: String) {
    for choice in sql.matches(of: /CHECK \((\w+) IN \(([^)]*)\)/) {
      column["\(table).\(choice.1)"] = choice.2.split(separator: ", ").map { "`\($0.filter { $0 != "'" })`" }.joined(separator: ", ")
    }
    let definitions = sql.matches(of: /(\w+) (?:INTEGER|REAL|TEXT|BLOB)\b/)
    guard let comment, let last = definitions.last else { return }
    let key = "\(table).\(last.1)"
    column[key] = [column[key], comment].compactMap(\.self).joined(separator: ": ")
  }
}
