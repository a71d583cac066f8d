public import MarketData

/// `retention.yaml`: how long what is kept, counted from the logical date of the run that prunes.
///
///     raw_responses: 400d
///     reports: forever
///     runs: { age: 2y, count: 5000 }
///     candles: { 1m: 30d, 1d: forever }
///     roll_up: [1h, 1d]
public struct RetentionConfiguration: Sendable, Equatable {
  /// By name of the table; one that is not named is kept for ever.
  public var tables: [String: Retention] = [:]
  /// An interval that is not named is kept for ever.
  public var candles: [Interval: Retention] = [:]
  /// The intervals into which shorter candles are rolled before they are forgotten.
  public var rollUp: [RolledInterval] = RolledInterval.allCases

  public init() {}

  /// The tables that may be named. Of `runs` the tasks, attempts and events go along; of `raw_responses` the bodies; of
  /// `depth_snapshots` the levels.
  public static let tableNames = [
    "raw_responses", "runs", "quality_results", "reports", "signals", "signal_outcomes", "indicator_values", "volume_states", "regimes",
    "patterns", "tickers", "depth_snapshots", "trades", "agg_trades", "quarantine", "candle_revisions", "notifications",
    "bridge_prices", "bridge_events", "bridge_gaps", "alerts",
  ]
}

/// What shorter candles can be rolled up into.
public enum RolledInterval: String, Sendable, CaseIterable {
  case hour = "1h"
  case day = "1d"
}

/// How long something is kept.
public enum Retention: Sendable, Hashable {
  case forever
  /// At least a day, so that a run never prunes what it has just made.
  case keep(Duration)
  /// The newest, so many of them, and none beyond an age; rows of a table, candles of each series.
  case newest(Int, within: Duration?)
}

extension RetentionConfiguration {
  init(_ root: Tree, _ findings: Findings) {
    guard let section = Section(root, title: "the retention", findings: findings) else { return }
    section.refuseKeys(except: Self.tableNames + ["candles", "roll_up"])
    for name in Self.tableNames { tables[name] = section[name].flatMap { Self.retention($0, name, findings) } }
    if section["roll_up"] != nil {
      rollUp = section.texts("roll_up").compactMap { findings.word($0, of: "an interval to roll up into") }
    }
    guard let candles = section.section("candles", title: "`candles`") else { return }
    for entry in candles.entries {
      guard let interval: Interval = findings.word(Located(value: entry.key, spot: entry.keySpot), of: "an interval") else { continue }
      self.candles[interval] = Self.retention(entry.value, entry.key, findings)
    }
  }

  private static func retention(_ tree: Tree, _ key: String, _ findings: Findings) -> Retention? {
    guard case .mapping = tree.content else { return age(tree, key, findings) }
    guard let section = Section(tree, title: "`\(key)`", findings: findings) else { return nil }
    section.refuseKeys(except: ["age", "count"])
    let old = section["age"].flatMap { Self.age($0, "age", findings) }
    let within: Duration? = if case .keep(let duration)? = old { duration } else { nil }
    guard let count = section.integer("count", in: 1...Int.max) else { return old }
    return .newest(count, within: within)
  }

  private static func age(_ tree: Tree, _ key: String, _ findings: Findings) -> Retention? {
    if case .scalar(let scalar) = tree.content, scalar.text == "forever" { return .forever }
    guard let text = findings.text(tree, of: "`\(key)`", wanted: "a duration such as `400d`, or `forever`") else { return nil }
    guard let duration = DurationText.parse(text.value) else {
      findings.add(
        .badDuration, at: text.spot, "`\(key)` is `\(text.value)`", label: "not a duration",
        expected: DurationText.expectation + ", or `forever`", nearest: findings.nearest("word", to: text.value, in: ["forever"]))
      return nil
    }
    guard duration >= .seconds(86_400) else {
      findings.add(.outOfRange, at: text.spot, "`\(key)` is `\(text.value)`", label: "expected a day or more")
      return nil
    }
    return .keep(duration)
  }
}
