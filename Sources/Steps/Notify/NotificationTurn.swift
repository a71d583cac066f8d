import Scheduling
import Storage

/// Lets those who tell do so one after another, also those of other processes: what one of them has begun, another would take for
/// abandoned. The run lock does not do for this: a command that tells would keep runs from starting.
public actor NotificationTurn {
  private let lockFile: String?
  private var lock: RunLock?
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var troubles: [String] = []

  /// So often a process looks whether another has ended.
  private static let pause = Duration.milliseconds(100)

  /// - Parameter lockFile: nil: no other process tells.
  public init(lockFile: String? = nil) { self.lockFile = lockFile }

  /// - Returns: false when others were at it until the deadline.
  func take(until deadline: Instant, _ time: any TimeSource) async throws -> Bool {
    if isTaken { await withCheckedContinuation { waiting.append($0) } } else { isTaken = true }
    guard let lockFile else { return true }
    do {
      while true {
        do {
          lock = try RunLock(at: lockFile, purpose: "telling")
          return true
        } catch LockError.held {
          guard time.now() < deadline else {
            giveBack()
            return false
          }
          try await time.sleep(until: time.now() + Self.pause)
        }
      }
    } catch {
      giveBack()
      throw error
    }
  }

  func giveBack() {
    lock = nil
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }

  /// Keeps what could not be told outside of `notify.send`, for the step to say.
  func keep(_ troubles: [String]) { self.troubles += troubles }

  func takeTroubles() -> [String] {
    defer { troubles = [] }
    return troubles
  }
}
