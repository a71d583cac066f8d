public import JobGraph
import Reporting
public import Scheduling
public import Storage

/// Tells outside of `notify.send`: of what happens while a run goes on, and of what comes due between runs.
public struct NotificationTeller: Sendable {
  private let warehouse: any NoticeStore
  private let desk: NotificationDesk
  private let reports: String
  private let time: any TimeSource

  /// Nothing is begun to be sent after so long.
  public static let within = Duration.seconds(60)

  /// - Parameters:
  ///   - reports: the folder that reports lie in.
  ///   - time: the computer's clock.
  public init(_ warehouse: any NoticeStore, _ desk: NotificationDesk, reports: String, time: any TimeSource) {
    (self.warehouse, self.desk, self.reports, self.time) = (warehouse, desk, reports, time)
  }

  /// Tells of a run what has just happened, each notice at most once. Its own failure is nobody's: `notify.send` goes on where it stopped.
  /// - Returns: what could not be told; the step says it, too.
  public func tell(_ notices: [Notice], logicalDate: Instant) async -> [String] {
    guard !desk.rules.channels.isEmpty, !desk.rules.rules.isEmpty else { return [] }
    do {
      guard try await queue(notices, logicalDate: logicalDate) > 0 else { return [] }
      let tally = try await dispatch.run(until: time.now() + Self.within, isSettling: false)
      // What waits is found by the step; what does not is lost to it.
      let lost = tally.troubles.filter { !$0.hasPrefix(NotificationDispatch.notYet) }
      await desk.turn.keep(lost)
      return tally.troubles
    } catch is CancellationError {
      return []
    } catch {
      return ["not told: \(error)"]
    }
  }

  /// Puts in line what has happened, each notice at most once.
  /// - Returns: how many are new.
  @discardableResult
  public func queue(_ notices: [Notice], logicalDate: Instant) async throws -> Int {
    let (rules, now) = (desk.rules, time.now())
    return try await warehouse.write { transaction in
      try transaction.queueNotifications(at: now, logicalDate: logicalDate) {
        NoticeDecision(rules, told: $0, notices: notices, now: now)
      }
    }
  }

  /// Sends what is due, whichever run it is of.
  public func sendDue() async throws -> NotificationTally {
    try await dispatch.run(until: time.now() + Self.within)
  }

  private var dispatch: NotificationDispatch {
    NotificationDispatch(warehouse: warehouse, desk: desk, reports: reports, time: time)
  }
}

extension Notice {
  /// A run that was to be ready by now.
  /// - Parameter sentence: since when, as the run's log has it.
  public static func lateness(of run: RunID, job: String, logicalDate: Instant, sentence: String) -> Notice {
    Notice(
      .late, severity: .warning, job: job, subject: "\(job) deadline", word: "late", cause: run.name,
      title: "[jobs] Late: \(RunNotices.what(job, logicalDate))", lines: [VisibleText.shown(sentence)])
  }
}
