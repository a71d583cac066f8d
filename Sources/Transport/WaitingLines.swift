import Foundation
import Scheduling

/// One line of waiting tasks for each provider; the first one is being served. First come, first served.
final class WaitingLines: @unchecked Sendable {
  private struct Line {
    var waiting: [Int: Waiter] = [:]
    /// In order of arrival; who has given up is no longer in `waiting`.
    var order: ArraySlice<Int> = []
    /// What the first in line sleeps for.
    var sleep: (end: Instant, reason: String, sleeper: Task<Void, any Error>)?
  }

  private struct Waiter {
    let latest: Instant?
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let lock = NSLock()
  private var lines: [String: Line] = [:]
  private var lastTicket = 0

  /// Returns when the caller is first in line; it then must call ``leave(_:)``.
  /// - Throws: ``LimiterRefusal`` when the first in line sleeps beyond `latest`; `CancellationError`.
  func enter(_ provider: String, latest: Instant?) async throws {
    try Task.checkCancellation()
    let ticket = lock.withLock {
      lastTicket += 1
      return lastTicket
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer = lock.withLock { queue(Waiter(latest: latest, continuation: continuation), ticket, provider) }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let waiter = lock.withLock { lines[provider]?.waiting.removeValue(forKey: ticket) }
      waiter?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Lets the next one in line be served.
  func leave(_ provider: String) {
    let next: Waiter? = lock.withLock {
      while let ticket = lines[provider]?.order.popFirst() {
        if let waiter = lines[provider]?.waiting.removeValue(forKey: ticket) { return waiter }
      }
      lines[provider] = nil
      return nil
    }
    next?.continuation.resume()
  }

  /// The first in line sleeps; whoever behind it cannot wait so long is refused.
  func sleeps(_ provider: String, until end: Instant, reason: String, _ sleeper: Task<Void, any Error>) {
    let hopeless: [Waiter] = lock.withLock {
      lines[provider]?.sleep = (end, reason, sleeper)
      let tickets = lines[provider]?.waiting.filter { $0.value.latest.map { $0 < end } ?? false }.keys.sorted() ?? []
      return tickets.compactMap { lines[provider]?.waiting.removeValue(forKey: $0) }
    }
    for waiter in hopeless {
      waiter.continuation.resume(throwing: LimiterRefusal(provider: provider, reason: reason, availableAt: end))
    }
  }

  func wakes(_ provider: String) {
    lock.withLock { lines[provider]?.sleep = nil }
  }

  /// Ends the sleep of the first in line, so that it asks again.
  func wakeFirst(_ provider: String) {
    lock.withLock { lines[provider]?.sleep?.sleeper }?.cancel()
  }

  func waitingCount(_ provider: String) -> Int { lock.withLock { lines[provider]?.waiting.count ?? 0 } }

  /// Called with the lock held.
  /// - Returns: what to tell the caller at once; nil when it waits.
  private func queue(_ waiter: Waiter, _ ticket: Int, _ provider: String) -> Result<Void, any Error>? {
    if Task.isCancelled { return .failure(CancellationError()) }
    guard lines[provider] != nil else {
      lines[provider] = Line()
      return .success(())
    }
    if let sleep = lines[provider]?.sleep, let latest = waiter.latest, latest < sleep.end {
      return .failure(LimiterRefusal(provider: provider, reason: sleep.reason, availableAt: sleep.end))
    }
    lines[provider]?.waiting[ticket] = waiter
    lines[provider]?.order.append(ticket)
    return nil
  }
}

/// The limits of each provider, which may change in mid-run.
final class LimitTable: @unchecked Sendable {
  private let lock = NSLock()
  private var limits: [String: [RateLimit]]

  init(_ limits: [String: [RateLimit]]) {
    self.limits = limits
  }

  subscript(provider: String) -> [RateLimit] {
    get { lock.withLock { limits[provider] ?? [] } }
    set { lock.withLock { limits[provider] = newValue } }
  }
}
