import Foundation
public import Scheduling

/// Ledgers that live as long as the process: for tests, and for a run without a warehouse.
public final class InMemoryRateLedgerStore: RateLedgerStore, @unchecked Sendable {
  private let lock = NSLock()
  private var ledgers: [String: RateLedger]

  /// - Parameter ledgers: by provider, what was counted before.
  public init(_ ledgers: [String: RateLedger] = [:]) {
    self.ledgers = ledgers
  }

  public func update<R: Sendable>(_ provider: String, _ body: @escaping @Sendable (inout RateLedger) throws -> R) async throws -> R {
    try lock.withLock {
      var ledger = ledgers[provider] ?? RateLedger()
      let result = try body(&ledger)
      ledgers[provider] = ledger
      return result
    }
  }
}
