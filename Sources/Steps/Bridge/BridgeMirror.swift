public import Bridging
public import Mirroring
public import Storage

/// The bridge tells the realtime database.
public struct BridgeMirror: BridgeSink {
  private let sink: any RealtimeSink

  public init(_ sink: any RealtimeSink) { self.sink = sink }

  public func tell(_ changes: [BridgeChange]) async throws -> [String] {
    let changes = changes.map { RealtimeChange(path: RealtimePath($0.path), value: $0.value) }
    if let remote = sink as? any RemoteSink { return try await remote.applyTaken(changes).map(\.message) }
    do {
      try await sink.apply(changes)
      return []
    } catch is RealtimeWriteDefect {
      // One of them can stand nowhere in a tree. In their order, so that the last word of a path is the last.
      var refusals: [String] = []
      for change in changes {
        do {
          try await sink.apply([change])
        } catch let defect as RealtimeWriteDefect {
          refusals.append("\(change.path): \(defect)")
        }
      }
      return refusals
    }
  }
}

/// The embedded tree, for a process that is no run.
public struct BridgeTree: TreeStorage {
  private let file: BridgeFile

  public init(_ file: BridgeFile) { self.file = file }

  public func replace(_ values: [(path: String, value: String?)]) async throws {
    let merges = try RealtimeWrite.merges(values)
    try await file.writeSoon { transaction in
      let rows = TreeRowsInTransaction(transaction: transaction)
      for merge in merges { try rows.apply(merge) }
    }
  }
}
