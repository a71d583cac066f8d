/// Something that happened and that somebody may want to be told of.
public struct Notice: Sendable, Equatable {
  /// What a rule can ask for, by the words of `on:` in notifications.yaml.
  public enum Kind: String, Sendable, CaseIterable {
    /// A report was made: its verdict and its summary.
    case verdict
    /// A job failed, or went through only in part: told when it begins, and again after a while.
    case failed, partial
    /// What was told to be wrong is right again.
    case recovered
    /// A job was to be ready earlier.
    case late
    /// Signals that are new since the report before.
    case signals
    /// Alerts that fired.
    case alerts
    /// Quality rules that failed as an error, and rows in quarantine.
    case quality
  }

  /// How bad it is; a channel may want the worse only.
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    case info, warning, error

    public static func < (a: Severity, b: Severity) -> Bool { rank(a) < rank(b) }
    private static func rank(_ severity: Severity) -> Int { allCases.firstIndex(of: severity)! }
  }

  /// Whether it is told each time, or when it changes.
  public enum Nature: Sendable, Equatable {
    /// Told each time.
    case event
    /// Something is wrong: told when it begins.
    case trouble
    /// All is well: told when trouble was told before.
    case wellbeing
  }

  public var kind: Kind
  public var nature: Nature
  public var severity: Severity
  public var job: String
  /// What it is about, the same from run to run: `nightly`, `nightly quality`.
  public var subject: String
  /// How that is now, in a word or two: `failed`, `Complete`. Another word is another state.
  public var word: String
  /// What brought it about: a run. One cause is told once in each word.
  public var cause: String
  /// One line.
  public var title: String
  /// What there is to say, a line each.
  public var lines: [String]
  /// The folder of the report that says more, below the reports folder.
  public var report: String?

  public init(
    _ kind: Kind, _ nature: Nature = .event, severity: Severity, job: String, subject: String, word: String, cause: String, title: String,
    lines: [String] = [], report: String? = nil
  ) {
    (self.kind, self.nature, self.severity, self.job, self.subject) = (kind, nature, severity, job, subject)
    (self.word, self.cause, self.title, self.lines, self.report) = (word, cause, title, lines, report)
  }
}
