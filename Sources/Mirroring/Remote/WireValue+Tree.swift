extension WireValue {
  /// What is at the end of a path; null where nothing is.
  public func value(at keys: some Sequence<String>) -> WireValue {
    keys.reduce(self) { value, key in
      if case .object(let children) = value { children[key] ?? .null } else { .null }
    }
  }

  /// The tree with another value at a path; null deletes, with all parents that become empty.
  public func setting(_ value: WireValue, at keys: ArraySlice<String>) -> WireValue {
    guard let key = keys.first else { return value }
    var children: [String: WireValue] = [:]
    if case .object(let known) = self { children = known } else if value == .null { return self }
    let child = (children[key] ?? .null).setting(value, at: keys.dropFirst())
    children[key] = child == .null ? nil : child
    return children.isEmpty ? .null : .object(children)
  }

  /// Whether a database of doubles would tell the two apart: `1.50` and `1.5` are the same.
  public func isSame(as other: WireValue) -> Bool {
    switch (self, other) {
    case (.number(let a), .number(let b)): a == b || Double(a) == Double(b)
    case (.object(let a), .object(let b)): a.count == b.count && a.allSatisfy { b[$0.key].map($0.value.isSame(as:)) ?? false }
    case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
    default: self == other
    }
  }

  /// The paths that are here and not in `other`, as short as they can be.
  public func paths(missingIn other: WireValue) -> [[String]] {
    guard case .object(let children) = self else { return self != .null && other == .null ? [[]] : [] }
    guard case .object(let others) = other else { return other == .null ? [[]] : [] }
    return children.sorted { $0.key < $1.key }.flatMap { key, child in
      others[key].map { child.paths(missingIn: $0).map { [key] + $0 } } ?? [[key]]
    }
  }
}
