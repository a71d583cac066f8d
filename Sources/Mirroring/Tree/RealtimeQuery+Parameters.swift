extension RealtimeQuery {
  /// Why parameters make no query.
  public enum Defect: Error, Sendable, Hashable, CustomStringConvertible {
    case orderMissing
    case orderMalformed
    case boundMalformed
    case boundOfKeyMustBeText(String)
    case limitMalformed(String)
    case twoLimits
    case equalBesideBounds
    case twoBounds(String)

    /// The sentences that clients of the database know, where it has one.
    public var description: String {
      switch self {
      case .orderMissing: "orderBy must be defined when other query parameters are defined"
      case .orderMalformed: "orderBy must be a valid JSON encoded path"
      case .boundMalformed: "Constraint index field must be a JSON primitive"
      case .boundOfKeyMustBeText(let name): "\(name) must be a JSON string when the order is by $key"
      case .limitMalformed(let name): "\(name) must be a positive integer"
      case .twoLimits: "limitToFirst and limitToLast cannot be combined"
      case .equalBesideBounds: "equalTo cannot be specified in addition to startAfter, startAt, endAt, or endBefore"
      case .twoBounds(let name): "only one of \(name) may be specified"
      }
    }
  }

  /// Reads the parameters of a request, percent-decoded.
  /// - Returns: nil when none of them is about a query.
  public static func reading(_ parameters: [(name: String, value: String)]) throws(Defect) -> RealtimeQuery? {
    func value(_ name: String) -> String? { parameters.last { $0.name == name }?.value }
    let limits = ["limitToFirst", "limitToLast"]
    let bounds = ["startAt", "startAfter", "endAt", "endBefore", "equalTo"]
    guard let order = value("orderBy") else {
      if (limits + bounds).contains(where: { value($0) != nil }) { throw .orderMissing }
      return nil
    }
    var query = RealtimeQuery(order: try self.order(order))
    func bound(_ name: String, isIncluded: Bool) throws(Defect) -> Bound? {
      guard let text = value(name) else { return nil }
      let bound = try query.bound(text, name, isIncluded: isIncluded)
      return bound
    }
    let equal = try bound("equalTo", isIncluded: true)
    let starts = [try bound("startAt", isIncluded: true), try bound("startAfter", isIncluded: false)].compactMap(\.self)
    let ends = [try bound("endAt", isIncluded: true), try bound("endBefore", isIncluded: false)].compactMap(\.self)
    if equal != nil, !starts.isEmpty || !ends.isEmpty { throw .equalBesideBounds }
    if starts.count > 1 { throw .twoBounds("startAt and startAfter") }
    if ends.count > 1 { throw .twoBounds("endAt and endBefore") }
    (query.start, query.end) = (equal ?? starts.first, equal ?? ends.first)
    for name in limits {
      guard let text = value(name) else { continue }
      guard query.limit == nil else { throw .twoLimits }
      guard let count = Int32(text), count > 0 else { throw .limitMalformed(name) }
      query.limit = name == "limitToFirst" ? .first(Int(count)) : .last(Int(count))
    }
    return query
  }

  private static func order(_ text: String) throws(Defect) -> Order {
    guard case .string(let name)? = try? RealtimeJSON.value(of: Array(text.utf8)) else { throw .orderMalformed }
    switch name {
    case "$key": return .key
    case "$value": return .value
    case "$priority": return .priority
    default:
      let path = RealtimeKey.keys(of: name)
      guard !path.isEmpty, path.allSatisfy({ RealtimeKey.defect(of: $0) == nil }) else { throw .orderMalformed }
      return .child(path)
    }
  }

  private func bound(_ text: String, _ name: String, isIncluded: Bool) throws(Defect) -> Bound {
    guard let value = try? RealtimeJSON.value(of: Array(text.utf8)) else { throw .boundMalformed }
    if case .object = value { throw .boundMalformed }
    // `{}` and `[]` are null to the tree, and no primitive.
    if value.isNull, text.contains(where: { $0 == "{" || $0 == "[" }) { throw .boundMalformed }
    if order == .key {
      guard case .string(let key) = value else { throw .boundOfKeyMustBeText(name) }
      return Bound(value: .string(RealtimeKey.canonical(key)), isIncluded: isIncluded)
    }
    return Bound(value: value, isIncluded: isIncluded)
  }
}
