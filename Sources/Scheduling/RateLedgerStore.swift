/// Keeps a ledger for each provider, shared by all who ask: the processes of one warehouse, or the tasks of one run.
public protocol RateLedgerStore: Sendable {
  /// Loads the provider's ledger (an empty one when there is none), lets `body` change it, and stores it, all in one transaction.
  ///
  /// No other update of this provider runs between loading and storing, in this process or another: `body` may read the clock, and
  /// finds it no earlier than the update before it did. When `body` throws, nothing is stored and the error is passed on. `body`
  /// decides quickly, never waits, and changes nothing but the ledger: it may run twice, and what the last run left is stored.
  func update<R: Sendable>(_ provider: String, _ body: @escaping @Sendable (inout RateLedger) throws -> R) async throws -> R
}
