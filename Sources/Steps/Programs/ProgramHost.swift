import CLinux
import Foundation

/// Starts programs and waits for all of them on one thread that lasts, on which those who wait for them go on: no thread waits for one
/// program, none is woken for another, and no program outlives this process.
///
/// Each program leads a session of its own. When it ends, what it started is killed with it. When this process is killed, the kernel kills
/// the program; it does so when the thread that started it ends, which is why this one lasts.
public final class ProgramHost: TaskExecutor {
  private let lock = NSLock()
  private let poll: Int32
  private let bell: Int32
  nonisolated(unsafe) private var orders: [Order] = []
  nonisolated(unsafe) private var hasRung = false
  /// By number; touched by the host's thread alone.
  nonisolated(unsafe) private var children: [UInt: Child] = [:]
  nonisolated(unsafe) private var leaders: [UInt: pid_t] = [:]
  nonisolated(unsafe) private var count: UInt = 0
  nonisolated(unsafe) private var thread: pthread_t?

  /// What a program that was asked to end has left before it is killed.
  private static let grace: Duration = .seconds(5)

  private enum Order {
    case go(UnownedJob)
    case start(UInt, Program, CheckedContinuation<Program.Ended, any Error>)
    case end(UInt)
  }

  public init() {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    js_poll_add(poll, bell, 0)
  }

  deinit {
    close(poll)
    close(bell)
  }

  /// Runs a program to its end. When the task is cancelled the program is asked to end, and killed when it has not within five seconds.
  ///
  /// - Throws: ``StartError``.
  func run(_ program: Program) async throws -> Program.Ended {
    let number = lock.withLock {
      count += 1
      return count
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        give(.start(number, program, $0))
        // One that was cancelled before is started all the same, and asked at once.
        if Task.isCancelled { give(.end(number)) }
      }
    } onCancel: {
      give(.end(number))
    }
  }

  /// Ends all programs at once; for a process that is about to end itself.
  public func killAll() {
    for leader in lock.withLock({ Array(leaders.values) }) { kill(-leader, SIGKILL) }
  }

  public func enqueue(_ job: consuming ExecutorJob) { give(.go(UnownedJob(job))) }

  /// The thread itself needs no bell; for all others one is enough until it has been heard.
  private func give(_ order: Order) {
    let (isFirst, mustRing) = lock.withLock {
      orders.append(order)
      guard let thread else {
        defer { hasRung = true }
        return (!hasRung, false)
      }
      guard pthread_equal(thread, pthread_self()) == 0 else { return (false, false) }
      defer { hasRung = true }
      return (false, !hasRung)
    }
    if isFirst { Thread.detachNewThread { [self] in work() } }
    if mustRing { eventfd_write(bell, 1) }
  }
}

// MARK: - On the thread

extension ProgramHost {
  private func work() {
    lock.withLock { (thread, hasRung) = (pthread_self(), false) }
    var events = Array(repeating: epoll_event(), count: 64)
    while true {
      let taken = lock.withLock {
        defer { orders.removeAll() }
        return orders
      }
      for order in taken { carryOut(order) }
      let isBusy = lock.withLock { !orders.isEmpty }
      let ready = epoll_wait(poll, &events, Int32(events.count), isBusy ? 0 : millisecondsToWait())
      for event in events.prefix(Int(max(0, ready))) { attend(withUnsafePointer(to: event) { js_poll_number($0) }) }
      killOverdue()
    }
  }

  private func carryOut(_ order: Order) {
    switch order {
    case .go(let job):
      job.runSynchronously(on: asUnownedTaskExecutor())
    case .start(let number, let program, let waiting):
      do {
        children[number] = try Child(program, waiting, number: number, poll: poll)
        lock.withLock { leaders[number] = children[number]!.leader }
      } catch {
        waiting.resume(throwing: error)
      }
    case .end(let number):
      // One that has ended is no longer here.
      guard let child = children[number] else { return }
      kill(-child.leader, SIGTERM)
      child.killAt = child.killAt ?? .now + ProgramHost.grace
    }
  }

  /// - Parameter mark: 0 for the bell, else twice the number of a child, and one more for its end.
  private func attend(_ mark: UInt) {
    guard mark > 0 else {
      var rings: eventfd_t = 0
      eventfd_read(bell, &rings)
      // Heard before what it rang for is taken, so that none is lost.
      return lock.withLock { hasRung = false }
    }
    guard let child = children[mark / 2] else { return }
    guard mark % 2 == 1 else { return child.readOutput() }
    guard let end = child.reap() else { return }
    children[mark / 2] = nil
    lock.withLock { leaders[mark / 2] = nil }
    child.finish(end)
  }

  private func killOverdue() {
    for child in children.values where child.killAt.map({ $0 <= .now }) == true { kill(-child.leader, SIGKILL) }
  }

  private func millisecondsToWait() -> Int32 {
    guard let next = children.values.compactMap(\.killAt).min() else { return -1 }
    let left = ContinuousClock.now.duration(to: next)
    // One that was killed is looked after again soon, until its end is reported.
    return left <= .zero ? 20 : Int32(min(left / .milliseconds(1), 60000)) + 1
  }
}

/// A program that runs.
private final class Child {
  let leader: pid_t
  /// When its grace is over; nil while nobody has asked it to end.
  var killAt: ContinuousClock.Instant?
  private let waiting: CheckedContinuation<Program.Ended, any Error>
  private let limit: Int
  private var descriptors: (end: Int32, output: Int32)
  private var output: [UInt8] = []
  private var outputBytes = 0

  init(_ program: Program, _ waiting: CheckedContinuation<Program.Ended, any Error>, number: UInt, poll: Int32) throws {
    (self.waiting, limit) = (waiting, program.outputBytesMax)
    var pipe: [Int32] = [-1, -1]
    guard js_pipe(&pipe) == 0 else { throw StartError(description: "no pipe for its output: \(text(of: errno))") }
    defer { close(pipe[1]) }
    do {
      leader = try start(program, output: pipe[1])
    } catch {
      close(pipe[0])
      throw error
    }
    _ = fcntl(pipe[0], F_SETFL, O_NONBLOCK)
    let end = js_process_descriptor(leader)
    guard end >= 0, js_poll_add(poll, end, number * 2 + 1) == 0, js_poll_add(poll, pipe[0], number * 2) == 0 else {
      let reason = text(of: errno)
      kill(-leader, SIGKILL)
      waitpid(leader, nil, 0)
      for descriptor in [end, pipe[0]] where descriptor >= 0 { close(descriptor) }
      throw StartError(description: "its end cannot be watched: \(reason)")
    }
    descriptors = (end, pipe[0])
  }

  /// Takes all that is there, so that the program never waits for us, and keeps the first part.
  func readOutput() {
    guard descriptors.output >= 0 else { return }
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
      while true {
        let count = read(descriptors.output, buffer.baseAddress!, buffer.count)
        if count > 0 {
          outputBytes += count
          output.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<min(count, max(0, limit - output.count))]))
        } else if count < 0, errno == EINTR {
          continue
        } else if count == 0 || errno != EAGAIN {
          close(descriptors.output)
          descriptors.output = -1
          return
        } else {
          return
        }
      }
    }
  }

  /// Takes note of its end, and ends what it left behind.
  ///
  /// It has ended and nobody has taken note, so its number, and its group's, cannot be another's yet.
  /// - Returns: nil when it has not ended after all.
  func reap() -> Program.End? {
    kill(-leader, SIGKILL)
    var status: Int32 = 0
    guard waitpid(leader, &status, WNOHANG) == leader else { return nil }
    return js_has_exited(status) != 0 ? .exited(js_exit_status(status)) : .signalled(js_signal(status))
  }

  /// Answers.
  func finish(_ end: Program.End) {
    readOutput()
    for descriptor in [descriptors.end, descriptors.output] where descriptor >= 0 { close(descriptor) }
    waiting.resume(returning: Program.Ended(end: end, output: output, outputBytes: outputBytes))
  }
}

private func start(_ program: Program, output: Int32) throws -> pid_t {
  guard let name = program.arguments.first, let path = path(of: name, program) else {
    throw StartError(description: "no such program in \(program.environment["PATH"] ?? "an empty PATH")")
  }
  var (failure, stage): (Int32, js_start_stage) = (0, js_start_forking)
  let leader = withCStrings(program.arguments) { arguments in
    withCStrings(program.environment.map { "\($0)=\($1)" }.sorted()) { environment in
      js_start(path, arguments, environment, program.directory, output, &failure, &stage)
    }
  }
  guard leader < 0 else { return leader }
  throw StartError(
    description: stage == js_start_entering
      ? "its folder \(program.directory) cannot be entered: \(text(of: failure))" : text(of: failure))
}

/// The file that a name means; nil when no folder of PATH has it.
private func path(of name: String, _ program: Program) -> String? {
  guard !name.utf8.contains(UInt8(ascii: "/")) else { return name }
  return (program.environment["PATH"] ?? "").split(separator: ":").lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}

private func text(of error: Int32) -> String { String(cString: strerror(error)) }

/// The strings as C has them, a null at the end.
private func withCStrings<Result>(_ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
