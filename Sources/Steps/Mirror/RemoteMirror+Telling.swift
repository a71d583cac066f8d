import Mirroring
import Storage

extension RemoteMirror.Push {
  /// Tells a tree what the other one was told already.
  mutating func catchUp(_ copy: MirrorCopy, skippingWaiting: Bool = false) async throws {
    while true {
      let since = copy == .root ? journal.rootSequence : journal.copySequence
      let entries = try await warehouse.read {
        try $0.mirrorNodes(
          after: since, limit: RemoteMirror.page.entries, bytesMax: RemoteMirror.page.bytes, skippingWaiting: skippingWaiting)
      }
      guard let last = entries.last else { return }
      let page = RemoteMirror.Page(entries: entries, isOutbox: false, mirror)
      try await send(page, to: copy) { push, batch, _ in
        guard let through = batch.through else { return }
        push.advance(copy, to: entries[through].sequence)
        try await push.save()
      }
      advance(copy, to: last.sequence)
      try await save()
      count(page)
    }
  }

  /// Tells a tree what nobody was told yet. Each set that is written leaves the outbox; what comes after one that fails stays.
  /// - Parameter skipped: of what was told after it, that was left out of which the outbox had something newer; nil: nothing.
  mutating func drain(into copy: MirrorCopy, skipped: Int64? = nil) async throws {
    while true {
      let entries = try await warehouse.read {
        try $0.outbox(limit: RemoteMirror.page.entries, bytesMax: RemoteMirror.page.bytes)
      }
      guard let last = entries.last else { return }
      let page = RemoteMirror.Page(entries: entries, isOutbox: true, mirror)
      var (done, refused): (Int, Set<Int>) = (0, [])
      try await send(page, to: copy) { push, batch, refusals in
        refused = refusals
        guard let through = batch.through else { return }
        // Those before it that were overwritten by a later one are told by that.
        try await push.settle(page.told(in: done...through, except: refused), through: entries[through].sequence, copy)
        done = through + 1
      }
      if let skipped { try await restore(page.unchanged(refused), since: skipped, copy) }
      try await settle([], through: last.sequence, copy)
      count(page)
      outcome.paths += page.toldCount - refused.count
    }
  }

  /// Tells what was left out for something newer that was refused then.
  mutating func restore(_ paths: [String], since: Int64, _ copy: MirrorCopy) async throws {
    for path in paths {
      guard let entry = try await warehouse.read({ try $0.mirrorNode(at: path) }), entry.sequence > since else { continue }
      for batch in RemoteMirror.Page(entries: [entry], isOutbox: false, mirror).batches {
        // Where the path itself is refused, there is nothing to restore; that it is refused is noted already.
        _ = try await sink.writeTaken(batch.changes, in: copy, refusalsMax: RefusalBounds.max)
      }
    }
  }

  /// Moves changes from the outbox to what is told.
  mutating func settle(_ told: [(path: String, value: String?)], through sequence: Int64, _ copy: MirrorCopy) async throws {
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

  mutating func advance(_ copy: MirrorCopy, to sequence: Int64) {
    if copy == .root { journal.rootSequence = sequence } else { journal.copySequence = sequence }
  }

  mutating func count(_ page: RemoteMirror.Page) {
    outcome.forgotten += page.forgotten
    guard page.isOutbox else { return }
    for refusal in page.refusals { refuse(refusal) }
  }
}
