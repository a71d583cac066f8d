/// The realtime database that lives in the warehouse: the same tree, offline, the default.
public struct EmbeddedSink: RealtimeSink {
  private let storage: any TreeStorage

  public init(storage: any TreeStorage) {
    self.storage = storage
  }

  public func apply(_ changes: [RealtimeChange]) async throws {
    try await storage.replace(changes.map { ($0.path.description, $0.value) })
  }
}

/// Where the embedded tree is kept.
public protocol TreeStorage: Sendable {
  /// Replaces the values at these paths, all in one step; nil deletes.
  func replace(_ values: [(path: String, value: String?)]) async throws
}
