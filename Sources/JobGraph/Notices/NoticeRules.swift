public import Scheduling

/// Who is told what, and when.
public struct NoticeRules: Sendable, Equatable {
  public var channels: [Channel]
  /// Each is followed by itself: two that ask for the same tell it twice.
  public var rules: [Rule]

  public init(channels: [Channel] = [], rules: [Rule] = []) { (self.channels, self.rules) = (channels, rules) }

  public subscript(channel name: String) -> Channel? { channels.first { $0.name == name } }

  /// A way to somebody, as far as it matters for deciding what goes there.
  public struct Channel: Sendable, Equatable {
    public var name: String
    /// Each is told by itself: of a mail those in `to`; elsewhere the channel itself, as an empty text.
    public var recipients: [String]
    /// What is less bad is not told here.
    public var least: Notice.Severity
    /// What happens then is told when they are over, together.
    public var quiet: QuietHours?

    public init(_ name: String, recipients: [String] = [""], least: Notice.Severity = .info, quiet: QuietHours? = nil) {
      (self.name, self.recipients, self.least, self.quiet) = (name, recipients, least, quiet)
    }
  }

  public struct Rule: Sendable, Equatable {
    public var name: String
    public var kinds: [Notice.Kind]
    /// The names of channels.
    public var channels: [String]
    /// Only of these; empty: of all.
    public var jobs: [String]
    /// Trouble that goes on is told again after so long.
    public var reminder: Duration
    /// Told once a day, together; nil: at once.
    public var digest: DailyDeadline?
    /// Nothing is told before.
    public var mutedUntil: Instant?

    public static let standardReminder = Duration.days(1)

    public init(
      _ name: String, on kinds: [Notice.Kind], to channels: [String], jobs: [String] = [], reminder: Duration = Rule.standardReminder,
      digest: DailyDeadline? = nil, mutedUntil: Instant? = nil
    ) {
      (self.name, self.kinds, self.channels, self.jobs) = (name, kinds, channels, jobs)
      (self.reminder, self.digest, self.mutedUntil) = (reminder, digest, mutedUntil)
    }
  }
}
