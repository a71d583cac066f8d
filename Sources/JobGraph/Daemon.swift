public import Scheduling

/// What `jobs cron run` does, as a value: events go in, commands come out. It never waits, reads a clock or starts anything.
///
/// Jobs share the run lock of their data, so one job at a time is started in a lane; a job that comes due meanwhile waits its turn. When
/// the same job is still running, its `overlap` decides. Other commands of the crontab are started when they are due, as cron does.
/// Which missed instants of a job are made up is decided by the run itself; the daemon only starts it.
public struct Daemon: Sendable {
  public private(set) var crontab: Crontab
  private var overlaps: [String: Job.Overlap]
  /// Up to this time everything that was due has been seen to. It does not go back with the clock, so nothing is started twice.
  private var seenTo: Instant
  private var running: [Child: Running] = [:]
  private var queue: [Due] = []
  private var lastChild = 0
  private var isStopping = false

  /// A command that is later than this is not started any more: what a command other than a job's means by then, nobody knows.
  public static let grace = CatchUp.grace
  /// A clock that goes back further was wrong before; from then on its new time counts.
  public static let clockMemory = Duration.days(2)

  /// - Parameter overlaps: of each job; one that is missing skips.
  public init(_ crontab: Crontab, overlaps: [String: Job.Overlap], now: Instant) {
    (self.crontab, self.overlaps, seenTo) = (crontab, overlaps, now)
  }

  /// The number of a process that the daemon has started, from 1.
  public struct Child: Hashable, Sendable {
    public let number: Int

    public init(number: Int) { self.number = number }
  }

  /// A line that is to be started.
  public struct Due: Hashable, Sendable {
    public let entry: Crontab.Entry
    public let instant: Instant
    /// It makes up for what was missed while nothing ran.
    public let isCatchUp: Bool

    /// The job, or the beginning of the command.
    public var name: String { entry.job ?? entry.command }
  }

  private struct Running {
    let due: Due
    var isEnding = false
  }

  public enum Event: Sendable {
    /// The time has come to look.
    case woke(Instant)
    /// These jobs have starts that nothing was decided about.
    case pending([String], Instant)
    case ended(Child)
    /// The crontab and the jobs were read again.
    case reloaded(Crontab, overlaps: [String: Job.Overlap])
    /// Asked to stop by this signal.
    case stop(signal: Int32)
  }

  public enum Command: Sendable, Hashable {
    case start(Child, Due)
    case signal(Child, Int32)
    /// What is told and nothing else is done.
    case tell(Due, Note)
    /// Nothing is left to wait for.
    case finish
    /// End now, with everything that was started.
    case abandon
  }

  /// Why a line is not started now.
  public enum Note: Sendable, Hashable {
    /// The job is still running, and its `overlap` is skip.
    case overlaps
    /// Something else runs first.
    case waits
    /// It waits already.
    case waitsAlready
    /// The job that runs is asked to end first.
    case replaces
    /// A command that came too late.
    case tooLate
    /// Its line is gone from the crontab.
    case removed
  }

  /// When it must be woken; nil when nothing will ever be due.
  public var wake: Instant? {
    isStopping ? nil : crontab.entries.compactMap { $0.next(after: seenTo)?.instant }.min()
  }

  public mutating func apply(_ event: Event) -> [Command] {
    switch event {
    case .woke(let now): return isStopping ? [] : woke(now)
    case .pending(let jobs, let now): return isStopping ? [] : jobs.flatMap { catchUp($0, now) }
    case .ended(let child): return ended(child)
    case .reloaded(let crontab, let overlaps): return reloaded(crontab, overlaps)
    case .stop(let signal): return stop(signal)
    }
  }
}

extension Daemon {
  private mutating func woke(_ now: Instant) -> [Command] {
    if now < seenTo - Self.clockMemory { seenTo = now }
    guard now > seenTo else { return [] }
    let start = seenTo
    seenTo = now
    let jobs = crontab.due(after: start, through: now).map { Due(entry: $0.entry, instant: $0.occurrence.instant, isCatchUp: false) }
    let others = crontab.entries.filter { $0.job == nil }.compactMap { entry in
      entry.latest(notAfter: now).flatMap { $0.instant > start ? Due(entry: entry, instant: $0.instant, isCatchUp: false) : nil }
    }
    return (jobs + others).sorted { ($0.instant, $0.entry.line) < ($1.instant, $1.entry.line) }.flatMap { begin($0, now) }
  }

  private mutating func catchUp(_ job: String, _ now: Instant) -> [Command] {
    guard let due = crontab.schedule(of: job)?.latest(notAfter: now) else { return [] }
    return begin(Due(entry: due.entry, instant: due.occurrence.instant, isCatchUp: true), now)
  }

  private mutating func begin(_ due: Due, _ now: Instant) -> [Command] {
    guard due.entry.job != nil else {
      return now - due.instant > Self.grace ? [.tell(due, .tooLate)] : [start(due)]
    }
    if let (child, current) = running.first(where: { $0.value.due.isSameJob(as: due) }) { return overlap(due, child, current) }
    guard running.contains(where: { $0.value.due.sharesLane(with: due) }) else { return [start(due)] }
    return enqueue(due, .waits)
  }

  private mutating func overlap(_ due: Due, _ child: Child, _ current: Running) -> [Command] {
    switch overlaps[due.name] ?? .skip {
    case .skip: return [.tell(due, .overlaps)]
    case .queue: return enqueue(due, .waits)
    case .replace:
      let told = enqueue(due, .replaces)
      guard !current.isEnding else { return told }
      running[child]?.isEnding = true
      return told + [.signal(child, Self.terminate)]
    }
  }

  /// A job waits once: the run decides about all its instants.
  private mutating func enqueue(_ due: Due, _ note: Note) -> [Command] {
    guard let index = queue.firstIndex(where: { $0.isSameJob(as: due) }) else {
      queue.append(due)
      return [.tell(due, note)]
    }
    queue[index] = due
    return [.tell(due, .waitsAlready)]
  }

  private mutating func start(_ due: Due) -> Command {
    lastChild += 1
    let child = Child(number: lastChild)
    running[child] = Running(due: due)
    return .start(child, due)
  }

  private mutating func ended(_ child: Child) -> [Command] {
    running[child] = nil
    if isStopping { return running.isEmpty ? [.finish] : [] }
    var commands: [Command] = []
    for due in queue where !running.contains(where: { $0.value.due.sharesLane(with: due) }) {
      queue.removeAll { $0 == due }
      commands.append(start(due))
    }
    return commands
  }

  private mutating func reloaded(_ crontab: Crontab, _ overlaps: [String: Job.Overlap]) -> [Command] {
    (self.crontab, self.overlaps) = (crontab, overlaps)
    let lost = queue.filter { crontab.schedule(of: $0.name) == nil }
    queue.removeAll { lost.contains($0) }
    return lost.map { .tell($0, .removed) }
  }

  private mutating func stop(_ signal: Int32) -> [Command] {
    guard !isStopping else { return [.abandon] }
    (isStopping, queue) = (true, [])
    guard !running.isEmpty else { return [.finish] }
    return running.keys.sorted { $0.number < $1.number }.map { .signal($0, signal) }
  }

  /// SIGTERM, whose number is 15 on every system.
  private static let terminate: Int32 = 15
}

extension Daemon.Due {
  fileprivate func isSameJob(as other: Daemon.Due) -> Bool { entry.job != nil && entry.job == other.entry.job && lane == other.lane }

  fileprivate func sharesLane(with other: Daemon.Due) -> Bool { entry.job != nil && other.entry.job != nil && lane == other.lane }

  /// Jobs with the same data share its lock.
  private var lane: [String] {
    let arguments = entry.arguments
    var lane = arguments.filter { $0 == "--sandbox" || $0.hasPrefix("--root=") }
    if let root = arguments.firstIndex(of: "--root"), root + 1 < arguments.count { lane.append("--root=" + arguments[root + 1]) }
    return lane
  }
}
