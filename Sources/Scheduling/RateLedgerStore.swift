/// Keeps a ledger for each provider, shared by all who ask: the processes of one warehouse, or the tasks of one run.
public protocol RateLedgerStore: Sendable {
  /// Loads the provider's ledger (an empty one when there is none), lets `body` change it, and stores it, all in one transaction.
  ///
  /// When `body` throws, nothing is stored and the error is passed on. `body` decides quickly and never waits.
  func update<R: Sendable>(_ provider: String, _ body: @Sendable (inout RateLedger) throws -> R) async throws -> R
}
