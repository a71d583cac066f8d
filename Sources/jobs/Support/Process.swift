import CLinux
import Dispatch
import Foundation

/// What every start of the program does before anything else: it must behave the same under cron, systemd, a terminal and ssh.
enum Process {
  static func prepare() {
    // A closed standard descriptor would be given to the next file that is opened; then a message would be written into a database.
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    // Data, backups and reports are the owner's alone.
    umask(0o077)
    // A reader that goes away (`| head`) must not kill a run; writing tells.
    signal(SIGPIPE, SIG_IGN)
    // No key may reach a core file.
    _ = js_refuse_dumps()
  }

  /// Who runs a command, for the audit log: `desk (uid 1000), jobs realtime rules --deploy`.
  static func person(_ command: String) -> String {
    let id = getuid()
    let name = getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "somebody"
    return "\(name) (uid \(id)), \(command)"
  }

  /// Lets the process open as many files and connections as it may. The soft limit is often 1,024, for programs that still use select(2).
  static func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = min(limit.rlim_max, 65_536)
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Calls `body` with each signal that asks a run to stop, for the rest of the process's life.
  static func onStopSignals(_ body: @escaping @Sendable (Int32) -> Void) {
    // Under nohup a closed terminal is no reason to stop.
    onSignals([SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP]), body)
  }

  /// Calls `body` with each of these signals, for the rest of the process's life, on a thread that does nothing else.
  ///
  /// Not by a source of libdispatch: on Linux it takes a signal in whichever thread the kernel chose and raises it again for that thread
  /// alone, where now and then nobody reads it.
  static func onSignals(_ numbers: [Int32], _ body: @escaping @Sendable (Int32) -> Void) {
    let isFirst = SignalBodies.shared.add(body, for: numbers)
    for number in numbers where js_catch_signal(number) != 0 {
      fatalError("signal \(number) cannot be caught: \(String(cString: strerror(errno)))")
    }
    guard isFirst else { return }
    Thread.detachNewThread {
      while true {
        let number = js_next_signal()
        guard number > 0 else { return }
        SignalBodies.shared.call(number)
      }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// What is done when a signal comes.
private final class SignalBodies: Sendable {
  static let shared = SignalBodies()
  private let lock = NSLock()
  nonisolated(unsafe) private var bodies: [Int32: [@Sendable (Int32) -> Void]] = [:]
  nonisolated(unsafe) private var isWatched = false

  /// - Returns: whether nobody watches yet.
  func add(_ body: @escaping @Sendable (Int32) -> Void, for numbers: [Int32]) -> Bool {
    lock.withLock {
      for number in numbers { bodies[number, default: []].append(body) }
      defer { isWatched = true }
      return !isWatched
    }
  }

  func call(_ number: Int32) {
    for body in lock.withLock({ bodies[number] ?? [] }) { body(number) }
  }
}
