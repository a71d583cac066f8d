import Foundation

/// A job that stops in the middle until it is let through: pipes, and nobody waits for time to pass.
struct Gate {
  private let folder: String

  init(in project: Project) throws {
    folder = project.root
    for name in ["reached", "open", "alive"] {
      guard mkfifo("\(folder)/\(name)", 0o600) == 0 else { throw Mistake("no pipe: \(String(cString: strerror(errno)))") }
    }
    try project.job(
      "gate",
      """
      steps:
        gate: { uses: shell, with: { run: [sh, -c, "exec 3<> alive; echo > reached; read line < open"] } }
        after: { uses: shell, needs: [gate], with: { run: ["true"] } }
      """)
  }

  /// Returns when the job has come to the gate.
  func reached() async throws { try await use("reached", O_RDONLY) }

  /// Lets the job through.
  func open() async throws { try await use("open", O_WRONLY) }

  /// Returns when the program at the gate has ended: a pipe that it holds open has no other end any more.
  func abandoned() async throws { try await use("alive", O_RDONLY | O_NONBLOCK, untilItEnds: true) }

  /// Opening a pipe waits for its other end: not on a thread that others need.
  private func use(_ name: String, _ mode: Int32, untilItEnds: Bool = false) async throws {
    let path = "\(folder)/\(name)"
    let code: Int32 = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let descriptor = Glibc.open(path, mode | O_CLOEXEC)
        let code = descriptor < 0 ? errno : 0
        var byte = UInt8(ascii: "\n")
        // Either direction moves the one byte, or finds that the other side has had what it wanted.
        if untilItEnds {
          // Opened without waiting, read with it: the end comes when nobody holds the other side.
          if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, 0) }
          while descriptor >= 0, read(descriptor, &byte, 1) > 0 {}
        } else if descriptor >= 0 {
          _ = mode == O_WRONLY ? write(descriptor, &byte, 1) : read(descriptor, &byte, 1)
        }
        close(descriptor)
        continuation.resume(returning: code)
      }
    }
    guard code == 0 else { throw Mistake("\(path): \(String(cString: strerror(code)))") }
  }
}
