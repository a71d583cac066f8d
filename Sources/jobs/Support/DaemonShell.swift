import Dispatch
import Foundation
import JobGraph
import Reporting
import Scheduling
import Storage

/// The ring around ``Daemon``: clock, signals and processes.
final class DaemonShell {
  private let workspace: Workspace
  private let time: any TimeSource
  private let children = ChildProcesses()
  private let executable: String
  private var daemon: Daemon
  private var processes: [Daemon.Child: Child] = [:]
  private var notices: NoticeWatch

  private struct Child {
    let process: Int32
    let due: Daemon.Due
    let started: ContinuousClock.Instant
  }

  /// Something that happened outside.
  private enum Happening: Sendable {
    case woke
    case ended(process: Int32, status: Int32)
    case signal(Int32)
  }

  /// The clock is looked at so often, so that a jump or a suspended machine is noticed.
  private static let patience = Duration.seconds(30)

  /// - Throws: ``Failure`` for any mistake in crontab.
  init(_ workspace: Workspace, time: any TimeSource) throws {
    (self.workspace, self.time) = (workspace, time)
    executable = try Executable.path()
    notices = NoticeWatch(workspace)
    guard let crontab = try workspace.soundCrontab(), !crontab.entries.isEmpty else {
      throw Failure(.configuration, "\(workspace.root)/crontab has no line to start; write one, as in `30 2 * * * jobs run nightly`")
    }
    let (overlaps, mistakes) = try Self.overlaps(of: crontab, workspace)
    if let first = mistakes.first { throw Failure(.configuration, first) }
    daemon = Daemon(crontab, overlaps: overlaps, now: time.now())
  }

  /// Works until it is asked to stop.
  /// - Returns: the exit status.
  func run() async throws -> CommandStatus {
    guard chdir(workspace.root) == 0 else {
      throw Failure(.storage, "\(workspace.root) cannot be entered: \(String(cString: strerror(errno)))")
    }
    let (happenings, continuation) = AsyncStream<Happening>.makeStream()
    Process.onSignals([SIGINT, SIGTERM, SIGHUP]) { continuation.yield(.signal($0)) }
    let ends = Task { [ended = children.ended] in
      for await end in ended { continuation.yield(.ended(process: end.process, status: end.status)) }
    }
    defer { ends.cancel() }
    tell("started with \(lines(daemon.crontab))" + next)
    var (stop, isFinishing): (Int32?, Bool) = (nil, false)
    _ = carryOut(daemon.apply(.pending(await pendingJobs(), time.now())))
    followDeadlines()
    await sendNotices()
    var alarm = self.alarm(continuation)
    defer { alarm.cancel() }
    for await happening in happenings {
      var commands: [Daemon.Command] = []
      switch happening {
      case .woke: break
      case .ended(let process, let status): commands = ended(process, status)
      case .signal(SIGHUP): commands = reload()
      case .signal(let number):
        tell(stop == nil ? "stopping: waiting for what is running (again to stop now)" : "stopping now")
        stop = stop ?? number
        commands = daemon.apply(.stop(signal: number))
      }
      commands += daemon.apply(.woke(time.now()))
      isFinishing = carryOut(commands) || isFinishing
      if isFinishing {
        // What it has begun to tell it ends, within a bound of its own.
        guard let process = notices.process else { return stop == SIGINT ? .interrupted : .terminated }
        kill(-process, SIGTERM)
      } else if stop == nil {
        await sendNotices()
      }
      alarm.cancel()
      alarm = self.alarm(continuation)
    }
    return .delivered
  }

  private func alarm(_ continuation: AsyncStream<Happening>.Continuation) -> Task<Void, Never> {
    let now = time.now()
    let wake = min(daemon.wake ?? now + Self.patience, now + min(Self.patience, notices.wait ?? Self.patience))
    return Task { [time] in
      // Cancelled when something else happened first: then a new alarm is set.
      guard (try? await time.sleep(until: wake)) != nil else { return }
      continuation.yield(.woke)
    }
  }

  /// - Returns: whether it was told to end.
  private func carryOut(_ commands: [Daemon.Command]) -> Bool {
    var rest = commands
    while !rest.isEmpty {
      switch rest.removeFirst() {
      case .start(let child, let due): rest += start(child, due)
      case .signal(let child, let number):
        if let process = processes[child]?.process { kill(-process, number) }
      case .tell(let due, let note): tell(note.sentence(for: due))
      case .abandon:
        for process in processes.values.map(\.process) + [notices.process].compactMap(\.self) { kill(-process, SIGKILL) }
        notices.process = nil
        return true
      case .finish: return true
      }
    }
    return false
  }

  private func start(_ child: Daemon.Child, _ due: Daemon.Due) -> [Daemon.Command] {
    let additions = ["--wait"] + (workspace.isSandbox ? ["--sandbox"] : [])
    let words = due.entry.words(root: workspace.root, trigger: "daemon", additions: additions)
    let line = due.entry.shellLine(executable: executable, root: workspace.root, trigger: "daemon", additions: additions)
    var environment = ProcessInfo.processInfo.environment
    environment["SHELL"] = "/bin/sh"
    // As cron has it: a setting is for the lines below it.
    for setting in daemon.crontab.settings where setting.line < due.entry.line { environment[setting.name] = setting.value }
    let shell = environment["SHELL"] ?? "/bin/sh"
    do {
      let process = try children.start(words == nil ? shell : executable, words ?? ["-c", line], environment: environment)
      processes[child] = Child(process: process, due: due, started: ContinuousClock.now)
      let why = due.isCatchUp ? "to see to what was missed" : "due \(due.instant.iso8601(in: due.entry.zone))"
      tell("\(due.shownName): started, \(why) by crontab:\(due.entry.line) (process \(process))")
      return []
    } catch {
      tell("\(due.shownName): \((error as? Failure)?.message ?? "\(error)")")
      return daemon.apply(.ended(child))
    }
  }

  private func followDeadlines() { notices.follow(daemon.crontab.schedules.map(\.job)) }

  /// Lets `jobs notify send` send what waits and is due now.
  private func sendNotices() async {
    guard await notices.isDue() else { return }
    let words = ["notify", "send", "--quiet", "--root", workspace.root] + (workspace.isSandbox ? ["--sandbox"] : [])
    do {
      notices.process = try children.start(executable, words, environment: ProcessInfo.processInfo.environment)
    } catch {
      tell("notify send: \((error as? Failure)?.message ?? "\(error)")")
    }
  }

  private func ended(_ process: Int32, _ status: Int32) -> [Daemon.Command] {
    if process == notices.process {
      notices.process = nil
      if status != 0, status != 143 { tell("notify send: ended with status \(status)") }
    }
    guard let (child, ended) = processes.first(where: { $0.value.process == process }) else { return [] }
    processes[child] = nil
    // What it has left behind in its group goes with it, as after a session.
    if ended.due.entry.job == nil { kill(-process, SIGTERM) }
    let took = DurationText.short((ContinuousClock.now - ended.started).inSeconds)
    let commands = daemon.apply(.ended(child))
    tell("\(ended.due.shownName): ended with status \(status) after \(took)")
    return commands
  }

  /// Reads crontab and Jobs again; with a mistake the old ones stay.
  private func reload() -> [Daemon.Command] {
    do {
      guard let crontab = try workspace.soundCrontab() else { throw Failure(.configuration, "there is no crontab any more") }
      let (overlaps, mistakes) = try Self.overlaps(of: crontab, workspace)
      if let first = mistakes.first { throw Failure(.configuration, first) }
      let commands = daemon.apply(.reloaded(crontab, overlaps: overlaps))
      followDeadlines()
      tell("read crontab again: \(lines(crontab))" + next)
      return commands
    } catch {
      tell("the old schedule stays: \((error as? Failure)?.message ?? "\(error)")")
      return []
    }
  }

  /// The jobs with starts that nothing was decided about, or whose last one died.
  private func pendingJobs() async -> [String] {
    var pending: [String] = []
    for name in daemon.crontab.schedules.map(\.job) {
      do {
        let (job, _) = try workspace.job(name)
        let start = try ScheduledStart(of: job, workspace, trigger: .daemon, date: nil, isPartial: false, begun: time.now())
        if try await start.isPending() { pending.append(name) }
      } catch {
        // What cannot be read now is told by the run, when it is due.
        continue
      }
    }
    return pending
  }

  /// What each job says about overlaps, and what is wrong with those that cannot be read.
  private static func overlaps(of crontab: Crontab, _ workspace: Workspace) throws -> ([String: Job.Overlap], [String]) {
    let lost = try workspace.lostEntries(of: crontab)
    var mistakes = lost.map { "crontab:\($0.line): no job is called `\($0.job!)`; Jobs/\($0.job!).yaml does not exist" }
    var overlaps: [String: Job.Overlap] = [:]
    for name in Set(crontab.entries.compactMap(\.job)).subtracting(lost.compactMap(\.job)).sorted() {
      do {
        overlaps[name] = try workspace.job(name).0.overlap
      } catch let found as Diagnostics {
        mistakes.append("Jobs/\(name).yaml has mistakes, \(found.summary); `jobs check` lists them")
      }
    }
    return (overlaps, mistakes)
  }

  private func lines(_ crontab: Crontab) -> String { crontab.entries.count == 1 ? "1 line" : "\(crontab.entries.count) lines" }

  private var next: String {
    let next = daemon.crontab.entries.compactMap { entry in entry.next(after: time.now()).map { (entry, $0) } }
      .min { ($0.1.instant, $0.0.line) < ($1.1.instant, $1.0.line) }
    return next.map { "; next \($0.0.job ?? VisibleText.shown($0.0.command)) at \($0.1.instant.iso8601(in: $0.0.zone))" } ?? ""
  }

  /// A line of the daemon's own, with the time.
  private func tell(_ text: String) { Output.say("\(time.now().floored(to: .seconds(1))) \(text)") }
}

extension Daemon.Due {
  fileprivate var shownName: String { OneLine.shown(name) }
}

extension Daemon.Note {
  fileprivate func sentence(for due: Daemon.Due) -> String {
    let name = "\(due.shownName): due \(due.instant.iso8601(in: due.entry.zone))"
    switch self {
    case .overlaps: return "\(name), skipped: it is still running (overlap: skip)"
    case .waits: return "\(name), waits for what is running"
    case .waitsAlready: return "\(name), waits already"
    case .replaces: return "\(name), asks the one that is running to end first (overlap: replace)"
    case .tooLate: return "\(name), left out: too late for a command that is no job"
    case .removed: return "\(name), left out: its line is gone from crontab"
    }
  }
}
