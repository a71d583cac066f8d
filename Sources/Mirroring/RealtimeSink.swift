/// A realtime database that mirrors what the warehouse found. A mirror is a copy we can lose.
public protocol RealtimeSink: Sendable {
  /// Writes a set of changes so that a reader sees all of them or none. Writing the same set twice leaves what writing it once does.
  func apply(_ changes: [RealtimeChange]) async throws
}

/// A change of one path: a JSON value in its place, or nothing.
public struct RealtimeChange: Sendable, Hashable {
  public let path: RealtimePath
  /// JSON text; nil deletes the path and all below it.
  public let value: String?

  public init(path: RealtimePath, value: String?) {
    (self.path, self.value) = (path, value)
  }
}

/// The order in which changes are told.
public enum Outbox {
  /// The last change of each path, in the order in which those were made. Earlier ones would be overwritten unseen.
  ///
  /// A change of a path also overrides earlier ones below it.
  /// - Complexity: O(*n* log *n*) in the number of changes.
  public static func coalesced(_ changes: [RealtimeChange]) -> [RealtimeChange] { lastWords(changes).map { changes[$0] } }

  /// Where ``coalesced(_:)`` finds what it keeps: ascending.
  public static func lastWords(_ changes: [RealtimeChange]) -> [Int] {
    var seen = Set<[String]>()
    var kept: [Int] = []
    for (index, change) in changes.enumerated().reversed() {
      let keys = change.path.keys
      let isCovered = (1...max(1, keys.count)).contains { seen.contains(Array(keys.prefix($0))) }
      if isCovered { continue }
      seen.insert(keys)
      kept.append(index)
    }
    return kept.reversed()
  }
}
