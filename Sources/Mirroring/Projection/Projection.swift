/// A kind of result that the realtime database is told.
public enum ProjectedPart: String, Sendable, CaseIterable {
  /// The last candle of each series.
  case quotes
  case signals
  /// The verdict and the counts of each report.
  case reports
  /// The alerts that fired.
  case alerts

  /// Where it stands when nothing else is said, and what tells its things apart: every template of it has these holes.
  public var standard: PathTemplate {
    let keys: [PathTemplate.Key] =
      switch self {
      case .quotes: [.literal("quotes"), .hole("source"), .hole("symbol"), .hole("interval")]
      case .signals: [.literal("signals"), .hole("symbol"), .hole("interval"), .hole("strategy"), .hole("time")]
      case .reports: [.literal("reports"), .hole("job"), .hole("date")]
      case .alerts: [.literal("alerts"), .hole("symbol"), .hole("alert"), .hole("interval"), .hole("time")]
      }
    return PathTemplate(keys)
  }

  /// What clients order its things by, besides their keys: fields of what is told.
  public var indexes: [String] {
    switch self {
    case .quotes: ["open_time"]
    case .signals: ["bar_time", "valid_from"]
    case .reports: ["data_through", "state"]
    case .alerts: ["bar_time", "valid_from"]
    }
  }
}

/// What the realtime database is told, and where it stands there.
public struct Projection: Sendable, Hashable {
  private let templates: [ProjectedPart: PathTemplate]

  /// - Parameter templates: of the parts that are told; those that are not here are not told.
  public init(_ templates: [ProjectedPart: PathTemplate]) {
    self.templates = templates
  }

  /// In the order of their names' declaration.
  public var parts: [ProjectedPart] { ProjectedPart.allCases.filter { templates[$0] != nil } }

  public subscript(part: ProjectedPart) -> PathTemplate? { templates[part] }

  /// Where a change of the outbox is told, which is written at the standard places; nil when it is not told.
  public func place(of path: RealtimePath) -> RealtimePath? {
    for (part, template) in templates {
      guard let found = part.standard.values(of: path) else { continue }
      return template.path(found.values).map { RealtimePath($0.keys + found.rest) }
    }
    return nil
  }
}
