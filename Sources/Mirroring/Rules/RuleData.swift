/// The data that rules ask about: read place by place, so that a verdict does not cost the whole tree.
public final class RuleData: Sendable {
  private nonisolated(unsafe) let read: ([String]) throws -> RealtimeValue
  private nonisolated(unsafe) let isThere: ([String]) throws -> Bool
  private nonisolated(unsafe) var error: (any Error)?
  /// Who writes many places asks for the places above them again and again.
  private nonisolated(unsafe) var known: [[String]: RealtimeValue] = [:]

  /// - Parameters:
  ///   - read: the value at a path; called by the thread that asks for a verdict, while it does.
  ///   - isThere: whether there is any; nil: that is read.
  public init(isThere: (([String]) throws -> Bool)? = nil, _ read: @escaping ([String]) throws -> RealtimeValue) {
    self.read = read
    self.isThere = isThere ?? { try !read($0).isNull }
  }

  /// A tree that is at hand.
  public convenience init(_ tree: RealtimeValue) {
    self.init { tree[$0] }
  }

  /// A tree that is read.
  convenience init(_ tree: any TreeReading) {
    self.init(isThere: { try tree.exists(at: $0) }) { try tree.value(at: $0) }
  }

  /// The tree as it will be after a set of changes of which none lies below another.
  public convenience init(_ before: RuleData, changes: [(path: [String], value: RealtimeValue)]) {
    let overlay = ChangedPlaces(changes)
    self.init(isThere: { try overlay.isThere(at: $0, before) }) { try overlay.value(at: $0, before) }
  }

  /// Null when it cannot be read.
  func value(at path: [String]) -> RealtimeValue {
    if let value = known[path] { return value }
    do {
      let value = try read(path)
      known[path] = value
      return value
    } catch {
      self.error = self.error ?? error
      return .null
    }
  }

  /// False when that cannot be told.
  func exists(at path: [String]) -> Bool {
    if let value = known[path] { return !value.isNull }
    do {
      return try isThere(path)
    } catch {
      self.error = self.error ?? error
      return false
    }
  }

  /// Passes on what went wrong while a verdict was found: then it is none.
  public func check() throws {
    if let error { throw error }
  }

  fileprivate func reading(_ path: [String]) throws -> RealtimeValue { try known[path] ?? read(path) }
  fileprivate func isThere(at path: [String]) throws -> Bool { try isThere(path) }
}

/// Changes by their places, so that finding those that matter costs the length of a path and not their number.
private final class ChangedPlaces {
  private var value: RealtimeValue?
  private var children: [String: ChangedPlaces] = [:]

  private init() {}

  init(_ changes: [(path: [String], value: RealtimeValue)]) {
    for change in changes {
      var place = self
      for key in change.path {
        let next = place.children[key] ?? ChangedPlaces()
        place.children[key] = next
        place = next
      }
      place.value = change.value
    }
  }

  func value(at path: [String], _ before: RuleData) throws -> RealtimeValue {
    var place = self
    for (depth, key) in path.enumerated() {
      if let value = place.value { return value[path[depth...]] }
      guard let next = place.children[key] else { return try before.reading(path) }
      place = next
    }
    return try place.value ?? place.merged(into: before.reading(path))
  }

  func isThere(at path: [String], _ before: RuleData) throws -> Bool {
    var place = self
    for (depth, key) in path.enumerated() {
      if let value = place.value { return !value[path[depth...]].isNull }
      guard let next = place.children[key] else { return try before.isThere(at: path) }
      place = next
    }
    if let value = place.value { return !value.isNull }
    return try place.setsAnything || !place.merged(into: before.reading(path)).isNull
  }

  private var setsAnything: Bool { value.map { !$0.isNull } ?? children.values.contains(where: \.setsAnything) }

  private func merged(into before: RealtimeValue) -> RealtimeValue {
    if let value { return value }
    var merged = before.children
    for (key, place) in children {
      let child = place.merged(into: before[key])
      merged[key] = child.isNull ? nil : child
    }
    if !merged.isEmpty { return .object(merged) }
    // A leaf stays a leaf when nothing is put below it.
    if case .object = before { return .null }
    return before
  }
}
