import Mirroring
import Storage

extension RemoteMirror.Push {
  /// Sends the sets of a page, several at a time when none of them depends on another.
  ///
  /// Sets may arrive in any order; `done` is called in theirs, so that whatever comes behind one that failed is told again. When one has
  /// failed no other is begun, and those on their way are waited for: none of them may arrive behind a later push.
  /// - Parameter done: with the entries that were refused so far, by their place in the page.
  mutating func send(
    _ page: RemoteMirror.Page, to copy: MirrorCopy,
    done: (inout RemoteMirror.Push, RemoteMirror.Page.Batch, _ refused: Set<Int>) async throws -> Void
  ) async throws {
    typealias Sent = (index: Int, result: Result<[WireRefusal], any Error>)
    let (sink, batches) = (mirror.sink, page.batches)
    let width = page.isIndependent ? sink.requestsMax : 1
    let failure = await withTaskGroup(of: Sent.self) { group -> (any Error)? in
      var (next, settled, refused): (Int, Int, Set<Int>) = (0, 0, [])
      var (answers, failure): ([Int: Result<[WireRefusal], any Error>], (any Error)?) = ([:], nil)
      // Never further ahead than that of the first that was not settled: so much is sent again after a failure.
      func begin() {
        guard next < batches.count, next < settled + width else { return }
        let (index, changes) = (next, batches[next].changes)
        next += 1
        group.addTask {
          do {
            try Task.checkCancellation()
            return (index, .success(try await sink.writeTaken(changes, in: copy, refusalsMax: RefusalBounds.max)))
          } catch { return (index, .failure(error)) }
        }
      }
      for _ in 0..<width { begin() }
      while let (index, result) = await group.next() {
        answers[index] = result
        while failure == nil, let answer = answers.removeValue(forKey: settled) {
          do {
            let refusals = try answer.get()
            refused.formUnion(refusals.map(\.change.origin))
            try note(refusals)
            outcome.writes += batches[settled].changes.count - refusals.count
            outcome.requests += 1
            try await done(&self, batches[settled], refused)
          } catch { failure = error }
          settled += 1
        }
        if failure == nil { for _ in 0..<width { begin() } }
      }
      return failure
    }
    if let failure { throw failure }
  }

  /// Counts what the database left out; too many are no matter of single changes.
  private mutating func note(_ refusals: [WireRefusal]) throws {
    for refusal in refusals { refuse(refusal.refusal) }
    refusedThere += refusals.count
    if refusedThere > RefusalBounds.max, let last = refusals.last { throw last.failure }
  }

  mutating func refuse(_ refusal: ChangeRefusal) {
    outcome.refused += 1
    if outcome.refusals.count < RemoteMirror.refusalsShown { outcome.refusals.append(refusal.description) }
  }
}
