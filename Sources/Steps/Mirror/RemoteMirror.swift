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
  private static let page = (entries: 2000, bytes: 4 << 20)
  private static let refusalsShown = 5
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
    }
  }

  fileprivate func newJournal() -> MirrorJournal { MirrorJournal(place: sink.place, writer: name()) }

  /// One push on its way.
  private struct Push {
    let mirror: RemoteMirror
    let night: Instant
    var journal: MirrorJournal
    var outcome = Outcome()
    private var seen = SeenPointer.none

    private var sink: any RemoteSink { mirror.sink }
    private var warehouse: Warehouse { mirror.warehouse }

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
      if journal.isCopyLive {
        // The last push had shown its night, and was stopped before it had brought it home.
        try await catchUp(.root)
        try await show(.root)
      }
      if try await writeAtOnce() { return }
      if sink.hasCopy {
        try await catchUp(.copy)
        try await drain(into: .copy)
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
        try await write(batch.changes, .root, MirrorPointer(copy: .root, night: night, sequence: sequence, writer: journal.writer))
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

    /// Tells a tree what the other one was told already.
    private mutating func catchUp(_ copy: MirrorCopy) async throws {
      while true {
        let since = copy == .root ? journal.rootSequence : journal.copySequence
        let entries = try await warehouse.read {
          try $0.mirrorNodes(after: since, limit: RemoteMirror.page.entries, bytesMax: RemoteMirror.page.bytes)
        }
        guard let last = entries.last else { return }
        let page = Page(entries: entries, isOutbox: false, mirror)
        for batch in page.batches {
          try await write(batch.changes, copy, nil)
          guard let through = batch.through else { continue }
          advance(copy, to: entries[through].sequence)
          try await save()
        }
        advance(copy, to: last.sequence)
        try await save()
        count(page)
      }
    }

    /// Tells a tree what nobody was told yet. Each set that is written leaves the outbox; what comes after one that fails stays.
    private mutating func drain(into copy: MirrorCopy) async throws {
      while true {
        let entries = try await warehouse.read {
          try $0.outbox(limit: RemoteMirror.page.entries, bytesMax: RemoteMirror.page.bytes)
        }
        guard let last = entries.last else { return }
        let page = Page(entries: entries, isOutbox: true, mirror)
        var done = 0
        for batch in page.batches {
          try await write(batch.changes, copy, nil)
          guard let through = batch.through else { continue }
          // Those before it that were overwritten by a later one are told by that.
          try await settle(page.told(in: done...through), through: entries[through].sequence, copy)
          done = through + 1
        }
        try await settle([], through: last.sequence, copy)
        count(page)
        outcome.paths += page.toldCount
      }
    }

    /// Moves changes from the outbox to what is told.
    private mutating func settle(_ told: [(path: String, value: String?)], through sequence: Int64, _ copy: MirrorCopy) async throws {
      if !told.isEmpty {
        let base = try await warehouse.read { try $0.mirrorSequence() }
        advance(copy, to: base + Int64(told.count))
      }
      let journal = journal
      try await warehouse.write { transaction in
        _ = try transaction.tell(told)
        try transaction.acknowledge(through: sequence)
        try transaction.save(journal)
      }
    }

    private mutating func advance(_ copy: MirrorCopy, to sequence: Int64) {
      if copy == .root { journal.rootSequence = sequence } else { journal.copySequence = sequence }
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

    private mutating func write(_ changes: [WireChange], _ copy: MirrorCopy, _ pointer: MirrorPointer?) async throws {
      try Task.checkCancellation()
      try await sink.write(changes, in: copy, with: pointer)
      outcome.writes += changes.count
      outcome.requests += 1
    }

    private mutating func count(_ page: Page) {
      outcome.forgotten += page.forgotten
      guard page.isOutbox else { return }
      outcome.refused += page.refusals.count
      outcome.refusals += page.refusals.prefix(max(0, RemoteMirror.refusalsShown - outcome.refusals.count)).map(\.description)
    }
  }
}
