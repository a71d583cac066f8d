import Transport

extension FirebaseSink {
  /// Deletes go so many children at a time when a whole tree is too much.
  private static let childrenMax = 100

  /// What is too large for one step: fewer paths, then one level further down, deletes as well.
  func writeInParts(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?, _ failure: MirrorFailure) async throws {
    if changes.count > 1 {
      let half = changes.count / 2
      try await write(Array(changes.prefix(half)), in: copy, with: nil)
      return try await write(Array(changes.dropFirst(half)), in: copy, with: pointer)
    }
    guard let change = changes.first else { throw failure }
    // One change and the pointer do not fit; the pointer goes when all of it is there.
    let children = change.value == .null ? try await deletions(below: change, in: copy) : change.children(afterDeleting: true)
    guard change.path.keys.count < WireChange.depthMax,
      children.first.map({ $0.path.keys.count > change.path.keys.count || children.count > 1 }) ?? false
    else { throw MirrorFailure(.refused, failure.message + "; it cannot be split further") }
    // What replaces a tree begins with its deletion, and the database refuses a path and one above it in one request.
    var rest = children[...]
    if change.value != .null, let deletion = rest.popFirst() { try await write([deletion], in: copy, with: nil) }
    while !rest.isEmpty {
      let part = Array(rest.prefix(FirebaseSink.childrenMax))
      rest = rest.dropFirst(part.count)
      try await write(part, in: copy, with: rest.isEmpty ? pointer : nil)
    }
  }

  private func deletions(below change: WireChange, in copy: MirrorCopy) async throws -> [WireChange] {
    try await keys(at: change.path, in: copy).compactMap { key in
      // The keys come as they are written there.
      RealtimePath(escaped: key).map { WireChange(path: RealtimePath(change.path.keys + $0.keys), value: .null, origin: change.origin) }
    }
  }
}

extension WireValue {
  /// A value as it was read from the database, with keys as people mean them.
  public var unescapingKeys: WireValue {
    guard case .object(let children) = self else { return self }
    return .object(
      Dictionary(children.map { (RealtimePath(escaped: $0.key)?.keys.first ?? $0.key, $0.value.unescapingKeys) }) { $1 })
  }
}
