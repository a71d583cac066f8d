extension RunState {
  /// The exit status of the command that ran this run.
  ///
  /// When the deliverable is missing, the cause speaks: spent quota or a ban asks to come back later, a missing or wrong key is a
  /// matter of credentials, bad data and a full disk have their own numbers.
  public var exitStatus: CommandStatus {
    switch result {
    case .succeeded, .notDue: .delivered
    case .partial: .partial
    case .cancelled: stopReason == .interrupt ? .interrupted : .terminated
    case .running, .interrupted, .missed: .failed
    case .failed: stopReason == nil ? statusOfFailure : .failed
    }
  }

  private var statusOfFailure: CommandStatus {
    let failures = steps.flatMap { $0.failures.map(\.failure.kind) }
    let lacksSecret = steps.contains { if case .missingSecret = $0.skipReason { true } else { false } }
    let hasWorked = steps.contains { $0.succeeded > 0 }
    if failures.contains(.storage) { return .storage }
    if failures.isEmpty { return lacksSecret ? .credentials : .failed }
    if failures.allSatisfy({ $0.isDeferral }) { return hasWorked ? .failed : .tryAgainLater }
    if failures.allSatisfy({ $0 == .credentials }) { return .credentials }
    if failures.allSatisfy({ $0 == .data }) { return .badData }
    if failures.contains(.bug) { return .bug }
    return .failed
  }
}

extension TaskFailure.Kind {
  fileprivate var isDeferral: Bool {
    if case .deferred = self { true } else { false }
  }
}
