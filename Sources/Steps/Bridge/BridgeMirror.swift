public import Bridging
public import Mirroring
public import Storage

/// The bridge tells the realtime database.
public struct BridgeMirror: BridgeSink {
  private let sink: any RealtimeSink

  public init(_ sink: any RealtimeSink) { self.sink = sink }

  public func tell(_ changes: [BridgeChange]) async throws {
    try await sink.apply(changes.map { RealtimeChange(path: RealtimePath($0.path), value: $0.value) })
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
