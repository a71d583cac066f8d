import Mirroring
import Storage

/// Brings what waits into the tree that lives in the warehouse: page by page, in the one transaction that also acknowledges it.
///
/// A reader sees all of it or nothing, and so does a power cut; memory holds one page.
struct EmbeddedPush {
  let places: MirroredPlaces

  /// What is held in memory at once.
  private static let page = (entries: 1000, bytes: 4 << 20)
  private static let refusalsShown = 5

  func run(in transaction: WarehouseTransaction) throws -> RemoteMirror.Outcome {
    var outcome = RemoteMirror.Outcome()
    // Those who never had a database elsewhere keep no second account of what was told.
    let isSecond = try transaction.reader.hasMirrorElsewhere()
    if isSecond { try replay(transaction) }
    while true {
      let entries = try transaction.reader.outbox(limit: EmbeddedPush.page.entries, bytesMax: EmbeddedPush.page.bytes)
      guard let last = entries.last else { break }
      let told = try write(entries, in: transaction, &outcome)
      // A database elsewhere may be the mirror again.
      if isSecond { _ = try transaction.tell(told.map { ($0.path.description, $0.value) }) }
      try transaction.acknowledge(through: last.sequence)
    }
    if isSecond { try save(through: try transaction.reader.mirrorSequence(), transaction) }
    outcome.writes = outcome.paths
    return outcome
  }

  /// Tells what a database elsewhere was told while it was the mirror.
  private func replay(_ transaction: WarehouseTransaction) throws {
    var through = try transaction.reader.mirrorJournal(of: MirrorJournal.embedded)?.rootSequence ?? 0
    var ignored = RemoteMirror.Outcome()
    while true {
      let nodes = try transaction.reader.mirrorNodes(
        after: through, limit: EmbeddedPush.page.entries, bytesMax: EmbeddedPush.page.bytes)
      guard let last = nodes.last else { return }
      _ = try write(nodes, in: transaction, &ignored)
      through = last.sequence
    }
  }

  private func save(through sequence: Int64, _ transaction: WarehouseTransaction) throws {
    var journal = MirrorJournal(place: MirrorJournal.embedded, writer: MirrorJournal.embedded)
    journal.rootSequence = sequence
    try transaction.save(journal)
  }

  /// - Returns: what belongs to the mirror, in its last form.
  private func write(
    _ entries: [OutboxEntry], in transaction: WarehouseTransaction, _ outcome: inout RemoteMirror.Outcome
  ) throws -> [RealtimeChange] {
    var changes: [RealtimeChange] = []
    for entry in entries {
      guard let path = RealtimePath(escaped: entry.path) else {
        refuse(ChangeRefusal(path: RealtimePath([entry.path]), reason: "no path is written so"), &outcome)
        continue
      }
      guard places.contains(path) else {
        outcome.forgotten += 1
        continue
      }
      changes.append(RealtimeChange(path: path, value: entry.value))
    }
    let told = Outbox.coalesced(changes)
    let rows = TreeRowsInTransaction(transaction: transaction)
    for merge in try merges(told, &outcome) { try rows.apply(merge) }
    return told
  }

  /// What can be stored; a change that cannot is left out, so that it holds up no other.
  private func merges(_ changes: [RealtimeChange], _ outcome: inout RemoteMirror.Outcome) throws -> [RealtimeWrite] {
    if let merges = try? EmbeddedPush.merges(changes) {  // else each is tried by itself, which tells the reason
      outcome.paths += changes.count
      return merges
    }
    var sound: [RealtimeChange] = []
    for change in changes {
      do {
        _ = try EmbeddedPush.merges([change])
        sound.append(change)
      } catch {
        refuse(ChangeRefusal(path: change.path, reason: "\(error)"), &outcome)
      }
    }
    outcome.paths += sound.count
    return try EmbeddedPush.merges(sound)
  }

  private static func merges(_ changes: [RealtimeChange]) throws -> [RealtimeWrite] {
    let merges = try RealtimeWrite.merges(changes.map { ($0.path.description, $0.value) })
    // What only shows when its leaves are taken apart: the keys that begin with a dot.
    for change in merges.lazy.flatMap(\.changes) { _ = try TreeLeaves.leaves(of: change.value, at: change.path) }
    return merges
  }

  private func refuse(_ refusal: ChangeRefusal, _ outcome: inout RemoteMirror.Outcome) {
    outcome.refused += 1
    if outcome.refusals.count < EmbeddedPush.refusalsShown { outcome.refusals.append(refusal.description) }
  }
}
