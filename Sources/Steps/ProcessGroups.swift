import Foundation

/// The process groups that the shell steps of this process have running.
public final class ProcessGroups: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var leaders = Set<Int32>()

  public init() {}

  /// Ends all of them at once; for a process that is about to end itself.
  public func killAll() {
    for leader in lock.withLock({ leaders }) { kill(-leader, SIGKILL) }
  }

  func insert(_ leader: Int32) { lock.withLock { _ = leaders.insert(leader) } }
  func remove(_ leader: Int32) { lock.withLock { _ = leaders.remove(leader) } }
}

/// One program and all that it started.
final class ProcessGroup: Sendable {
  private let groups: ProcessGroups
  private let lock = NSLock()
  nonisolated(unsafe) private var leader: Int32 = 0

  init(in groups: ProcessGroups) { self.groups = groups }

  func begin(_ leader: Int32) {
    lock.withLock { self.leader = leader }
    groups.insert(leader)
  }

  /// Asks it to stop.
  func ask() { signal(SIGTERM) }

  /// Ends what is left of it. A group of which nothing is left takes no signal.
  func end() {
    signal(SIGKILL)
    groups.remove(lock.withLock { leader })
  }

  private func signal(_ number: Int32) {
    let leader = lock.withLock { self.leader }
    if leader > 1 { kill(-leader, number) }
  }
}
