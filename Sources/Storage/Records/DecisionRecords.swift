internal import GRDB
public import JobGraph
public import Scheduling

/// A decision as it was written down.
public struct DecisionRow: Sendable, Hashable {
  public var job: String
  public var decision: ScheduleDecision
  /// The run; it may have been pruned since. Nil for a skip.
  public var run: RunID?
  /// By the computer's clock.
  public var decidedAt: Instant

  public init(job: String, decision: ScheduleDecision, run: RunID? = nil, decidedAt: Instant) {
    (self.job, self.decision, self.run, self.decidedAt) = (job, decision, run, decidedAt)
  }
}

extension WarehouseReader {
  /// False for a file that an older version wrote and nobody has written to since.
  public var hasDecisions: Bool {
    get throws { try database.tableExists("schedule_marks") }
  }

  /// What was decided about the schedule, the newest instants first.
  ///
  /// - Parameters:
  ///   - job: nil for all.
  ///   - since: only decisions about this instant or later ones; nil for all.
  public func decisions(of job: String?, since: Instant? = nil, limit: Int) throws -> [DecisionRow] {
    guard try hasDecisions else { return [] }
    return try Row.fetchAll(
      database,
      sql: """
        \(WarehouseReader.selectDecision) WHERE (?1 IS NULL OR job = ?1) AND (?2 IS NULL OR ifnull(through, instant) >= ?2)
        ORDER BY instant DESC, job LIMIT ?3
        """, arguments: [job, since?.milliseconds, limit]
    ).map(WarehouseReader.decision)
  }

  /// The decision about an instant of a job's schedule; nil while there is none.
  public func decision(of job: String, at instant: Instant) throws -> DecisionRow? {
    try Row.fetchOne(
      database, sql: "\(WarehouseReader.selectDecision) WHERE job = ?1 AND instant <= ?2 ORDER BY instant DESC LIMIT 1",
      arguments: [job, instant.milliseconds]
    ).map(WarehouseReader.decision).flatMap { $0.decision.covers(instant) ? $0 : nil }
  }

  /// Everything of the job's schedule up to then is decided; nil for a job without a decision.
  public func scheduleMark(of job: String) throws -> Instant? {
    try Int64.fetchOne(database, sql: "SELECT decided_through FROM schedule_marks WHERE job = ?", arguments: [job])
      .map { Instant(milliseconds: $0) }
  }

  /// What ``CatchUp`` must know of a job.
  ///
  /// - Parameter now: runs and dates behind it are those of a clock that was ahead, and do not count.
  public func scheduleHistory(of job: String, now: Instant) throws -> CatchUp.History {
    let mark = try scheduleMark(of: job)?.milliseconds
    let date = try Int64.fetchOne(
      database, sql: "SELECT max(logical_date) FROM runs WHERE job = ? AND logical_date <= ?", arguments: [job, now.milliseconds])
    // The newest date itself may be an instant of which only the run was written down.
    let from = mark ?? date.map { $0 - 1 } ?? now.milliseconds
    var history = CatchUp.History(mark: mark.map(Instant.init(milliseconds:)), lastDate: date.map(Instant.init(milliseconds:)))
    history.decided = try Row.fetchAll(
      database,
      sql: "SELECT instant, ifnull(through, instant) FROM decisions WHERE job = ? AND ifnull(through, instant) > ? ORDER BY instant",
      arguments: [job, from]
    ).map { Instant(milliseconds: $0[0])...Instant(milliseconds: $0[1]) }
    let runs = try Row.fetchAll(
      database, sql: "SELECT logical_date, id FROM runs WHERE job = ? AND logical_date > ? ORDER BY started_at DESC, id DESC LIMIT 1000",
      arguments: [job, from])
    for row in runs { history.runs[Instant(milliseconds: row[0])] = row[1] }
    history.busy = try Row.fetchAll(
      database,
      sql: """
        SELECT id, job = ?1, started_at, ended_at FROM runs
        WHERE ended_at > ?2 AND ended_at >= started_at AND state <> 'interrupted' ORDER BY started_at DESC LIMIT 1000
        """, arguments: [job, from]
    ).map { CatchUp.History.Busy(run: $0[0], isSameJob: $0[1], span: Instant(milliseconds: $0[2])...Instant(milliseconds: $0[3])) }
    return history
  }

  /// Whether a clock far ahead has decided about times that have not come; see ``Warehouse/withdrawDecisions(of:madeAfter:)``.
  public func hasDecisions(of job: String, madeAfter now: Instant) throws -> Bool {
    let (found, arguments) = WarehouseReader.decisions(of: job, madeAfter: now)
    return try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM decisions WHERE \(found))", arguments: arguments)!
  }

  /// The condition of those decisions, and its values: the job, the limit, now.
  fileprivate static func decisions(of job: String, madeAfter now: Instant) -> (condition: String, arguments: StatementArguments) {
    ("job = ?1 AND decided_at > ?2 AND (decision = 'skipped' OR instant > ?3)", [job, (now + .days(2)).milliseconds, now.milliseconds])
  }

  static let selectDecision = "SELECT job, instant, through, instants, decision, reason, run_id, decided_at FROM decisions"

  static func decision(_ row: Row) -> DecisionRow {
    let instant = Instant(milliseconds: row[1])
    return DecisionRow(
      job: row[0],
      decision: ScheduleDecision(
        instant, through: (row[2] as Int64?).map { Instant(milliseconds: $0) }, count: row[3],
        ScheduleDecision.Verdict(rawValue: row[4]) ?? .skipped, reason: row[5]),
      run: (row[6] as String?).map { RunID($0) }, decidedAt: Instant(milliseconds: row[7]))
  }
}

extension Warehouse {
  /// Writes decisions down, each once: an instant that has one keeps it.
  ///
  /// - Parameter isComplete: nothing before the last of them is undecided, so that it is the job's new mark. A job without a mark gets
  ///   one in any case: its schedule begins there.
  public func record(_ rows: [DecisionRow], isComplete: Bool) async throws {
    guard let last = rows.last else { return }
    // A power cut may undo it: the run that it tells of is in the journal, and a skip will be decided the same way again.
    try await writeLightly { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO decisions (job, instant, through, instants, decision, reason, run_id, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (job, instant) DO NOTHING
          """)
      for row in rows {
        let decision = row.decision
        try statement.execute(arguments: [
          row.job, decision.instant.milliseconds, decision.count > 1 ? decision.through.milliseconds : nil, decision.count,
          decision.verdict.rawValue, decision.reason, row.run?.name, row.decidedAt.milliseconds,
        ])
      }
      try database.execute(
        sql: """
          INSERT INTO schedule_marks (job, decided_through) VALUES (?1, ?2)
          ON CONFLICT (job) DO UPDATE SET decided_through = max(decided_through, ?2) WHERE ?3
          """, arguments: [last.job, last.decision.through.milliseconds, isComplete])
    }
  }

  /// Takes back what a clock far ahead has decided about times that have not come, so that they will be decided again when they come.
  ///
  /// A clock that went back by up to two days takes nothing back: what was done stays done.
  /// - Returns: how many instants are undecided again.
  public func withdrawDecisions(of job: String, madeAfter now: Instant) async throws -> Int {
    let (found, arguments) = WarehouseReader.decisions(of: job, madeAfter: now)
    // Most starts find none, and need no commit to say so.
    let first = try await read {
      try Int64.fetchOne($0.database, sql: "SELECT min(instant) FROM decisions WHERE \(found)", arguments: arguments)
    }
    guard let first else { return 0 }
    return try await write { transaction in
      let database = transaction.database
      let count = try Int.fetchOne(database, sql: "SELECT sum(instants) FROM decisions WHERE \(found)", arguments: arguments)!
      try database.execute(
        sql: """
          INSERT INTO withdrawn_decisions (job, instant, through, instants, decision, reason, run_id, decided_at, withdrawn_at)
          SELECT job, instant, through, instants, decision, reason, run_id, decided_at, ?3 FROM decisions WHERE \(found)
          """, arguments: arguments)
      try database.execute(sql: "DELETE FROM decisions WHERE \(found)", arguments: arguments)
      try database.execute(
        sql: "UPDATE schedule_marks SET decided_through = min(decided_through, ?2 - 1) WHERE job = ?1", arguments: [job, first])
      return count
    }
  }
}
