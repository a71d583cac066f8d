/// Where things of one kind stand in the tree: `quotes/{source}/{symbol}/{interval}`.
public struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
  public enum Key: Sendable, Hashable {
    case literal(String)
    /// `{name}`: one key, whatever it is.
    case hole(String)
  }

  public let keys: [Key]

  public init(_ keys: [Key]) {
    self.keys = keys
  }

  /// Nil when a key is empty or has a brace that does not enclose it.
  public init?(_ text: String) {
    var keys: [Key] = []
    for part in text.split(separator: "/", omittingEmptySubsequences: false) {
      let isHole = part.hasPrefix("{") && part.hasSuffix("}")
      let name = isHole ? part.dropFirst().dropLast() : part
      guard !name.isEmpty, !name.contains(where: { $0 == "{" || $0 == "}" }) else { return nil }
      keys.append(isHole ? .hole(String(name)) : .literal(String(name)))
    }
    self.keys = keys
  }

  /// The names of the holes, in their order.
  public var holes: [String] {
    keys.compactMap { if case .hole(let name) = $0 { name } else { nil } }
  }

  /// The path of a thing; nil when a hole has no value.
  public func path(_ values: [String: String]) -> RealtimePath? {
    var filled: [String] = []
    for key in keys {
      switch key {
      case .literal(let text): filled.append(text)
      case .hole(let name):
        guard let value = values[name], !value.isEmpty else { return nil }
        filled.append(value)
      }
    }
    return RealtimePath(filled)
  }

  /// What stands in the holes of a path, and the keys that follow; nil when it is another kind of path.
  public func values(of path: RealtimePath) -> (values: [String: String], rest: [String])? {
    guard path.keys.count >= keys.count else { return nil }
    var values: [String: String] = [:]
    for (key, actual) in zip(keys, path.keys) {
      switch key {
      case .literal(let text): guard text == actual else { return nil }
      case .hole(let name): values[name] = actual
      }
    }
    return (values, Array(path.keys.dropFirst(keys.count)))
  }

  public var description: String {
    keys.map {
      switch $0 {
      case .literal(let text): text
      case .hole(let name): "{\(name)}"
      }
    }.joined(separator: "/")
  }
}
