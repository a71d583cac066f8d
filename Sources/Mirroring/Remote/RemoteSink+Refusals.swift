/// A change that a database elsewhere did not take, while it takes others.
public struct WireRefusal: Sendable {
  public let change: WireChange
  /// What the server said.
  public let failure: MirrorFailure

  /// As people read it.
  public var refusal: ChangeRefusal { ChangeRefusal(path: change.path, reason: failure.message) }
}

extension MirrorFailure {
  /// Whether it is what was written that is refused, and not whoever wrote it or when.
  public var isOfContent: Bool { kind == .denied || kind == .refused }
}

extension RemoteSink {
  /// Writes what the database takes of some changes. What it refuses is found by halves, so that it holds up no other.
  ///
  /// What is taken is not written in one step any more when something was refused.
  /// - Parameters:
  ///   - refusalsMax: more is no matter of single changes.
  ///   - mayTakeNone: whether all of several changes may be what no database takes; else something else must be wrong.
  /// - Returns: what was left out.
  /// - Throws: ``MirrorFailure``: also when all of several changes are refused, or too many.
  public func writeTaken(_ changes: [WireChange], in copy: MirrorCopy, refusalsMax: Int, mayTakeNone: Bool = false) async throws
    -> [WireRefusal]
  {
    var refusals: [WireRefusal] = []
    func write(_ part: ArraySlice<WireChange>) async throws {
      do {
        try await self.write(Array(part), in: copy, with: nil)
      } catch let failure as MirrorFailure where failure.isOfContent {
        guard part.count > 1 else {
          refusals.append(WireRefusal(change: part[part.startIndex], failure: failure))
          guard refusals.count <= refusalsMax else { throw failure }
          return
        }
        let half = part.count / 2
        try await write(part.prefix(half))
        try await write(part.dropFirst(half))
      }
    }
    try await write(changes[...])
    let isOfAll = changes.count > 1 && refusals.count == changes.count
    if isOfAll, !mayTakeNone || refusals.contains(where: { $0.failure.kind != .refused }) { throw refusals[0].failure }
    return refusals
  }

  /// Writes into the tree itself: all in one step when one request holds them, else in order, request by request.
  /// - Throws: ``MirrorFailure``; when single changes are refused, all others are written before it says which.
  public func apply(_ changes: [RealtimeChange]) async throws {
    let refusals = try await applyTaken(changes)
    guard let first = refusals.first else { return }
    let more = refusals.count > 1 ? " (the first of \(refusals.count) that are refused)" : ""
    throw MirrorFailure(first.kind, first.message + more)
  }

  /// As ``apply(_:)``, but what is refused for good is left out and named: no change waits for one that will never be taken.
  /// - Throws: ``MirrorFailure``: also when its rules deny all of several changes, or more than ``RefusalBounds/max`` are refused.
  /// - Returns: why each that was left out was refused.
  public func applyTaken(_ changes: [RealtimeChange]) async throws -> [MirrorFailure] {
    var (prepared, refusals): ([WireChange], [MirrorFailure]) = ([], [])
    for change in Outbox.coalesced(changes) {
      do throws(ChangeRefusal) {
        prepared.append(try WireChange(change, keepingArrays: keepsArrays))
      } catch {
        refusals.append(MirrorFailure(.refused, "\(error)"))
      }
    }
    for batch in bounds.batches(prepared) {
      refusals += try await writeTaken(batch, in: .root, refusalsMax: RefusalBounds.max, mayTakeNone: true).map(\.failure)
    }
    return refusals
  }
}

/// How many single changes may be refused before something else must be wrong.
public enum RefusalBounds {
  public static let max = 50
}
