internal import Foundation

/// The security rules that are in force.
final class RulesBook: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var current: SecurityRules

  init(_ rules: SecurityRules) {
    current = rules
  }

  var rules: SecurityRules { lock.withLock { current } }

  func replace(_ rules: SecurityRules) { lock.withLock { current = rules } }
}

extension RealtimeQuery {
  /// As the rules' variable `query` shows it.
  var asRulesSeeIt: RulesQuery {
    var seen = RulesQuery()
    seen.order =
      switch order {
      case .key: .key
      case .value: .value
      case .priority: .priority
      case .child(let path): .child(path.joined(separator: "/"))
      }
    if let start, start == end, start.isIncluded { seen.equalTo = start.value }
    (seen.startAt, seen.endAt) = (start?.value ?? .null, end?.value ?? .null)
    switch limit {
    case .first(let count): seen.limitToFirst = count
    case .last(let count): seen.limitToLast = count
    case nil: break
    }
    return seen
  }

  /// What `.indexOn` must name at the place of the query; nil when nothing.
  var neededIndex: RulesIndex? {
    switch order {
    case .key, .priority: nil
    case .value: .value
    case .child(let path): .child(path.joined(separator: "/"))
    }
  }
}
