internal import GRDB
public import MarketData
public import Scheduling

/// What became of a signal after so many candles.
public struct SignalOutcome: Sendable, Equatable {
  public var key: SeriesKey
  public var barTime: Instant
  public var strategy: String
  /// Candles, counted from the one at whose open the signal could be acted on.
  public var horizon: Int
  /// The open of that candle, and the close of the last one.
  public var entry, exit: Double
  /// The move in the signal's direction, as a fraction of the entry.
  public var change: Double
  /// When the last candle had closed.
  public var knownAt: Instant

  public init(
    key: SeriesKey, barTime: Instant, strategy: String, horizon: Int, entry: Double, exit: Double, change: Double, knownAt: Instant
  ) {
    (self.key, self.barTime, self.strategy, self.horizon) = (key, barTime, strategy, horizon)
    (self.entry, self.exit, self.change, self.knownAt) = (entry, exit, change, knownAt)
  }
}

/// A signal whose outcome is not known yet.
public struct OpenSignal: Sendable, Equatable {
  public var barTime: Instant
  public var strategy: String
  public var direction: String
  /// The horizons that are known.
  public var scored: Set<Int>
}

/// The outcomes of a strategy at one horizon.
public struct OutcomeRecord: Sendable, Equatable {
  public var strategy: String
  public var horizon: Int
  /// In the order of the signals' bars.
  public var changes: [Double]
}

/// The last quick backtest of a strategy on a series.
public struct StoredBacktest: Sendable, Equatable {
  public var key: SeriesKey
  public var strategy: String
  public var from: Instant
  public var bars, trades: Int
  public var totalReturn, heldReturn, sharpe: Double?
  public var maximumDrawdown: Double

  public init(
    key: SeriesKey, strategy: String, from: Instant, bars: Int, trades: Int, totalReturn: Double?, heldReturn: Double?, sharpe: Double?,
    maximumDrawdown: Double
  ) {
    (self.key, self.strategy, self.from, self.bars, self.trades) = (key, strategy, from, bars, trades)
    (self.totalReturn, self.heldReturn, self.sharpe, self.maximumDrawdown) = (totalReturn, heldReturn, sharpe, maximumDrawdown)
  }
}

extension WarehouseTransaction {
  public func store(_ outcomes: [SignalOutcome]) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO signal_outcomes (source, symbol, interval, bar_time, strategy, horizon, entry, exit, change, known_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for row in outcomes {
      try statement.execute(arguments: [
        row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.barTime.milliseconds, row.strategy, row.horizon, row.entry,
        row.exit, row.change, row.knownAt.milliseconds,
      ])
    }
  }

  /// One row for each strategy and series: the newest replaces the one before.
  public func store(_ rows: [StoredBacktest], logicalDate: Instant) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO backtests (source, symbol, interval, strategy, logical_date, from_time, bars, trades, total_return,
          held_return, sharpe, max_drawdown)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for row in rows {
      try statement.execute(arguments: [
        row.key.source, row.key.symbol.name, row.key.interval.rawValue, row.strategy, logicalDate.milliseconds, row.from.milliseconds,
        row.bars, row.trades, row.totalReturn, row.heldReturn, row.sharpe, row.maximumDrawdown,
      ])
    }
  }

  /// Remembers that rules were tried on a series; one that was tried before keeps its place.
  public func recordTrials(_ trials: [(rule: String, sharpe: Double?)], of key: SeriesKey, at now: Instant) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO backtest_trials (source, symbol, interval, rule, sharpe, tried_at) VALUES (?, ?, ?, ?, ?, ?)
        """)
    for trial in trials {
      try statement.execute(arguments: [
        key.source, key.symbol.name, key.interval.rawValue, trial.rule, trial.sharpe, now.milliseconds,
      ])
    }
  }
}

extension WarehouseReader {
  /// The signals of a series from a bar on, and which of their outcomes are known.
  public func openSignals(of key: SeriesKey, since barTime: Instant) throws -> [OpenSignal] {
    let scored = try Row.fetchAll(
      database,
      sql: """
        SELECT bar_time, strategy, horizon FROM signal_outcomes WHERE source = ? AND symbol = ? AND interval = ? AND bar_time >= ?
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, barTime.milliseconds]
    ).reduce(into: [String: Set<Int>]()) { $0["\($1[0] as Int64) \($1[1] as String)", default: []].insert($1[2]) }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT bar_time, strategy, direction FROM signals WHERE source = ? AND symbol = ? AND interval = ? AND bar_time >= ?
        ORDER BY bar_time, strategy
        """, arguments: [key.source, key.symbol.name, key.interval.rawValue, barTime.milliseconds]
    ).map { row in
      let (time, strategy): (Int64, String) = (row[0], row[1])
      return OpenSignal(
        barTime: Instant(milliseconds: time), strategy: strategy, direction: row[2], scored: scored["\(time) \(strategy)"] ?? [])
    }
  }

  /// The outcomes of every strategy on all series of an interval that were known at a moment; by strategy and horizon.
  public func outcomes(of interval: Interval, knownBy moment: Instant) throws -> [OutcomeRecord] {
    var records: [OutcomeRecord] = []
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT strategy, horizon, change FROM signal_outcomes
        WHERE interval = ? AND known_at <= ? ORDER BY strategy, horizon, bar_time, symbol, source
        """, arguments: [interval.rawValue, moment.milliseconds])
    while let row = try rows.next() {
      let (strategy, horizon): (String, Int) = (row[0], row[1])
      if records.last?.strategy != strategy || records.last?.horizon != horizon {
        records.append(OutcomeRecord(strategy: strategy, horizon: horizon, changes: []))
      }
      records[records.count - 1].changes.append(row[2])
    }
    return records
  }

  /// The quick backtests of a logical date, by symbol, interval, source and strategy.
  public func backtests(at logicalDate: Instant) throws -> [StoredBacktest] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT source, symbol, interval, strategy, from_time, bars, trades, total_return, held_return, sharpe, max_drawdown FROM backtests
        WHERE logical_date = ? ORDER BY symbol, interval, source, strategy
        """, arguments: [logicalDate.milliseconds]
    ).map { row in
      StoredBacktest(
        key: try WarehouseReader.seriesKey(row), strategy: row[3], from: Instant(milliseconds: row[4]), bars: row[5], trades: row[6],
        totalReturn: row[7], heldReturn: row[8], sharpe: row[9], maximumDrawdown: row[10])
    }
  }

  /// Every rule that was tried on a series, with its Sharpe ratio of one bar; nil without deviation.
  public func trials(of key: SeriesKey) throws -> [(rule: String, sharpe: Double?)] {
    try Row.fetchAll(
      database, sql: "SELECT rule, sharpe FROM backtest_trials WHERE source = ? AND symbol = ? AND interval = ? ORDER BY rule",
      arguments: [key.source, key.symbol.name, key.interval.rawValue]
    ).map { ($0[0], $0[1]) }
  }
}
