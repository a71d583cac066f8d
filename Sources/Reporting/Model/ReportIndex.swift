public import Scheduling

/// The list of all reports: `reports/index.html`.
public struct ReportIndex: Sendable {
  /// In any order; the page shows the newest first.
  public var entries: [Entry]
  /// The page lists no more than this many, and says so.
  public var entriesMax: Int
  /// What the key figure of the entries is: `New signals`.
  public var keyFigureName: String

  public init(entries: [Entry], entriesMax: Int = 400, keyFigureName: String = "New signals") {
    (self.entries, self.entriesMax, self.keyFigureName) = (entries, entriesMax, keyFigureName)
  }

  public struct Entry: Sendable, Equatable {
    public var job: String
    public var logicalDate: Instant
    public var state: Verdict.State
    public var word: String
    public var path: RelativePath
    public var coverage: NightlyReport.Coverage
    public var newSignals: Int?
    /// The number that the sparkline of the job is drawn from.
    public var keyFigure: Double?

    public init(
      job: String, logicalDate: Instant, state: Verdict.State, word: String, path: RelativePath,
      coverage: NightlyReport.Coverage = NightlyReport.Coverage(), newSignals: Int? = nil, keyFigure: Double? = nil
    ) {
      (self.job, self.logicalDate, self.state, self.word, self.path) = (job, logicalDate, state, word, path)
      (self.coverage, self.newSignals, self.keyFigure) = (coverage, newSignals, keyFigure)
    }
  }

  /// Newest first, then by job; capped.
  var shown: [Entry] {
    Array(entries.sorted { ($1.logicalDate, $0.job) < ($0.logicalDate, $1.job) }.prefix(max(0, entriesMax)))
  }
}
