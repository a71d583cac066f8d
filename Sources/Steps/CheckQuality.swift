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
    let keys = try await warehouse.read { try $0.seriesKeys() }
    var rows: [StoredVerdict] = []
    for key in keys {
      try Task.checkCancellation()
      rows += try await warehouse.read { reader in
        let series = try reader.series(key, closedBy: logicalDate, last: CheckQuality.bars)
        let actions = try reader.corporateActions(key.symbol, source: key.source, until: logicalDate)
        let context = QualityRules.Context(asOf: logicalDate, calendar: markets.calendar(of: key), actions: actions)
        return policy.verdicts(on: series, context).map { StoredVerdict($0, of: key) }
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

  func verdicts(on series: CandleSeries, _ context: QualityRules.Context) -> [QualityFinding] {
    rules.judge(series, in: context).compactMap { verdict in
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
