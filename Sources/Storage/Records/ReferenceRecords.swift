internal import GRDB
public import MarketData
public import Scheduling

/// What one euro was worth on a day.
public struct ReferenceRateRow: Sendable, Equatable {
  public var currency: String
  public var date: CivilDate
  public var rate: Double

  public init(currency: String, date: CivilDate, rate: Double) {
    (self.currency, self.date, self.rate) = (currency, date, rate)
  }
}

/// A company of a register.
public struct CompanyRow: Sendable, Equatable {
  public var symbol: Symbol
  public var cik: String
  public var title: String

  public init(symbol: Symbol, cik: String, title: String) {
    (self.symbol, self.cik, self.title) = (symbol, cik, title)
  }
}

extension WarehouseTransaction {
  /// Writes rates by their natural key; a changed one keeps what it said before.
  /// - Returns: how many days and currencies are new, and how many were restated.
  public func upsert(
    _ rates: [ReferenceRateRow], source: String, responseHash: String, seenAt logicalDate: Instant
  ) throws -> (new: Int, restated: Int) {
    let known = try database.cachedStatement(sql: "SELECT rate FROM reference_rates WHERE source = ? AND currency = ? AND date = ?")
    let insert = try database.cachedStatement(
      sql: "INSERT INTO reference_rates (source, currency, date, rate, response_hash) VALUES (?, ?, ?, ?, ?)")
    let update = try database.cachedStatement(
      sql: """
        UPDATE reference_rates SET replaced_rate = rate, replaced_at = ?, rate = ?, response_hash = ?
        WHERE source = ? AND currency = ? AND date = ?
        """)
    var changes = (new: 0, restated: 0)
    for row in rates {
      let date = row.date.midnight.milliseconds
      guard let old = try Double.fetchOne(known, arguments: [source, row.currency, date]) else {
        try insert.execute(arguments: [source, row.currency, date, row.rate, responseHash])
        changes.new += 1
        continue
      }
      guard old != row.rate else { continue }
      try update.execute(arguments: [logicalDate.milliseconds, row.rate, responseHash, source, row.currency, date])
      changes.restated += 1
    }
    return changes
  }

  /// Replaces the descriptions of a register's companies; those no longer listed keep their last one.
  /// - Parameter companies: the largest first.
  public func upsert(_ companies: [CompanyRow], source: String, describedAt logicalDate: Instant) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO companies (source, symbol, cik, title, place, described_at) VALUES (?, ?, ?, ?, ?, ?)
        """)
    for (index, row) in companies.enumerated() {
      try statement.execute(arguments: [source, row.symbol.name, row.cik, row.title, index + 1, logicalDate.milliseconds])
    }
  }
}

extension WarehouseReader {
  /// The rate of a currency on a day, or on the last earlier day that has one: there is none on weekends and holidays.
  ///
  /// - Returns: the rate with the day that it is of, which may be another than was asked for; nil when there is none up to that day.
  public func referenceRate(_ currency: String, source: String, on day: CivilDate) throws -> ReferenceRateRow? {
    try Row.fetchOne(
      database,
      sql: "SELECT date, rate FROM reference_rates WHERE source = ? AND currency = ? AND date <= ? ORDER BY date DESC LIMIT 1",
      arguments: [source, currency, day.midnight.milliseconds]
    ).map { ReferenceRateRow(currency: currency, date: Instant(milliseconds: $0[0]).utcDay, rate: $0[1]) }
  }

  /// The last day of a source that has rates; nil when there is none.
  public func lastReferenceDay(source: String) throws -> CivilDate? {
    try Int64.fetchOne(database, sql: "SELECT max(date) FROM reference_rates WHERE source = ?", arguments: [source])
      .map { Instant(milliseconds: $0).utcDay }
  }

  /// The company that a register knows under a ticker.
  public func company(_ symbol: Symbol, source: String) throws -> CompanyRow? {
    try Row.fetchOne(
      database, sql: "SELECT cik, title FROM companies WHERE source = ? AND symbol = ?", arguments: [source, symbol.name]
    ).map { CompanyRow(symbol: symbol, cik: $0[0], title: $0[1]) }
  }
}
