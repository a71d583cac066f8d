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
    else { throw MirrorFailure(.permanent, failure.message + "; it cannot be split further") }
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

  /// Which path the rules deny: each is written once more as it is there now, which no reader notices.
  func culprit(of failure: MirrorFailure, among changes: [WireChange], in copy: MirrorCopy) async -> MirrorFailure {
    guard changes.count > 1 else { return failure }
    var suspects = changes[...]
    while suspects.count > 1 {
      let half = suspects.prefix(suspects.count / 2)
      guard let isDenied = await isDenied(Array(half), in: copy) else { return failure }
      suspects = isDenied ? half : suspects.dropFirst(half.count)
    }
    guard let one = suspects.first, await isDenied([one], in: copy) == true else {
      // Who may write is not the question, but what: a rule of validation.
      return MirrorFailure(.denied, failure.message + "; each path may be written, so a `.validate` refuses one of the values")
    }
    return MirrorFailure(
      .denied, failure.message.replacing(subject(changes), with: subject([one])) + " (the first of \(changes.count) that is denied)")
  }

  /// nil when it cannot be found out.
  private func isDenied(_ changes: [WireChange], in copy: MirrorCopy) async -> Bool? {
    do {
      var same: [WireChange] = []
      for change in changes {
        guard let value = try await value(at: change.path, in: copy, bytesMax: bounds.bytesMax) else { return nil }
        // Read as it is written there: its keys are escaped already.
        same.append(WireChange(path: change.path, value: value.unescapingKeys, origin: change.origin))
      }
      let answer = try await sender.send(
        request("PATCH", [], query: [("print", "silent")], body: body(same, in: copy, with: nil)), subject: subject(changes))
      if answer.status == 401 { return true }
      return (200...299).contains(answer.status) ? false : nil
    } catch {
      // The search is for a better message only; the failure itself is told in any case.
      return nil
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
