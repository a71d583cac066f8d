public import JobGraph
public import Running
public import Scheduling
public import Storage

/// `notify.send`: tells people of the run, and of what an earlier one could not tell.
public struct SendNotifications: StepOperation {
  private let warehouse: Warehouse
  private let desk: NotificationDesk
  private let place: ReportPlace
  private let time: any TimeSource
  private let within: Duration

  /// - Parameters:
  ///   - time: the computer's clock: people live by it, whatever the run is about.
  ///   - within: nothing is begun to be sent after so long.
  public init(_ warehouse: Warehouse, _ desk: NotificationDesk, place: ReportPlace, time: any TimeSource, within: Duration) {
    (self.warehouse, self.desk, self.place, self.time, self.within) = (warehouse, desk, place, time, within)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    guard !desk.rules.channels.isEmpty, !desk.rules.rules.isEmpty else {
      return TaskOutcome(note: desk.remark ?? "nobody is to be told: Jobs/config/notifications.yaml has no channel and rule")
    }
    let (run, job, date, place, now) = (context.run, context.job, context.logicalDate, place, time.now())
    let notices = try await warehouse.read {
      try RunNotices.read($0, run: run, job: job, logicalDate: date, place: place)
    }
    let rules = desk.rules
    // What is to be told and that it counts as told are one transaction: killed before it, all is found again; after it, nothing is new.
    _ = try await warehouse.write { transaction in
      try transaction.queueNotifications(at: now, logicalDate: date) { NoticeDecision(rules, told: $0, notices: notices, now: now) }
    }
    let dispatch = NotificationDispatch(warehouse: warehouse, desk: desk, reports: place.root, time: time)
    var tally = try await dispatch.run(until: now + within)
    tally.troubles.insert(contentsOf: await desk.turn.takeTroubles(), at: 0)
    try Task.checkCancellation()
    // `jobs notify send` may have been quicker; what it could not tell of this run is this run's trouble.
    let ended = tally.ended
    let others = try await warehouse.read { try $0.notifications(of: run.name) }.filter { row in
      [.refused, .unknown].contains(row.state) && row.endedAt.map { $0 >= now } ?? false && !ended.contains(row.id)
    }
    tally.troubles += NotificationDispatch.troubles(of: others)
    let held = tally.held
    let words = ["\(tally.delivered) told"] + (held > 0 ? ["\(held) held"] : []) + (desk.remark.map { [$0] } ?? [])
    guard tally.troubles.isEmpty else {
      for trouble in tally.troubles { context.note(.warning, trouble) }
      let more = tally.troubles.count > 1 ? " (and \(tally.troubles.count - 1) more: `jobs notify history`)" : ""
      throw TaskFailure(.permanent, "\(tally.troubles[0])\(more)")
    }
    return TaskOutcome(
      note: words.joined(separator: ", "), counts: [.init("told", tally.delivered), .init("held", held)], warnings: tally.remarks)
  }
}
