/// What the security rules say to one request.
public enum RulesVerdict: Sendable, Equatable {
  case allowed
  case denied(RulesRefusal)

  public var isAllowed: Bool { self == .allowed }

  /// Why not; nil when it is allowed.
  public var refusal: RulesRefusal? {
    if case .denied(let refusal) = self { refusal } else { nil }
  }
}

/// Which rule refused which path, and why.
public struct RulesRefusal: Sendable, Equatable, CustomStringConvertible {
  /// The path that was asked for, or the first of a set of changes that was refused.
  public let path: [String]
  /// `.read` and `.write`: nothing granted. `.validate`: this rule was not true.
  public let kind: RuleKind
  /// Where the rule stands, with the captures as they are written: `/users/$uid`. Nil when no rule of this kind stands on the way.
  public let place: String?
  /// The text of that rule.
  public let rule: String?
  /// What went wrong inside the rule, when it was not simply false.
  public let failure: String?

  /// `nothing grants .write at /quotes/binance; the last rule asked is /quotes: false`
  public var description: String {
    let where_ = "/" + path.joined(separator: "/")
    guard let place, let rule else { return "no rule grants \(kind.rawValue) at \(where_)" }
    let reason = failure.map { " (\($0))" } ?? ""
    return kind == .validate
      ? "\(where_) is refused by the .validate of \(place): \(rule)\(reason)"
      : "nothing grants \(kind.rawValue) at \(where_); the last rule asked is that of \(place): \(rule)\(reason)"
  }
}

/// The three kinds of rules that are conditions.
public enum RuleKind: String, Sendable, CaseIterable {
  case read = ".read"
  case write = ".write"
  case validate = ".validate"
}
