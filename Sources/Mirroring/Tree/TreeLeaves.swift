/// The tree as rows: each leaf under its path, and each priority under the path of its node with the key `.priority`.
///
/// A path is written with U+0001 between its keys. No key has a control character, so everything below a path lies together in the order
/// of such texts, between the path with U+0001 and the path with U+0002.
public enum TreeLeaves {
  public static let separator: Character = "\u{1}"
  static let priority = ".priority"

  /// As it is stored; empty for the root.
  public static func stored(_ path: some Sequence<String>) -> String { path.joined(separator: "\u{1}") }

  /// The leaves of a value in its place, with `.value` and `.priority` taken apart.
  /// - Parameter value: without `.sv`.
  public static func leaves(of value: RealtimeValue, at path: [String]) throws(RealtimeWriteDefect) -> [(path: String, value: String)] {
    var leaves: [(path: String, value: String)] = []
    try collect(value, at: stored(path), isPriority: path.last == priority, into: &leaves)
    return leaves
  }

  private static func collect(
    _ value: RealtimeValue, at path: String, isPriority: Bool, into leaves: inout [(path: String, value: String)]
  ) throws(RealtimeWriteDefect) {
    guard case .object(let children) = value else {
      if isPriority, case .bool = value { throw .priority }
      if !value.isNull { leaves.append((path, RealtimeJSON.text(of: value))) }
      return
    }
    if isPriority { throw .priority }
    if let leaf = children[".value"] {
      if case .object = leaf { throw .leafWithChildren }
      guard children.keys.allSatisfy({ $0 == ".value" || $0 == priority }) else { throw .leafWithChildren }
      try collect(leaf, at: path, isPriority: false, into: &leaves)
    } else if children.keys.allSatisfy({ $0 == priority }) {
      // A priority of nothing.
      return
    }
    let count = leaves.count
    for (key, child) in children where key != ".value" && key != priority {
      try collect(child, at: path.isEmpty ? key : "\(path)\u{1}\(key)", isPriority: false, into: &leaves)
    }
    if let child = children[priority], leaves.count > count || children[".value"] != nil {
      try collect(child, at: path.isEmpty ? priority : "\(path)\u{1}\(priority)", isPriority: true, into: &leaves)
    }
  }

  /// What clients see of a value that was written: without priorities.
  static func plain(_ value: RealtimeValue) -> RealtimeValue {
    guard case .object(let children) = value else { return value }
    if let leaf = children[".value"] { return leaf }
    return .node(Dictionary(uniqueKeysWithValues: children.compactMap { $0 == priority ? nil : ($0, plain($1)) }))
  }
}

/// Puts a value together from its leaves.
public struct TreeAssembly {
  private let withPriorities: Bool
  private let skipped: Int
  /// The nodes on the way to the last leaf; the first is the value itself.
  private var stack: [(key: String, leaf: RealtimeValue, children: [String: RealtimeValue])] = [("", .null, [:])]
  private var path: [Substring.UTF8View] = []
  /// Priorities of the children of the value, by key.
  private(set) var priorities: [String: RealtimeValue] = [:]

  /// - Parameters:
  ///   - place: the stored path of the value.
  ///   - withPriorities: as `format=export` shows it.
  public init(at place: String, withPriorities: Bool = false) {
    skipped = place.utf8.count
    self.withPriorities = withPriorities
  }

  /// Adds a leaf that lies at the place or below it; leaves come in the order of their stored paths.
  public mutating func add(path stored: String, value text: String) throws(RealtimeJSONError) {
    let value = try RealtimeJSON.value(of: Array(text.utf8))
    let rest = stored.utf8.dropFirst(skipped)
    var keys = Substring(rest).utf8.split(separator: 1)
    let isPriority = keys.last.map { $0.elementsEqual(TreeLeaves.priority.utf8) } ?? false
    if isPriority {
      if keys.count == 2 { priorities[String(Substring(keys[0]))] = value }
      if !withPriorities { return }
      keys.removeLast()
    }
    var common = 0
    while common < min(keys.count, path.count), keys[common].elementsEqual(path[common]) { common += 1 }
    while stack.count > common + 1 { pop() }
    for key in keys[common...] { stack.append((String(Substring(key)), .null, [:])) }
    path = keys
    if isPriority { stack[stack.count - 1].children[TreeLeaves.priority] = value } else { stack[stack.count - 1].leaf = value }
  }

  /// The value; null when there was no leaf.
  public mutating func finish() -> RealtimeValue {
    while stack.count > 1 { pop() }
    return value(of: stack[0].leaf, stack[0].children)
  }

  private mutating func pop() {
    let node = stack.removeLast()
    stack[stack.count - 1].children[node.key] = value(of: node.leaf, node.children)
  }

  private func value(of leaf: RealtimeValue, _ children: [String: RealtimeValue]) -> RealtimeValue {
    if children.isEmpty { return leaf }
    if leaf.isNull { return .object(children) }
    // A leaf that has a priority.
    return .object(children.merging([".value": leaf]) { $1 })
  }
}
