extension TreeWriting {
  /// Makes a write true: what was below its places is gone, a leaf above one gives way, a parent that loses its last child goes too.
  ///
  /// - Parameter write: with its server values resolved.
  /// - Returns: the write as it is told: null for what is nothing, without priorities.
  /// - Complexity: O(size of what is written and what was there), times the depth.
  @discardableResult
  public func apply(_ write: RealtimeWrite) throws -> RealtimeWrite {
    for change in write.changes { try replace(change) }
    var told = write
    for index in told.changes.indices { told.changes[index].value = TreeLeaves.plain(told.changes[index].value) }
    told.changes.removeAll { $0.path.last == TreeLeaves.priority }
    try note(told)
    return told
  }

  private func replace(_ change: RealtimeWrite.Change) throws {
    let stored = TreeLeaves.stored(change.path)
    let leaves = try TreeLeaves.leaves(of: change.value, at: change.path)
    if change.path.last == TreeLeaves.priority {
      // A priority of nothing is none.
      guard try leaves.isEmpty || exists(at: change.path.dropLast()) else { return }
      return try leaves.isEmpty ? deleteLeaf(at: stored) : insertLeaf(at: stored, value: leaves[0].value)
    }
    if !leaves.isEmpty {
      for count in change.path.indices { try deleteLeaf(at: TreeLeaves.stored(change.path.prefix(count))) }
    }
    try deleteLeaves(below: stored)
    for leaf in leaves { try insertLeaf(at: leaf.path, value: leaf.value) }
    if leaves.isEmpty { try deleteLonelyPriorities(above: change.path) }
  }

  private func deleteLonelyPriorities(above path: [String]) throws {
    for count in path.indices.reversed() {
      let parent = TreeLeaves.stored(path.prefix(count))
      let priority = TreeLeaves.stored(path.prefix(count) + [TreeLeaves.priority])
      guard try leaf(at: priority) != nil else { continue }
      guard try firstLeaf(from: parent, to: TreeLeaves.end(of: parent))?.path == priority,
        try firstLeaf(from: priority + "\u{2}", to: TreeLeaves.end(of: parent)) == nil
      else { return }
      try deleteLeaf(at: priority)
    }
  }

  /// Notes what was written, in parts that can be kept.
  private func note(_ write: RealtimeWrite) throws {
    let stored = TreeLeaves.stored(write.path)
    guard write.isPatch else {
      guard let change = write.changes.first else { return }
      return try note(path: stored, value: kept(change.value), isPatch: false)
    }
    var part: [(key: String, value: String)] = []
    var size = 0
    func finishPart() throws {
      guard !part.isEmpty else { return }
      try note(path: stored, value: RealtimeJSON.object(part), isPatch: true)
      (part, size) = ([], 0)
    }
    for change in write.changes {
      guard let value = kept(change.value) else {
        try finishPart()
        try note(path: TreeLeaves.stored(change.path), value: nil, isPatch: false)
        continue
      }
      let key = change.path.dropFirst(write.path.count).joined(separator: "/")
      if size + value.utf8.count + key.utf8.count > TreeChange.bytesMax { try finishPart() }
      size += value.utf8.count + key.utf8.count
      part.append((key, value))
    }
    try finishPart()
  }

  private func kept(_ value: RealtimeValue) -> String? {
    let bytes = RealtimeJSON.bytes(of: value)
    return bytes.count <= TreeChange.bytesMax ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
