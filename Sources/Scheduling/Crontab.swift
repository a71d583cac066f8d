public import Foundation

/// The project's schedule: which command is due when, in crontab syntax.
///
/// `CRON_TZ = Europe/Berlin` sets the zone of the lines below it; without one it is the zone given to ``parse(_:defaultZone:)``.
/// Other settings (`SHELL`, `PATH`, `MAILTO`) are kept for cron(8).
public struct Crontab: Sendable, Equatable {
  public let settings: [Setting]
  public let entries: [Entry]

  /// A line `NAME = value`.
  public struct Setting: Sendable, Hashable {
    public let name: String
    /// Without the quotes around it.
    public let value: String
    /// From 1.
    public let line: Int
  }

  /// A line with an expression and a command.
  public struct Entry: Sendable, Hashable {
    public let expression: CronExpression
    public let zone: TimeZone
    /// The zone as the crontab names it.
    public let zoneName: String
    /// What the shell is given, with `\%` read as `%`.
    public let command: String
    /// From 1.
    public let line: Int
    /// The whole line as it stands in the file.
    public let source: String
    /// The words of a command `jobs run NAME …`, also with a folder before `jobs`; nil for any other command.
    public let run: Run?

    /// The job that the entry starts; nil when its command is not `jobs run`.
    public var job: String? { run?.job }
    /// What follows `run` in the command, without the job's name.
    public var arguments: [String] { run?.arguments ?? [] }

    public func next(after instant: Instant) -> CronExpression.Occurrence? { expression.next(after: instant, in: zone) }
    public func latest(notAfter instant: Instant) -> CronExpression.Occurrence? { expression.latest(notAfter: instant, in: zone) }
  }

  /// A command that starts a job.
  public struct Run: Sendable, Hashable {
    public let job: String
    /// The other words after `run`, without their quotes, up to the first sign for the shell.
    public let arguments: [String]
    /// Whether the whole command is words: no pipe, redirection, variable or list, so that no shell is needed.
    public let isPlain: Bool
    /// Where `jobs` stands in the command, and where the word `run` ends: for writing the line anew.
    let executable: Range<Int>
    let afterRun: Int
  }

  /// Reads a crontab and collects every mistake in it. An entry with a mistake, or in an unknown zone, is left out.
  ///
  /// - Parameter defaultZone: of entries above the first `CRON_TZ`. It is UTC and not the machine's, so that a schedule means the same
  ///   everywhere.
  /// - Returns: the crontab, and the defects by line. It should be used only when none of them is an error.
  public static func parse(_ text: String, defaultZone: TimeZone = .gmt) -> (Crontab, [CrontabDefect]) {
    var reader = CrontabReader(zone: defaultZone)
    reader.read(text)
    return (Crontab(settings: reader.settings, entries: reader.entries), reader.defects)
  }

  /// The schedule of every job, in the order of their first lines.
  public var schedules: [Schedule] {
    var order: [String] = []
    var entries: [String: [Entry]] = [:]
    for entry in self.entries {
      guard let job = entry.job else { continue }
      if entries[job] == nil { order.append(job) }
      entries[job, default: []].append(entry)
    }
    return order.map { Schedule(job: $0, entries: entries[$0] ?? []) }
  }

  /// - Returns: nil when no line starts the job.
  public func schedule(of job: String) -> Schedule? { schedules.first { $0.job == job } }
}
