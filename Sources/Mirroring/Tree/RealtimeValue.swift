/// A value in the tree of a realtime database: what JSON can say, but without arrays and without anything empty.
///
/// The tree stores leaves only: `null`, `{}` and `[]` are the absence of a value, an array is an object with the keys `0`, `1`, …, and a
/// parent is gone when its last child is. A value that was made by ``node(_:)`` or changed by ``setting(_:at:)`` keeps to that: no
/// object in it is empty, none holds `null`. Numbers are IEEE doubles, as the database stores them.
///
/// Source: Firebase, Realtime Database REST API; the facts of its data model.
public enum RealtimeValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  /// Children by key, keys as people mean them in a path below: not escaped. Never empty.
  case object([String: RealtimeValue])

  /// Texts are equal when their bytes are: to Swift those that differ in Unicode's form only would be, too.
  public static func == (a: RealtimeValue, b: RealtimeValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b && a.utf8.elementsEqual(b.utf8)
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  /// An object of these children; without those that are null, and null when none is left.
  public static func node(_ children: [String: RealtimeValue]) -> RealtimeValue {
    let present = children.filter { !$0.value.isNull }
    return present.isEmpty ? .null : .object(present)
  }

  /// Nothing is there.
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The children by key; empty for a leaf and for null.
  public var children: [String: RealtimeValue] {
    if case .object(let children) = self { children } else { [:] }
  }

  /// The child of this key, or null.
  public subscript(key: String) -> RealtimeValue {
    if case .object(let children) = self { children[exactly: key] ?? .null } else { .null }
  }

  /// What is at the end of a path; itself for an empty path, null where nothing is.
  public subscript(path: some Sequence<String>) -> RealtimeValue {
    path.reduce(self) { $0[$1] }
  }

  /// The tree with another value at a path. Null deletes, with all parents that become empty; a leaf on the way becomes an object.
  /// - Complexity: O(depth × children on the way).
  public func setting(_ value: RealtimeValue, at path: some Collection<String>) -> RealtimeValue {
    guard let key = path.first else { return value }
    var children = self.children
    let old = children[exactly: key]
    let child = (old ?? .null).setting(value, at: path.dropFirst())
    // Taken out first, so that the key has these bytes and not those of another way to write it.
    if old != nil || !child.isNull { children[key] = nil }
    if !child.isNull { children[key] = child }
    // A leaf stays a leaf when nothing is put below it.
    if children.isEmpty { return self.children.isEmpty && child.isNull ? self : .null }
    return .object(children)
  }
}

extension Dictionary where Key == String {
  /// The value of the same key, byte by byte, as the database compares keys. To Swift two ways to write `é` are one key, and whoever is
  /// called one of them would be taken for the other.
  subscript(exactly key: String) -> Value? {
    guard let index = index(forKey: key), self[index].key.utf8.elementsEqual(key.utf8) else { return nil }
    return self[index].value
  }
}
