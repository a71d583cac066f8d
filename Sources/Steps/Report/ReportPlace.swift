public import Scheduling

/// Where reports lie: `reports/<job>/<date>/…`.
public struct ReportPlace: Sendable {
  /// The reports folder.
  public let root: String
  /// Whether a job runs more than once on a UTC day, so that its folders carry the time too.
  private let isIntraday: @Sendable (_ job: String, _ logicalDate: Instant) -> Bool

  public init(root: String, isIntraday: @escaping @Sendable (_ job: String, _ logicalDate: Instant) -> Bool) {
    (self.root, self.isIntraday) = (root, isIntraday)
  }

  /// `nightly/2026-01-15`, or `hourly/2026-01-15T0700Z` for a job of the hour.
  public func folder(of job: String, _ logicalDate: Instant) -> String {
    guard isIntraday(job, logicalDate) else { return "\(job)/\(logicalDate.utcDay)" }
    let time = logicalDate.iso8601.dropFirst(11).prefix(5).replacing(":", with: "")
    return "\(job)/\(logicalDate.utcDay)T\(time)Z"
  }
}
