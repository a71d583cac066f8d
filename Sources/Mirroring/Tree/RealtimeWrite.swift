/// What a client wants to change, all or nothing: values at places of which none lies below another.
public struct RealtimeWrite: Sendable, Hashable {
  /// One place and its new value, which may still hold `.sv`, `.value` and `.priority`; null deletes.
  public struct Change: Sendable, Hashable {
    public let path: [String]
    public var value: RealtimeValue

    public init(path: [String], value: RealtimeValue) {
      (self.path, self.value) = (path, value)
    }
  }

  /// Where the request was made: the place of all that changes, or above it.
  public let path: [String]
  public internal(set) var changes: [Change]
  /// It merges children into `path` instead of replacing it.
  public let isPatch: Bool

  /// Puts a value in its place.
  public static func put(_ value: RealtimeValue, at path: [String]) throws(RealtimeWriteDefect) -> RealtimeWrite {
    try checkDepth(of: value, at: path)
    return RealtimeWrite(path: path, changes: [Change(path: path, value: value)], isPatch: false)
  }

  /// Changes places below `path`: the keys of the members are keys or paths.
  public static func patch(_ members: [RealtimeJSON.Member], at path: [String]) throws(RealtimeWriteDefect) -> RealtimeWrite {
    var changes: [Change] = []
    var seen: [[String]: Int] = [:]
    for member in members {
      let keys = try self.keys(member)
      let place = path + keys
      try checkDepth(of: member.value, at: place)
      if let index = seen[place] {
        // JSON's last of two equal keys.
        changes[index].value = member.value
      } else {
        seen[place] = changes.count
        changes.append(Change(path: place, value: member.value))
      }
    }
    for change in changes {
      for count in path.count..<max(path.count, change.path.count) where seen[Array(change.path.prefix(count))] != nil {
        throw .ancestor(above: change.path.prefix(count).joined(separator: "/"), below: change.path.joined(separator: "/"))
      }
    }
    return RealtimeWrite(path: path, changes: changes, isPatch: true)
  }

  private static func keys(_ member: RealtimeJSON.Member) throws(RealtimeWriteDefect) -> [String] {
    var parts = member.key.keysOfPath(omittingEmpty: false)
    if parts.count > 1, parts.first == "" { parts.removeFirst() }
    if parts.count > 1, parts.last == "" { parts.removeLast() }
    for (index, part) in parts.enumerated() {
      switch RealtimeKey.defect(of: part) {
      case nil: continue
      case .forbiddenCharacter where part == ".priority" && index == parts.count - 1: continue
      case .tooLong: throw .json(RealtimeJSONError(.keyTooLong, at: member.position))
      case .empty, .forbiddenCharacter: throw .json(RealtimeJSONError(.key(member.key), at: member.position))
      }
    }
    return parts
  }

  private static func checkDepth(of value: RealtimeValue, at path: [String]) throws(RealtimeWriteDefect) {
    guard path.count + value.depth <= RealtimeKey.depthMax else { throw .depth }
  }
}

extension RealtimeValue {
  /// How many keys are above the deepest leaf; 0 for a leaf.
  var depth: Int {
    guard case .object(let children) = self else { return 0 }
    var deepest = 0
    for child in children.values { deepest = max(deepest, child.depth) }
    return deepest + 1
  }
}

/// Why a write is none.
public enum RealtimeWriteDefect: Error, Sendable, Hashable, CustomStringConvertible {
  case json(RealtimeJSONError)
  case ancestor(above: String, below: String)
  case depth
  case serverValue
  case leafWithChildren
  case priority

  public var description: String {
    switch self {
    case .json(let error): error.description
    case .ancestor(let above, let below): "Invalid data; the path /\(above) is an ancestor of the path /\(below) in the same request."
    case .depth: "Invalid data; a path may not be deeper than \(RealtimeKey.depthMax) levels."
    case .serverValue: #"Invalid data; ".sv" must be "timestamp" or {"increment": number}, and stand alone."#
    case .leafWithChildren: #"Invalid data; ".value" must be a JSON primitive, and can stand beside ".priority" only."#
    case .priority: #"Invalid data; ".priority" must be a number or a string."#
    }
  }
}
