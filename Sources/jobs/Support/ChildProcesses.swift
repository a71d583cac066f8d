import CLinux
import Dispatch
import Foundation
import JobGraph

/// Starts programs in process groups of their own and tells when they end. A thread waits for them, so nothing polls.
final class ChildProcesses: Sendable {
  /// Processes that have ended, with their status as a shell shows it. As process 1 of a container it reaps orphans too, which nobody knows.
  let ended: AsyncStream<(process: Int32, status: Int32)>
  private let continuation: AsyncStream<(process: Int32, status: Int32)>.Continuation
  private let started = DispatchSemaphore(value: 0)

  init() {
    (ended, continuation) = AsyncStream.makeStream()
    Thread.detachNewThread { [self] in
      while true {
        started.wait()
        var status: Int32 = 0
        while true {
          let process = waitpid(-1, &status, 0)
          if process > 0 {
            let signal = status & 0x7F
            continuation.yield((process, signal == 0 ? status >> 8 & 0xFF : 128 + signal))
          } else if errno != EINTR {
            break  // no child is left
          }
        }
      }
    }
  }

  /// Starts a program with this process's folder, standard output and error.
  ///
  /// - Parameter environment: all of it.
  /// - Returns: its process, which leads its group.
  /// - Throws: ``Failure`` when it cannot be started.
  func start(_ path: String, _ arguments: [String], environment: [String: String]) throws -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // This process ignores them or waits for them by itself; a program expects what the system has.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    let words = ([path] + arguments).map { strdup($0) } + [nil]
    let settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var process: Int32 = 0
    let code = posix_spawn(&process, path, &files, &attributes, words, settings)
    guard code == 0 else { throw Failure(.storage, "\(path) cannot be started: \(String(cString: strerror(code)))") }
    started.signal()
    return process
  }
}
