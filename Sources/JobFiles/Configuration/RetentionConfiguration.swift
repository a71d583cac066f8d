public import MarketData

/// `retention.yaml`: how long what is kept, counted from the logical date of the run that prunes.
///
///     raw_responses: 400d
///     reports: forever
///     candles: { 1m: 30d, 1d: forever }
public struct RetentionConfiguration: Sendable, Equatable {
  /// Landed responses.
  public var rawResponses: Retention = .forever
  /// Runs with their tasks, attempts and events.
  public var runs: Retention = .forever
  public var qualityResults: Retention = .forever
  public var reports: Retention = .forever
  /// An interval that is not named is kept for ever.
  public var candles: [Interval: Retention] = [:]

  public init() {}
}

/// How long something is kept.
public enum Retention: Sendable, Hashable {
  case forever
  /// At least a day, so that a run never prunes what it has just made.
  case keep(Duration)
}

extension RetentionConfiguration {
  init(_ root: Tree, _ findings: Findings) {
    guard let section = Section(root, title: "the retention", findings: findings) else { return }
    section.refuseKeys(except: ["raw_responses", "runs", "quality_results", "reports", "candles"])
    rawResponses = section["raw_responses"].flatMap { Self.retention($0, "raw_responses", findings) } ?? .forever
    runs = section["runs"].flatMap { Self.retention($0, "runs", findings) } ?? .forever
    qualityResults = section["quality_results"].flatMap { Self.retention($0, "quality_results", findings) } ?? .forever
    reports = section["reports"].flatMap { Self.retention($0, "reports", findings) } ?? .forever
    guard let candles = section.section("candles", title: "`candles`") else { return }
    for entry in candles.entries {
      guard let interval: Interval = findings.word(Located(value: entry.key, spot: entry.keySpot), of: "an interval") else { continue }
      self.candles[interval] = Self.retention(entry.value, entry.key, findings)
    }
  }

  private static func retention(_ tree: Tree, _ key: String, _ findings: Findings) -> Retention? {
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
