public import JobGraph
import Mirroring
import Providers
import Scheduling
import Storage
import Transport

/// Explains errors to the runner: what each means for the run is decided here and nowhere else.
public enum FailureClassifier {
  public static func classify(_ error: any Error) -> TaskFailure {
    switch error {
    case let failure as TaskFailure: failure
    case let failure as ProviderFailure: classify(failure)
    case let failure as MirrorFailure: classify(failure)
    case let failure as WarehouseError: classify(failure)
    case BackupError.keyMissing: TaskFailure(.credentials, "\(error)")
    case let failure as BackupError: TaskFailure(.data, failure.description)
    case let failure as LockError: TaskFailure(.transient, failure.description)
    case let failure as FileError: TaskFailure(.storage, failure.description)
    case let request as OversizedRequest: TaskFailure(.permanent, request.description)
    case let refusal as LimiterRefusal: TaskFailure(.deferred(until: refusal.availableAt), "\(refusal.provider): \(refusal.reason)")
    case is CancellationError: TaskFailure(.transient, "stopped before its end")
    default: TaskFailure(.bug, "unexpected: \(error)")
    }
  }

  private static func classify(_ failure: ProviderFailure) -> TaskFailure {
    switch failure.answer {
    case .auth, .entitlement: return TaskFailure(.credentials, failure.message)
    case .notJSON, .unexpectedShape:
      return TaskFailure(failure.isTransient ? .transient : .data, failure.message, retryAfter: failure.retryAfter)
    case .quota, .banned, .limited:
      // The client has waited where the deadline allowed it; what is left is for another run.
      if let available = failure.availableAt { return TaskFailure(.deferred(until: available), failure.message) }
      return TaskFailure(.transient, failure.message, retryAfter: failure.retryAfter)
    default:
      if failure.availableAt != nil, failure.isTransient {
        // The limiter keeps the silence; the next attempt waits in it, or is told at once that its time does not suffice.
        return TaskFailure(.transient, failure.message)
      }
      return TaskFailure(failure.isTransient ? .transient : .permanent, failure.message, retryAfter: failure.retryAfter)
    }
  }

  private static func classify(_ failure: MirrorFailure) -> TaskFailure {
    switch failure.kind {
    case .transient, .conflict: TaskFailure(.transient, failure.message, retryAfter: failure.retryAfter)
    case .deferred(let until): TaskFailure(.deferred(until: until), failure.message)
    case .credentials: TaskFailure(.credentials, failure.message)
    case .denied, .refused, .tooLarge, .permanent: TaskFailure(.permanent, failure.message)
    }
  }

  private static func classify(_ error: WarehouseError) -> TaskFailure {
    switch error {
    case .busy: TaskFailure(.transient, error.description)
    default: TaskFailure(.storage, error.description)
    }
  }
}
