import Mirroring
import Storage

/// How a database elsewhere differs from what it was told.
public struct MirrorDrift: Sendable, Equatable {
  /// Paths that were compared.
  public var compared = 0
  /// Paths that are not there.
  public var missing = 0
  /// Paths with another value.
  public var different = 0
  /// Paths that nobody told.
  public var extra = 0
  /// Paths that were written again, or deleted.
  public var repaired = 0
  /// Some of them, as people read them.
  public var examples: [String] = []

  public var isNone: Bool { missing + different + extra == 0 }
}

extension RemoteMirror {
  /// Compares what was told with what is there, in pieces of bounded size: a piece with few paths is read whole, one with many key by key.
  /// - Parameter repairing: what differs is told again, and what nobody told is deleted. Nothing else is written.
  /// - Returns: nil for a database that cannot be compared, and for one that was never told anything.
  public func drift(repairing: Bool = false) async throws -> MirrorDrift? {
    let place = sink.place
    guard sink.canCompare, let journal = try await warehouse.read({ try $0.mirrorJournal(of: place) }) else { return nil }
    var drift = MirrorDrift()
    // The other tree is brought up to date before readers are sent there; here only its own damage would be missed.
    let trees: [MirrorCopy] = repairing && journal.copySequence > 0 ? [.root, .copy] : [journal.isCopyLive ? .copy : .root]
    for copy in trees {
      var search = DriftSearch(self, copy, through: copy == .root ? journal.rootSequence : journal.copySequence, isRepairing: repairing)
      for place in try await comparedPlaces(through: search.through) { try await search.compare(place) }
      drift.add(search.drift)
    }
    return drift
  }

  /// Everything of ours: whole tops, and the results of those users who were told any. Nobody else's part of `/users` is looked at.
  private func comparedPlaces(through sequence: Int64) async throws -> [RealtimePath] {
    let users = try await warehouse.read { try $0.mirrorKeys(below: MirroredPlaces.usersPath.description, through: sequence) }
    return places.tops.sorted().map { RealtimePath($0) }
      + users.compactMap { RealtimePath(escaped: $0)?.keys.first }.map(MirroredPlaces.results(of:))
  }
}

extension MirrorDrift {
  fileprivate mutating func add(_ other: MirrorDrift) {
    compared += other.compared
    missing += other.missing
    different += other.different
    extra += other.extra
    repaired += other.repaired
    examples += other.examples.prefix(max(0, DriftSearch.examplesMax - examples.count))
  }
}

private struct DriftSearch {
  static let examplesMax = 5
  /// A piece with more paths than this is read key by key.
  private static let pathsMax = 500
  private static let bytesMax = 8 << 20
  /// What a single value may have.
  private static let leafBytesMax = 64 << 20

  private let mirror: RemoteMirror
  private let copy: MirrorCopy
  let through: Int64
  private let isRepairing: Bool
  private(set) var drift = MirrorDrift()

  init(_ mirror: RemoteMirror, _ copy: MirrorCopy, through: Int64, isRepairing: Bool) {
    (self.mirror, self.copy, self.through, self.isRepairing) = (mirror, copy, through, isRepairing)
  }

  mutating func compare(_ path: RealtimePath) async throws {
    try Task.checkCancellation()
    let (text, through) = (path.description, through)
    let count = try await mirror.warehouse.read { try $0.mirrorNodeCount(below: text, through: through) }
    if count <= DriftSearch.pathsMax {
      let told = try await mirror.warehouse.read { try $0.mirrorNodes(below: text, through: through) }
      let isLeaf = told.contains { $0.path == text && $0.value != nil }
      let bytesMax = isLeaf ? DriftSearch.leafBytesMax : DriftSearch.bytesMax
      if let there = try await mirror.sink.value(at: path, in: copy, bytesMax: bytesMax) {
        return try await compare(path, told, there.unescapingKeys)
      }
    }
    try await compareKeys(of: path)
  }

  private mutating func compareKeys(of path: RealtimePath) async throws {
    let (text, through) = (path.description, through)
    let told = try await mirror.warehouse.read { try $0.mirrorKeys(below: text, through: through) }
    let toldKeys = Set(told.compactMap { RealtimePath(escaped: $0)?.keys.first })
    let there = Set(try await mirror.sink.keys(at: path, in: copy).map { RealtimePath(escaped: $0)?.keys.first ?? $0 })
    for group in try await groups(of: toldKeys, below: path) { try await compare(group, of: path) }
    try await found([], [], extra: there.subtracting(toldKeys).sorted().map { RealtimePath(path.keys + [$0]) })
  }

  /// Neighbours that have few paths together, in the order of the database's keys; one with many is alone.
  private func groups(of keys: Set<String>, below path: RealtimePath) async throws -> [[String]] {
    let sorted = keys.map { ($0, RealtimePath($0).description) }.sorted { DriftSearch.order($0.0) < DriftSearch.order($1.0) }
    let (text, through) = (path.description, through)
    let counts = try await mirror.warehouse.read { reader in
      try sorted.map { try reader.mirrorNodeCount(below: "\(text)/\($0.1)", through: through) }
    }
    var (groups, count): ([[String]], Int) = ([], 0)
    for (key, more) in zip(sorted.map(\.0), counts) {
      if groups.isEmpty || count + more > DriftSearch.pathsMax {
        groups.append([])
        count = 0
      }
      groups[groups.count - 1].append(key)
      count += more
    }
    return groups
  }

  /// Keys are ordered by the bytes that are written.
  private static func order(_ key: String) -> String { WireChange.key(key) }

  private mutating func compare(_ group: [String], of path: RealtimePath) async throws {
    let (text, through, keys) = (path.description, through, group.map { RealtimePath($0).description })
    let there =
      group.count > 1
      ? try await mirror.sink.children(of: path, from: group[0], through: group[group.count - 1], in: copy, bytesMax: DriftSearch.bytesMax)
      : nil
    guard case .some(let there) = there else {
      for key in group { try await compare(RealtimePath(path.keys + [key])) }
      return
    }
    let told = try await mirror.warehouse.read { reader in
      try keys.flatMap { try reader.mirrorNodes(below: "\(text)/\($0)", through: through) }.sorted { $0.sequence < $1.sequence }
    }
    // What nobody told is found by its key.
    let known = Set(group)
    guard case .object(let children) = there.unescapingKeys else { return try await compare(path, told, .null) }
    try await compare(path, told, .object(children.filter { known.contains($0.key) }))
  }

  /// One piece, whole.
  private mutating func compare(_ path: RealtimePath, _ told: [OutboxEntry], _ there: WireValue) async throws {
    var expected = WireValue.null
    var places: [(entry: OutboxEntry, keys: [String])] = []
    for entry in told {
      guard let keys = RealtimePath(escaped: entry.path)?.keys else { continue }
      let below = Array(keys.dropFirst(path.keys.count))
      guard let text = entry.value else {
        expected = expected.setting(.null, at: below[...])
        continue
      }
      guard let value = WireValue(json: text) else { continue }
      expected = expected.setting(value.asTree(keepingArrays: mirror.sink.keepsArrays), at: below[...])
      places.append((entry, below))
    }
    drift.compared += places.count
    let wrong = places.filter { !expected.value(at: $0.keys).isSame(as: there.value(at: $0.keys)) }
    let missing = wrong.filter { there.value(at: $0.keys) == .null }
    // What is more in a value that was told is a difference of that value.
    let extra = there.paths(missingIn: expected).filter { keys in !places.contains { keys.starts(with: $0.keys) } }
    // What is written again is what should be there now: parts of it may have been changed since it was told as a whole.
    let known = Set(missing.map(\.entry.path))
    func now(_ place: (entry: OutboxEntry, keys: [String])) -> RealtimeChange {
      let value = expected.value(at: place.keys)
      return RealtimeChange(path: RealtimePath(path.keys + place.keys), value: value == .null ? nil : value.json)
    }
    try await found(
      missing.map(now), wrong.filter { !known.contains($0.entry.path) }.map(now), extra: extra.map { RealtimePath(path.keys + $0) })
  }

  private mutating func found(_ missing: [RealtimeChange], _ different: [RealtimeChange], extra: [RealtimePath]) async throws {
    guard !missing.isEmpty || !different.isEmpty || !extra.isEmpty else { return }
    drift.missing += missing.count
    drift.different += different.count
    drift.extra += extra.count
    let all = missing.map { "\($0.path) is not there" } + different.map { "\($0.path) differs" } + extra.map { "\($0) was not told" }
    drift.examples += all.prefix(max(0, DriftSearch.examplesMax - drift.examples.count))
    guard isRepairing else { return }
    precondition(extra.allSatisfy(mirror.places.contains), "a repair deletes what is the mirror's, and nothing else")
    let changes =
      extra.map { RealtimeChange(path: $0, value: nil) } + (missing + different).sorted { $0.path.keys.count < $1.path.keys.count }
    let prepared = changes.compactMap { try? WireChange($0, keepingArrays: mirror.sink.keepsArrays) }  // one that is refused was never told
    for batch in mirror.sink.bounds.batches(prepared) {
      let refusals = try await mirror.sink.writeTaken(batch, in: copy, refusalsMax: RefusalBounds.max)
      drift.repaired += batch.count - refusals.count
    }
  }
}
