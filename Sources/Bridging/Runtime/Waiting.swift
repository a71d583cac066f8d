import Foundation
import Glibc

/// An instant of a clock that nobody sets: a wait for one is as long as it was meant to be, whatever becomes of the time of day.
struct Deadline: Sendable, Comparable {
  private let nanoseconds: Int64

  private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// So many seconds from now.
  init(seconds: Double) { nanoseconds = Self.now.nanoseconds + Int64(max(0, min(seconds, 1e9)) * 1e9) }

  static var now: Deadline {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Deadline(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  var hasPassed: Bool { self <= .now }
  /// Seconds until then; 0 when it has passed.
  var secondsLeft: Double { max(0, Double(nanoseconds - Self.now.nanoseconds) / 1e9) }

  static func < (a: Deadline, b: Deadline) -> Bool { a.nanoseconds < b.nanoseconds }

  fileprivate var time: timespec { timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000)) }
}

/// A lock with a condition. Unlike those of Foundation, its waits do not last an hour longer when the clock is set back by one.
final class WaitLock: Sendable {
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }

  func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock()
    defer { unlock() }
    return try body()
  }

  /// The lock is held.
  func wait() { pthread_cond_wait(condition, mutex) }

  /// The lock is held.
  /// - Returns: false when the time had passed.
  func wait(until deadline: Deadline) -> Bool {
    var time = deadline.time
    return pthread_cond_timedwait(condition, mutex, &time) == 0
  }

  func signal() { pthread_cond_signal(condition) }
  func broadcast() { pthread_cond_broadcast(condition) }
}

/// A thread with one piece of work, which looks now and then whether it shall end.
final class Worker: Sendable {
  private let name: String
  private let lock = WaitLock()
  nonisolated(unsafe) private var isAsked = false
  nonisolated(unsafe) private var isRunning = false

  init(_ name: String) { self.name = name }

  /// Once in its life.
  func start(_ work: @escaping @Sendable () -> Void) {
    lock.withLock { isRunning = true }
    let thread = Thread { [self] in
      work()
      lock.withLock {
        isRunning = false
        lock.broadcast()
      }
    }
    thread.name = name
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Whether it shall end.
  var isStopping: Bool { lock.withLock { isAsked } }

  /// Asks it to end; a pause that it makes is over.
  func askToStop() {
    lock.withLock {
      isAsked = true
      lock.broadcast()
    }
  }

  /// - Returns: whether it has ended by then.
  func awaitEnd(until deadline: Deadline) -> Bool {
    lock.withLock {
      while isRunning, lock.wait(until: deadline) {}
      return !isRunning
    }
  }

  /// For the work itself: waits so long, or until it is asked to end.
  func pause(seconds: Double) {
    let deadline = Deadline(seconds: seconds)
    lock.withLock {
      let wasAsked = isAsked
      while isAsked == wasAsked, lock.wait(until: deadline) {}
    }
  }
}
