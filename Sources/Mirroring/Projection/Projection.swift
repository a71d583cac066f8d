/// A kind of result that the realtime database is told.
public enum ProjectedPart: String, Sendable, CaseIterable {
  /// The last candle of each series.
  case quotes
  /// The newest candles of each series, as many as a small chart shows.
  case candles
  /// What the strategies say, and what the volume does.
  case signals
  /// The regime of the newest bar of each series.
  case regimes
  /// The alerts that fired.
  case alerts
  /// The verdict and the counts of each report.
  case reports
  /// How each run went.
  case runs
  /// Whether the desk can be trusted this morning: its data, its jobs, its providers, its messages.
  case health

  /// Where it stands when nothing else is said, and what tells its things apart: every template of it has these holes.
  public var standard: PathTemplate {
    let keys: [PathTemplate.Key] =
      switch self {
      case .quotes, .candles, .regimes: [.literal(rawValue), .hole("source"), .hole("symbol"), .hole("interval")]
      case .signals: [.literal("signals"), .hole("symbol"), .hole("interval"), .hole("strategy"), .hole("time")]
      case .alerts: [.literal("alerts"), .hole("symbol"), .hole("alert"), .hole("interval"), .hole("time")]
      case .reports, .runs: [.literal(rawValue), .hole("job"), .hole("date")]
      case .health: [.literal("health"), .hole("check")]
      }
    return PathTemplate(keys)
  }

  /// What clients order its things by, besides their keys: fields of what is told.
  public var indexes: [String] {
    switch self {
    case .quotes: ["open_time"]
    case .candles: []
    case .signals, .alerts: ["bar_time", "valid_from"]
    case .regimes: ["bar_time", "trend"]
    case .reports: ["data_through", "state"]
    case .runs: ["started_at", "state"]
    case .health: ["state"]
    }
  }
}

/// What the realtime database is told, and where it stands there.
public struct Projection: Sendable, Hashable {
  private let templates: [ProjectedPart: PathTemplate]
  /// Whether users are told what concerns them, each in `users/{uid}/results`.
  public let hasResults: Bool

  /// - Parameter templates: of the parts that are told; those that are not here are not told.
  public init(_ templates: [ProjectedPart: PathTemplate], hasResults: Bool = false) {
    (self.templates, self.hasResults) = (templates, hasResults)
  }

  /// In the order of their names' declaration.
  public var parts: [ProjectedPart] { ProjectedPart.allCases.filter { templates[$0] != nil } }

  public subscript(part: ProjectedPart) -> PathTemplate? { templates[part] }

  /// Where a change of the outbox is told, which is written at the standard places; nil when it is not told.
  public func place(of path: RealtimePath) -> RealtimePath? {
    // A user's place stands where the user looks for it.
    if hasResults, UserLimits.isResult(path) { return path }
    for (part, template) in templates {
      guard let found = part.standard.values(of: path) else { continue }
      return template.path(found.values).map { RealtimePath($0.keys + found.rest) }
    }
    return nil
  }
}
