import JobGraph

/// Reads `retry: { attempts, backoff, max_backoff }`.
struct RetryReader {
  let findings: Findings

  /// - Parameter base: what holds for the keys that are not written.
  func read(_ tree: Tree, over base: RetryPolicy) -> RetryPolicy? {
    guard let section = Section(tree, title: "`retry`", findings: findings) else { return nil }
    section.refuseKeys(except: ["attempts", "backoff", "max_backoff"])
    let policy = RetryPolicy(
      attempts: section.integer("attempts", in: 1...100) ?? base.attempts, backoff: section.duration("backoff") ?? base.backoff,
      maxBackoff: section.duration("max_backoff") ?? base.maxBackoff)
    if section["backoff"] != nil, section["max_backoff"] != nil, policy.maxBackoff < policy.backoff {
      findings.add(.outOfRange, at: section.keySpot("max_backoff"), "`max_backoff` is shorter than `backoff`", label: "the longest wait")
    }
    return policy
  }
}
