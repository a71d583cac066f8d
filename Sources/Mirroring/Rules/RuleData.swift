/// The data that rules ask about: read place by place, so that a verdict does not cost the whole tree.
public final class RuleData: Sendable {
  private nonisolated(unsafe) let read: ([String]) throws -> RealtimeValue
  private nonisolated(unsafe) let isThere: ([String]) throws -> Bool
  private nonisolated(unsafe) var error: (any Error)?

  /// - Parameters:
  ///   - exists: whether anything is at a path; for less than reading it costs.
  ///   - read: the value at a path. Both are called by the thread that asks for a verdict, while it does.
  public init(exists: @escaping ([String]) throws -> Bool, _ read: @escaping ([String]) throws -> RealtimeValue) {
    (isThere, self.read) = (exists, read)
  }

  /// Data that cannot tell what is there without reading it.
  public convenience init(_ read: @escaping ([String]) throws -> RealtimeValue) {
    self.init(exists: { try !read($0).isNull }, read)
  }

  /// A tree that is at hand.
  public convenience init(_ tree: RealtimeValue) {
    self.init { tree[$0] }
  }

  /// A tree that is stored.
  public convenience init(_ tree: any TreeReading) {
    self.init(exists: { try tree.exists(at: $0) }) { try tree.value(at: $0) }
  }

  /// The tree as it will be after a set of changes of which none lies below another.
  /// - Complexity: what is read and the changes in it, however many there are elsewhere.
  public convenience init(_ before: RuleData, changes: [(path: [String], value: RealtimeValue)]) {
    // Rules see no priorities.
    let changes = ChangedPlaces(changes.filter { $0.path.last != TreeLeaves.priority })
    self.init(exists: { path in
      switch changes.at(path) {
      case .nothing: try before.isThere(path)
      case .value(let value): !value.isNull
      case .places(let places): try places.bringsSomething || !places.merged(into: before.read(path)).isNull
      }
    }) { path in
      switch changes.at(path) {
      case .nothing: try before.read(path)
      case .value(let value): value
      case .places(let places): try places.merged(into: before.read(path))
      }
    }
  }

  /// Null when it cannot be read.
  func value(at path: [String]) -> RealtimeValue { keepingError(.null) { try read(path) } }

  /// False when it cannot be read.
  func exists(at path: [String]) -> Bool { keepingError(false) { try isThere(path) } }

  private func keepingError<Result>(_ otherwise: Result, _ body: () throws -> Result) -> Result {
    do {
      return try body()
    } catch {
      self.error = self.error ?? error
      return otherwise
    }
  }

  /// Passes on what went wrong while a verdict was found: then it is none.
  public func check() throws {
    if let error { throw error }
  }
}

/// Changes by their place: the keys on the way to them as a tree.
private final class ChangedPlaces {
  private var value: RealtimeValue?
  private var below: [ExactKey: ChangedPlaces] = [:]
  /// One of the changes here or below is more than a deletion.
  private(set) var bringsSomething = false

  /// A key as the database compares it: byte by byte.
  private struct ExactKey: Hashable {
    let bytes: [UInt8]

    init(_ key: String) { bytes = Array(key.utf8) }
  }

  enum Found {
    case nothing
    /// The place is in a change.
    case value(RealtimeValue)
    /// Changes lie below the place.
    case places(ChangedPlaces)
  }

  init(_ changes: [(path: [String], value: RealtimeValue)]) {
    for change in changes { add(change.value, at: change.path) }
  }

  private init() {}

  private func add(_ value: RealtimeValue, at path: [String]) {
    var place = self
    if !value.isNull { bringsSomething = true }
    for key in path {
      let next = place.below[ExactKey(key)] ?? ChangedPlaces()
      place.below[ExactKey(key)] = next
      if !value.isNull { next.bringsSomething = true }
      place = next
    }
    place.value = value
  }

  func at(_ path: [String]) -> Found {
    var place = self
    for (index, key) in path.enumerated() {
      if let value = place.value { return .value(value[path[index...]]) }
      guard let next = place.below[ExactKey(key)] else { return .nothing }
      place = next
    }
    return place.value.map(Found.value) ?? (place.below.isEmpty ? .nothing : .places(place))
  }

  /// A value with the changes below it; a leaf on the way to one becomes an object.
  func merged(into before: RealtimeValue) -> RealtimeValue {
    if let value { return value }
    var children = before.children
    for (key, place) in below {
      let key = String(decoding: key.bytes, as: UTF8.self)
      let old = children[exactly: key]
      let child = place.merged(into: old ?? .null)
      // Taken out first, so that the key has these bytes and not those of another way to write it.
      if old != nil || !child.isNull { children[key] = nil }
      if !child.isNull { children[key] = child }
    }
    // A leaf stays one when nothing is put below it.
    if children.isEmpty { return before.children.isEmpty ? before : .null }
    return .object(children)
  }
}
