public import Mirroring
public import Scheduling
public import Storage

/// Tells a realtime database elsewhere what changed, so that a reader sees the night before or the night after.
///
/// What one request holds is written into the tree itself, in one step. More is written into the second tree first, where no reader is;
/// then one pointer sends the readers there, the tree itself is brought up to date, and the pointer sends them back. How far each tree is
/// stands in the warehouse after every request, so that a killed push goes on where it was. docs/decisions/0013-mirror.md tells why.
public struct RemoteMirror: Sendable {
  /// What a push did.
  public struct Outcome: Sendable, Equatable {
    /// Changed paths of which the database was told: each once, however many trees it has.
    public var paths = 0
    /// Paths that were written, over all trees.
    public var writes = 0
    public var requests = 0
    /// Changes of parts that realtime.yaml does not name.
    public var forgotten = 0
    /// Changes that no database would take: left out.
    public var refused = 0
    /// The first of them, as people read them.
    public var refusals: [String] = []

    public init() {}
  }

  let warehouse: Warehouse
  let sink: any RemoteSink
  /// What is told.
  let places: MirroredPlaces
  private let time: any TimeSource
  /// Makes the name of this warehouse, the first time.
  private let name: @Sendable () -> String

  /// What is held in memory at once.
  static let page = (entries: 6000, bytes: 4 << 20)
  static let refusalsShown = 5
  /// Times that the pointer is tried when somebody else changes it.
  private static let switchesMax = 5

  /// - Parameter name: a name for this warehouse that no other has.
  public init(
    _ warehouse: Warehouse, to sink: any RemoteSink, places: MirroredPlaces, time: any TimeSource,
    name: @escaping @Sendable () -> String = { String((0..<20).map { _ in "0123456789abcdefghjkmnpqrstvwxyz".randomElement()! }) }
  ) {
    (self.warehouse, self.sink, self.places, self.time, self.name) = (warehouse, sink, places, time, name)
  }

  /// Tells everything that waits.
  /// - Parameters:
  ///   - night: the logical date that readers are shown.
  ///   - takingOver: also when another warehouse wrote there last.
  /// - Throws: ``Mirroring/MirrorFailure``, also written into the journal; `CancellationError`; ``Storage/WarehouseError``.
  public func push(night: Instant, takingOver: Bool = false) async throws -> Outcome {
    var push = try await Push(self, night: night)
    do {
      try await push.run(takingOver: takingOver)
    } catch {
      push.journal.failedAt = time.now()
      push.journal.failure = error is CancellationError ? "stopped before its end" : "\(error)"
      try await push.save()
      throw error
    }
    (push.journal.pushedAt, push.journal.failedAt, push.journal.failure) = (time.now(), nil, nil)
    try await push.save()
    return push.outcome
  }

  /// What was told to the embedded database before there was this one.
  fileprivate func seed() async throws {
    let tops = places.tops.sorted()
    try await warehouse.write { transaction in
      let reader = transaction.reader
      guard try !reader.hasMirrorNodes() else { return }
      func tell(_ place: String) throws {
        try reader.treeLeaves(below: place) { _ = try transaction.tell([($0.replacing("\u{1}", with: "/"), $1)]) }
      }
      for top in tops { try tell(top) }
      for uid in try reader.treeKeys(below: MirroredPlaces.usersPath.description) {
        try tell(MirroredPlaces.results(of: uid).keys.joined(separator: "\u{1}"))
      }
      // The tree in the warehouse has all of that; it is told the rest when it is the mirror again.
      var journal = MirrorJournal(place: MirrorJournal.embedded, writer: MirrorJournal.embedded)
      journal.rootSequence = try reader.mirrorSequence()
      try transaction.save(journal)
    }
  }

  fileprivate func newJournal() -> MirrorJournal { MirrorJournal(place: sink.place, writer: name()) }

  /// One push on its way.
  struct Push {
    let mirror: RemoteMirror
    let night: Instant
    var journal: MirrorJournal
    var outcome = Outcome()
    private var seen = SeenPointer.none
    /// Changes that the database refused, and not we.
    var refusedThere = 0

    var sink: any RemoteSink { mirror.sink }
    var warehouse: Warehouse { mirror.warehouse }

    init(_ mirror: RemoteMirror, night: Instant) async throws {
      (self.mirror, self.night) = (mirror, night)
      let place = mirror.sink.place
      if let known = try await mirror.warehouse.read({ try $0.mirrorJournal(of: place) }) {
        journal = known
      } else {
        try await mirror.seed()
        journal = mirror.newJournal()
        try await save()
      }
    }

    func save() async throws {
      let journal = journal
      try await warehouse.write { try $0.save(journal) }
    }

    mutating func run(takingOver: Bool) async throws {
      try await look(takingOver: takingOver)
      if journal.isCopyLive, journal.copySequence == 0 { return try await fill() }
      if journal.isCopyLive {
        // The last push had shown its night, and was stopped before it had brought it home.
        try await catchUp(.root)
        try await show(.root)
      }
      if try await writeAtOnce() { return }
      if try await isBlank() {
        try await show(.copy)
        return try await fill()
      }
      if sink.hasCopy {
        let since = journal.copySequence
        // What the outbox has newer would be written twice.
        try await catchUp(.copy, skippingWaiting: true)
        try await drain(into: .copy, skipped: since)
        try await show(.copy)
        try await catchUp(.root)
      } else {
        try await show(.root, isComplete: false)
        try await catchUp(.root)
        try await drain(into: .root)
      }
      try await show(.root)
      try await warehouse.write { try $0.forgetDeletedMirrorNodes() }
    }

    /// Writes into the tree itself, once, while readers are at the second one: it is empty, as the database was, or holds what another
    /// warehouse last showed.
    private mutating func fill() async throws {
      try await catchUp(.root)
      try await drain(into: .root)
      try await show(.root)
      try await warehouse.write { try $0.forgetDeletedMirrorNodes() }
    }

    /// Whether it holds nothing of ours, in either tree.
    private func isBlank() async throws -> Bool {
      guard sink.hasCopy, seen.pointer == nil else { return false }
      let tops = Set(mirror.places.tops.map(WireChange.key))
      guard try await sink.keys(at: RealtimePath([]), in: .root).allSatisfy({ !tops.contains($0) }) else { return false }
      return try await sink.keys(at: RealtimePath([]), in: .copy).isEmpty
    }

    /// What the database says of itself wins over what we remember of it.
    private mutating func look(takingOver: Bool) async throws {
      seen = try await sink.pointer()
      guard let pointer = seen.pointer else {
        if journal.rootSequence > 0 || journal.copySequence > 0 || journal.isCopyLive {
          // It was emptied, or is another one under the same address: it is told everything.
          (journal.rootSequence, journal.copySequence, journal.isCopyLive) = (0, 0, false)
          try await save()
        }
        return
      }
      if pointer.writer != journal.writer {
        guard takingOver else {
          throw MirrorFailure(
            .permanent,
            "\(sink.place): another warehouse writes there (last for \(pointer.night.iso8601)); two would undo each other's work. "
              + "If this one is to write from now on: `jobs realtime push --take-over`")
        }
        // What the other one wrote is not known here; `--repair` finds what is left of it.
        (journal.rootSequence, journal.copySequence) = (0, 0)
      }
      journal.isCopyLive = pointer.copy == .copy
      try await save()
    }

    /// Everything that waits in one request, with the pointer in it; false when that is too much.
    private mutating func writeAtOnce() async throws -> Bool {
      let most = sink.bounds.pathsMax
      let (since, bytes) = (journal.rootSequence, sink.bounds.bytesMax)
      let (nodes, entries) = try await warehouse.read {
        (
          try $0.mirrorNodes(after: since, limit: most + 1, bytesMax: bytes * 2),
          try $0.outbox(limit: 2 * most + 1, bytesMax: bytes * 2)
        )
      }
      let hasMore = try await warehouse.read { reader in
        try nodes.last.map { try !reader.mirrorNodes(after: $0.sequence, limit: 1, bytesMax: 1).isEmpty } ?? false
          || entries.last.map { try reader.hasOutbox(after: $0.sequence) } ?? false
      }
      guard !hasMore else { return false }
      var page = Page(entries: nodes, isOutbox: false, mirror)
      page.append(entries)
      guard page.batches.count <= 1, (page.batches.first?.changes.count ?? 0) < most else { return false }
      let told = page.told(from: nodes.count)
      let base = try await warehouse.read { try $0.mirrorSequence() }
      let sequence = base + Int64(told.count)
      if let batch = page.batches.first {
        try Task.checkCancellation()
        let pointer = MirrorPointer(copy: .root, night: night, sequence: sequence, writer: journal.writer)
        do {
          try await sink.write(batch.changes, in: .root, with: pointer)
        } catch let failure as MirrorFailure where failure.isOfContent && batch.changes.count > 1 {
          // One of them is refused. Which one is found out where no reader is.
          return false
        }
        (outcome.writes, outcome.requests) = (outcome.writes + batch.changes.count, outcome.requests + 1)
      } else if entries.isEmpty {
        // Nothing to tell. A database that was never told anything learns at least who writes.
        if seen.pointer?.writer != journal.writer { try await show(.root) }
        return true
      }
      journal.rootSequence = max(sequence, journal.rootSequence)
      let (journal, last) = (journal, entries.last?.sequence)
      try await warehouse.write { transaction in
        _ = try transaction.tell(told)
        if let last { try transaction.acknowledge(through: last) }
        try transaction.save(journal)
        try transaction.forgetDeletedMirrorNodes()
      }
      count(page)
      outcome.paths += page.batches.first.map { Set($0.changes.map(\.origin)).count } ?? 0
      return true
    }

    /// Sends readers to a tree.
    private mutating func show(_ copy: MirrorCopy, isComplete: Bool = true) async throws {
      let sequence = copy == .root ? journal.rootSequence : journal.copySequence
      let pointer = MirrorPointer(copy: copy, night: night, sequence: sequence, writer: journal.writer, isComplete: isComplete)
      let before = seen.pointer
      for _ in 0..<RemoteMirror.switchesMax {
        if seen.pointer == pointer { break }
        seen = try await sink.point(to: pointer, replacing: seen)
        outcome.requests += 1
        if let other = seen.pointer, other != pointer, other.writer != journal.writer, other.writer != before?.writer {
          throw MirrorFailure(.conflict, "\(sink.place): another warehouse has begun to write there; this one stops")
        }
      }
      guard seen.pointer == pointer else {
        throw MirrorFailure(
          .conflict,
          "\(sink.place): \(MirrorPointer.path) was changed by somebody else \(RemoteMirror.switchesMax) times in a row; who else writes there?"
        )
      }
      journal.isCopyLive = copy == .copy
      try await save()
    }
  }
}
