/// Which children of a place a reader wants: ordered by something, cut at both ends, limited in number.
public struct RealtimeQuery: Sendable, Hashable {
  public enum Order: Sendable, Hashable {
    case key, value, priority
    /// A path below each child.
    case child([String])
  }

  /// Where the order begins or ends.
  public struct Bound: Sendable, Hashable {
    public let value: RealtimeValue
    /// What is equal to it belongs to it.
    public let isIncluded: Bool
  }

  public enum Limit: Sendable, Hashable {
    case first(Int), last(Int)
  }

  public var order: Order
  public var start: Bound?
  public var end: Bound?
  public var limit: Limit?

  public init(order: Order, start: Bound? = nil, end: Bound? = nil, limit: Limit? = nil) {
    (self.order, self.start, self.end, self.limit) = (order, start, end, limit)
  }

  /// The children of a value that are asked for. Their order is lost: the result is a value like any other.
  ///
  /// - Parameter priorities: of the children by key; needed for the order by priority only.
  /// - Complexity: O(*n* log *n*) in the number of children.
  public func result(of value: RealtimeValue, priorities: [String: RealtimeValue] = [:]) -> RealtimeValue {
    guard case .object(let children) = value else { return start == nil && end == nil && limit == nil ? value : .null }
    var entries: [(key: String, index: RealtimeValue)] = []
    entries.reserveCapacity(children.count)
    for (key, child) in children {
      let index = self.index(of: child, key: key, priorities)
      if isWithin(index, key) { entries.append((key, index)) }
    }
    let count = limit.map { if case .first(let count) = $0 { count } else if case .last(let count) = $0 { count } else { 0 } }
    if let count, count < entries.count {
      entries.sort { precedes($0, $1) }
      if case .first = limit { entries.removeLast(entries.count - count) } else { entries.removeFirst(entries.count - count) }
    }
    return .node(Dictionary(uniqueKeysWithValues: entries.map { ($0.key, children[$0.key]!) }))
  }

  private func index(of child: RealtimeValue, key: String, _ priorities: [String: RealtimeValue]) -> RealtimeValue {
    switch order {
    case .key: .string(key)
    case .value: child
    case .priority: priorities[key] ?? .null
    case .child(let path): child[path]
    }
  }

  private func precedes(_ a: (key: String, index: RealtimeValue), _ b: (key: String, index: RealtimeValue)) -> Bool {
    let ordering = order == .key ? .same : a.index.order(before: b.index)
    return ordering == .same ? RealtimeKey.precedes(a.key, b.key) : ordering == .before
  }

  private func isWithin(_ index: RealtimeValue, _ key: String) -> Bool {
    func ordering(_ bound: Bound) -> RealtimeValue.Ordering {
      guard order == .key, case .string(let limit) = bound.value else { return index.order(before: bound.value) }
      return RealtimeKey.precedes(key, limit) ? .before : RealtimeKey.precedes(limit, key) ? .after : .same
    }
    if let start {
      let ordering = ordering(start)
      if ordering == .before || ordering == .same && !start.isIncluded { return false }
    }
    if let end {
      let ordering = ordering(end)
      if ordering == .after || ordering == .same && !end.isIncluded { return false }
    }
    return true
  }
}
