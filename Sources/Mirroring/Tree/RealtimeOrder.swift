extension RealtimeValue {
  /// Null, false, true, numbers, strings, objects: how a query sorts the types.
  private var rank: Int {
    switch self {
    case .null: 0
    case .bool(false): 1
    case .bool(true): 2
    case .number: 3
    case .string: 4
    case .object: 5
    }
  }

  /// The database's order of values: by type, then numbers by size and strings by their bytes. All objects are equal in it.
  func order(before other: RealtimeValue) -> Ordering {
    switch (self, other) {
    case (.number(let a), .number(let b)): a < b ? .before : a > b ? .after : .same
    case (.string(let a), .string(let b)):
      a.utf8.lexicographicallyPrecedes(b.utf8) ? .before : b.utf8.lexicographicallyPrecedes(a.utf8) ? .after : .same
    default: rank < other.rank ? .before : rank > other.rank ? .after : .same
    }
  }

  enum Ordering { case before, same, after }
}
