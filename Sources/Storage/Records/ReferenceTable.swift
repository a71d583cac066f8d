internal import GRDB
public import MarketData
public import Scheduling

/// The tables of what providers tell beside prices: rows replaced by their key.
public enum ReferenceTable: String, Sendable, CaseIterable {
  case quotes, earnings, news, listings, movers
  case companyOverviews = "company_overviews"
  case newsSymbols = "news_symbols"
  case marketStates = "market_states"
  case symbolMatches = "symbol_matches"
}

/// A row by the names of its columns, without the source.
public struct ReferenceRow: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    case text(String)
    case number(Double)
    case integer(Int64)
  }

  /// What is missing in it is NULL.
  public private(set) var values: [String: Value] = [:]

  public init() {}

  public mutating func set(_ column: String, _ text: String?) { values[column] = text.map(Value.text) }
  public mutating func set(_ column: String, _ number: Double?) { values[column] = number.map(Value.number) }
  public mutating func set(_ column: String, _ integer: Int?) { values[column] = integer.map { .integer(Int64($0)) } }
  public mutating func set(_ column: String, _ symbol: Symbol) { values[column] = .text(symbol.name) }
  public mutating func set(_ column: String, _ instant: Instant) { values[column] = .integer(instant.milliseconds) }
  public mutating func set(_ column: String, _ day: CivilDate?) { values[column] = day.map { .integer($0.midnight.milliseconds) } }
}

extension WarehouseTransaction {
  /// Writes rows by their natural key; a row that is there is replaced.
  ///
  /// - Precondition: each column is one of the table: names are the program's own, never a provider's.
  public func replace(_ rows: [ReferenceRow], in table: ReferenceTable, source: String) throws {
    guard !rows.isEmpty else { return }
    let columns = try database.columns(in: table.rawValue).map(\.name)
    precondition(rows.allSatisfy { $0.values.keys.allSatisfy(columns.contains) }, "a row of \(table.rawValue) names an unknown column")
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO \(table.rawValue) (\(columns.joined(separator: ", "))) VALUES (\(marks))")
    for row in rows {
      let values: [(any DatabaseValueConvertible)?] = columns.map { $0 == "source" ? source : row.values[$0]?.databaseValue }
      try statement.execute(arguments: StatementArguments(values))
    }
  }

  /// Forgets the matches of an earlier search of the same words, of which there may have been more.
  public func removeMatches(of keywords: String, source: String) throws {
    try database.execute(sql: "DELETE FROM symbol_matches WHERE source = ? AND keywords = ?", arguments: [source, keywords])
  }
}

extension ReferenceRow.Value {
  fileprivate var databaseValue: any DatabaseValueConvertible {
    switch self {
    case .text(let text): text
    case .number(let number): number
    case .integer(let integer): integer
    }
  }
}
