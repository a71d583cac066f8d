public import MarketData
import Scheduling

/// How long each kind of data is kept before a logical date; what is not named is kept for ever.
public struct RetentionRules: Sendable, Equatable {
  public var tables: [RetainedTable: Kept]
  public var candles: [Interval: Kept]
  /// The intervals into which shorter candles are rolled before they are forgotten, where the source has delivered no such bar.
  public var rollUp: [Interval]

  /// Until when something is kept: what is older than the age, and what is beyond the count, is forgotten.
  public struct Kept: Sendable, Equatable {
    public var age: Duration?
    /// So many of the newest: rows of a table, candles of each series.
    public var count: Int?

    public init(age: Duration? = nil, count: Int? = nil) { (self.age, self.count) = (age, count) }
  }

  /// What an interval can be rolled up into.
  public static let rolled: [Interval] = [.hour1, .day1]

  public init(tables: [RetainedTable: Kept] = [:], candles: [Interval: Kept] = [:], rollUp: [Interval] = RetentionRules.rolled) {
    (self.tables, self.candles, self.rollUp) = (tables, candles, rollUp)
  }
}

/// The tables that can be forgotten by age or number.
public enum RetainedTable: String, Sendable, CaseIterable, Comparable {
  case rawResponses = "raw_responses"
  case runs, signals, alerts, tickers, quarantine, reports
  case qualityResults = "quality_results"
  case candleRevisions = "candle_revisions"
  case indicatorValues = "indicator_values"
  case volumeStates = "volume_states"
  case signalOutcomes = "signal_outcomes"
  case aggTrades = "agg_trades"
  case depthSnapshots = "depth_snapshots"
  case regimes, patterns, trades
  case notifications
  case bridgePrices = "bridge_prices"
  case bridgeEvents = "bridge_events"
  case bridgeGaps = "bridge_gaps"

  /// The time from which the age of a row counts.
  var time: String {
    switch self {
    // What was fetched or run for an old date is as young as its making.
    case .rawResponses: "max(logical_date, received_at)"
    case .runs: "max(logical_date, started_at)"
    case .signals, .alerts: "valid_from"
    case .candleRevisions: "replaced_at"
    case .tickers, .quarantine, .reports, .qualityResults, .depthSnapshots: "logical_date"
    case .indicatorValues, .volumeStates, .regimes: "open_time"
    case .patterns: "end_time"
    case .signalOutcomes: "known_at"
    case .trades, .aggTrades: "traded_at"
    case .notifications: "queued_at"
    case .bridgePrices, .bridgeEvents: "received_at"
    case .bridgeGaps: "to_time"
    }
  }

  /// What must hold of a row besides: the run that prunes, and others under way, stay, and so does what is still to be told.
  var condition: String {
    switch self {
    case .runs: "state <> 'running'"
    case .notifications: "state NOT IN ('waiting', 'sending')"
    // What the realtime database was not told of is told first.
    case .bridgeEvents: "told = 1"
    default: "true"
    }
  }

  /// So many rows go in one transaction; with a run go its tasks, attempts and log, with a snapshot of depth its levels.
  var batch: Int {
    switch self {
    case .runs: 20
    case .depthSnapshots: 50
    default: Pruned.batch
    }
  }

  public static func < (a: RetainedTable, b: RetainedTable) -> Bool { a.rawValue < b.rawValue }
}

/// What pruning deletes, or would delete: rows by table, and the bodies that no row names any more.
public struct PruneReport: Sendable, Equatable {
  public var rows: [Deleted]
  public var orphanedBodies: [String]
  /// The folders of reports, relative to the reports folder.
  public var reportFolders: [String]
  /// How many days lie between the logical date and the newest run before it; nil when there was none.
  public var daysSinceLastRun: Int?

  public init(rows: [Deleted], orphanedBodies: [String], reportFolders: [String]) {
    (self.rows, self.orphanedBodies, self.reportFolders) = (rows, orphanedBodies, reportFolders)
  }

  public struct Deleted: Sendable, Equatable {
    public var table: String
    public var rows: Int
    /// All rows of the table, kept ones too.
    public var all: Int

    public init(table: String, rows: Int, all: Int) { (self.table, self.rows, self.all) = (table, rows, all) }
  }

  /// Nothing.
  public static let none = PruneReport(rows: [], orphanedBodies: [], reportFolders: [])

  public var total: Int { rows.reduce(0) { $0 + $1.rows } }
}
