public import JobGraph
import MarketData
public import Running
import Scheduling
public import Storage

/// `quality.check`: verdicts on every followed series at the logical date, stored for the report. A finding is not a failure of the
/// step: it is what the step is for.
public struct CheckQuality: StepOperation {
  private let warehouse: Warehouse
  private let policy: QualityPolicy
  private let markets: MarketRules

  /// Bars that are judged, so that memory does not grow with history.
  private static let bars = 2000

  public init(_ warehouse: Warehouse, policy: QualityPolicy, markets: MarketRules) {
    (self.warehouse, self.policy, self.markets) = (warehouse, policy, markets)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let (policy, markets, logicalDate) = (policy, markets, context.logicalDate)
    let (keys, stored) = try await warehouse.read { (try $0.seriesKeys(), try $0.storedSeriesKeys()) }
    var rows: [StoredVerdict] = []
    for key in keys {
      try Task.checkCancellation()
      rows += try await warehouse.read { reader in
        let series = try reader.series(key, closedBy: logicalDate, last: CheckQuality.bars)
        let actions = try reader.corporateActions(key.symbol, source: key.source, until: logicalDate)
        let context = QualityRules.Context(asOf: logicalDate, calendar: markets.calendar(of: key), actions: actions)
        let record = try reader.sourceRecord(of: key, since: logicalDate - policy.recent, through: logicalDate)
        let others = try stored.filter { $0.symbol == key.symbol && $0.interval == key.interval && $0.source != key.source }.map {
          ($0.source, try reader.series($0, closedBy: logicalDate, last: CheckQuality.bars))
        }
        return policy.verdicts(on: series, context, record, others: others).map { StoredVerdict($0, of: key) }
      }
    }
    let (found, failed) = (rows, rows.filter { !$0.passed }.count)
    let errors = rows.filter { !$0.passed && $0.severity == "error" }.count
    return try await context.commit(in: warehouse) { transaction in
      try transaction.replaceQualityResults(found, logicalDate: logicalDate)
      return TaskOutcome(
        note: failed == 0 ? "\(keys.count) series, all rules met" : "\(keys.count) series, \(failed) findings, \(errors) of them errors",
        counts: [.init("series", keys.count), .init("findings", failed), .init("errors", errors)])
    }
  }
}

/// Which rules run, with which thresholds, and how bad a finding may be called: `Jobs/config/quality.yaml`.
public struct QualityPolicy: Sendable {
  private var rules = QualityRules()
  /// The severest word for a rule's findings; a rule that is not named does not run.
  private var severities: [QualityVerdict.Rule: QualityVerdict.Severity] = [:]
  private var gapBarsMax = 0

  /// - Parameter value: the mapping of quality.yaml.
  /// - Throws: ``JobGraph/TaskFailure`` for a threshold out of range.
  public init(_ value: JobValue?) throws {
    guard case .map(let entries)? = value else { throw TaskFailure(.permanent, "`rules` is no mapping; give `$config.quality`") }
    var limits: [String: Double] = [:]
    for entry in entries {
      let severity: QualityVerdict.Severity
      switch entry.value["severity"] {
      case .string(let word)?: severity = QualityVerdict.Severity(rawValue: word) ?? .warning
      default: severity = .warning
      }
      for rule in QualityPolicy.rules(named: entry.key) { severities[rule] = severity }
      for (threshold, limit) in QualityPolicy.limits[entry.key] ?? [:] { limits[limit] = entry.value[threshold]?.number }
      if entry.key == "gaps", let bars = entry.value["bars"]?.number { gapBarsMax = Int(bars) }
    }
    do {
      rules = try QualityRules(limits)
    } catch {
      throw TaskFailure(.permanent, "Jobs/config/quality.yaml: \(error)")
    }
  }

  /// How far back what is new lies.
  var recent: Duration { .days(rules.recentDays) }

  /// - Parameter others: the same series from other sources, by source.
  func verdicts(
    on series: CandleSeries, _ context: QualityRules.Context, _ record: SourceRecord = SourceRecord(),
    others: [(source: String, series: CandleSeries)] = []
  ) -> [QualityFinding] {
    let disagreement = others.compactMap { rules.agreement(of: series, with: $0.series, from: $0.source) }
      .max { ($0.passed ? 0 : 1, $0.value ?? 0) < ($1.passed ? 0 : 1, $1.value ?? 0) }
    let verdicts = rules.judge(series, in: context) + rules.judge(record, of: series) + (disagreement.map { [$0] } ?? [])
    return verdicts.compactMap { verdict in
      guard let most = severities[verdict.rule] else { return nil }
      let isTolerated = verdict.rule == .gaps && verdict.count <= gapBarsMax
      return QualityFinding(verdict: verdict, passed: verdict.passed || isTolerated, severity: min(verdict.severity, most))
    }
  }

  private static func rules(named name: String) -> [QualityVerdict.Rule] {
    switch name {
    case "gaps": [.gaps, .sessions]
    case "outlier": [.outliers]
    default: QualityVerdict.Rule(rawValue: name).map { [$0] } ?? []
    }
  }

  /// The limit that a threshold of a rule sets.
  private static let limits = [
    "staleness": ["intervals": "stale_error_bars"], "outlier": ["z": "outlier_z", "window": "window"],
    "flat_run": ["bars": "flat_run_bars"], "zero_volume": ["share": "zero_volume_share_max"],
    "rejected": ["rows": "rejected_rows_max"], "restatement": ["change": "restated_move_max"],
    "agreement": ["change": "agreement_move_max", "bars": "agreement_bars"],
  ]
}

/// A verdict under the policy.
struct QualityFinding: Sendable {
  let verdict: QualityVerdict
  let passed: Bool
  let severity: QualityVerdict.Severity
}

extension StoredVerdict {
  init(_ finding: QualityFinding, of key: SeriesKey) {
    let verdict = finding.verdict
    self.init(
      key: key, rule: verdict.rule.rawValue, severity: finding.severity.rawValue, passed: finding.passed,
      observed: verdict.value ?? Double(verdict.count), sentence: verdict.sentence)
  }
}

extension JobValue {
  /// The number that this is; nil when it is none.
  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
}
