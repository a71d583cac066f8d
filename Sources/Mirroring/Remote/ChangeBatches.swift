/// How much goes into one request.
public struct BatchBounds: Sendable, Hashable {
  public var pathsMax: Int
  public var bytesMax: Int

  public init(pathsMax: Int, bytesMax: Int) {
    (self.pathsMax, self.bytesMax) = (pathsMax, bytesMax)
  }

  /// What the Realtime Database takes without slowing down for others, and below the megabyte over which it triggers no functions.
  public static let firebase = BatchBounds(pathsMax: 2000, bytesMax: 1_000_000)
  /// 500 writes, and less than 10 MiB when every value is written with its type.
  public static let firestore = BatchBounds(pathsMax: 500, bytesMax: 2_000_000)
}

extension BatchBounds {
  /// Cuts changes into sets that one request takes, in their order.
  ///
  /// No set holds a path and one above it, which the database refuses. A value that is larger than a request is told in parts: the path is
  /// deleted, then filled child by child; a leaf that is larger goes alone.
  public func batches(_ changes: [WireChange]) -> [[WireChange]] {
    var batches: [[WireChange]] = []
    var current = Batch()
    for change in changes.lazy.flatMap(parts) {
      let bytes = change.bytes
      if !current.changes.isEmpty,
        current.changes.count >= pathsMax || current.bytes + bytes > bytesMax || current.conflicts(with: change.path.keys)
      {
        batches.append(current.changes)
        current = Batch()
      }
      current.add(change, bytes: bytes)
    }
    if !current.changes.isEmpty { batches.append(current.changes) }
    return batches
  }

  private func parts(_ change: WireChange) -> [WireChange] {
    guard change.bytes > bytesMax, case .object = change.value else { return [change] }
    return change.children(afterDeleting: true).flatMap(parts)
  }

  private struct Batch {
    var changes: [WireChange] = []
    var bytes = 2
    private var paths: Set<[String]> = []
    private var parents: Set<[String]> = []

    mutating func add(_ change: WireChange, bytes: Int) {
      let keys = change.path.keys
      changes.append(change)
      self.bytes += bytes
      paths.insert(keys)
      // From the nearest parent up: where one is known, so are those above it.
      for count in stride(from: keys.count - 1, to: 0, by: -1) {
        guard parents.insert(Array(keys.prefix(count))).inserted else { break }
      }
    }

    /// Whether the path is one of the set, above one, or below one.
    func conflicts(with keys: [String]) -> Bool {
      if paths.contains(keys) || parents.contains(keys) { return true }
      return (1..<max(1, keys.count)).contains { paths.contains(Array(keys.prefix($0))) }
    }
  }
}

extension WireChange {
  /// The same change one level further down.
  /// - Parameter afterDeleting: what else may be there goes first.
  func children(afterDeleting: Bool) -> [WireChange] {
    guard case .object(let children) = value else { return [self] }
    let sorted = children.sorted { $0.key < $1.key }
    return (afterDeleting ? [WireChange(path: path, value: .null, origin: origin)] : [])
      + sorted.map { WireChange(path: RealtimePath(path.keys + [$0.key]), value: $0.value, origin: origin) }
  }
}
