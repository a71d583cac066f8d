/// `quality.yaml`: which checks run over candles, their thresholds, and how bad a failure is.
///
///     gaps: { severity: warning }
///     staleness: { severity: error, intervals: 2 }
public struct QualityConfiguration: Sendable, Equatable {
  /// In the order of the file. A check that is not named does not run.
  public var rules: [Rule]

  public init(_ rules: [Rule]) { self.rules = rules }

  public subscript(name: String) -> Rule? { rules.first { $0.name == name } }

  public struct Rule: Sendable, Equatable {
    /// `gaps`, `grid`, `staleness`, `outlier`, `flat_run`, `zero_volume`, `duplicates`, `future`, `rejected`, `restatement`,
    /// `agreement`.
    public var name: String
    public var severity: Severity
    /// Every threshold of the check, written or standard, by its key.
    public var thresholds: [String: Double]

    public init(_ name: String, severity: Severity, thresholds: [String: Double] = [:]) {
      (self.name, self.severity, self.thresholds) = (name, severity, thresholds)
    }
  }

  public enum Severity: String, Sendable, CaseIterable {
    case info, warning, error
  }

  /// A threshold that a check knows.
  struct Threshold {
    let key: String
    let standard: Double
    let range: ClosedRange<Double>
    var isWhole = true
  }

  static let known: [(name: String, severity: Severity, thresholds: [Threshold])] = [
    ("gaps", .warning, [Threshold(key: "bars", standard: 0, range: 0...1e6)]),
    ("grid", .info, []),
    ("staleness", .error, [Threshold(key: "intervals", standard: 2, range: 1...1e6)]),
    (
      "outlier", .warning,
      [Threshold(key: "z", standard: 12, range: 1...1000, isWhole: false), Threshold(key: "window", standard: 250, range: 10...10_000)]
    ),
    ("flat_run", .warning, [Threshold(key: "bars", standard: 5, range: 2...1e6)]),
    ("zero_volume", .warning, [Threshold(key: "share", standard: 0.05, range: 0...1, isWhole: false)]),
    ("duplicates", .error, []),
    ("future", .error, []),
    ("rejected", .error, [Threshold(key: "rows", standard: 0, range: 0...1e6)]),
    ("restatement", .warning, [Threshold(key: "change", standard: 0.01, range: 0...10, isWhole: false)]),
    (
      "agreement", .warning,
      [Threshold(key: "change", standard: 0.01, range: 0...10, isWhole: false), Threshold(key: "bars", standard: 30, range: 1...10_000)]
    ),
  ]
}

extension QualityConfiguration {
  init(_ root: Tree, _ findings: Findings) {
    rules = []
    guard let section = Section(root, title: "the quality rules", findings: findings) else { return }
    section.refuseKeys(except: Self.known.map(\.name))
    for entry in section.entries {
      guard let known = Self.known.first(where: { $0.name == entry.key }) else { continue }
      guard let rule = Section(entry.value, title: "the rule `\(known.name)`", findings: findings) else { continue }
      rule.refuseKeys(except: ["severity"] + known.thresholds.map(\.key))
      let thresholds = known.thresholds.map { ($0.key, Self.value(of: $0, in: rule)) }
      rules.append(
        Rule(
          known.name, severity: rule.word("severity") ?? known.severity, thresholds: Dictionary(uniqueKeysWithValues: thresholds)))
    }
  }

  private static func value(of threshold: Threshold, in rule: Section) -> Double {
    let written: Double? =
      if threshold.isWhole {
        rule.integer(threshold.key, in: Int(threshold.range.lowerBound)...Int(threshold.range.upperBound)).map(Double.init)
      } else {
        rule.number(threshold.key, in: threshold.range)
      }
    return written ?? threshold.standard
  }
}
