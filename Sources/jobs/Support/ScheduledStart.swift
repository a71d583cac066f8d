import Foundation
import JobGraph
import Running
import Scheduling
import Storage

/// What a start of a job means for its schedule: which instants it runs, and what is written down about the others.
///
/// One rule for a person, cron(8), a timer and the daemon: ``CatchUp`` decides from what the warehouse knows. The caller holds the run lock
/// from ``agenda(_:)`` on, so two starts never decide the same instant.
struct ScheduledStart {
  let workspace: Workspace
  let job: Job
  /// The job's lines of crontab; nil when there are none, or when the start is about something else than the schedule.
  let schedule: Schedule?
  /// When the start began, before it waited for anything.
  let begun: Instant
  let trigger: Trigger
  /// The date that was asked for; nil for the schedule's own.
  let date: Instant?

  /// Who started the job.
  enum Trigger: String, CaseIterable {
    case manual, sandbox, cron, timer, daemon

    /// Started by a clock: it runs what is due, and nothing when that is done.
    var isAutomatic: Bool { self == .cron || self == .timer || self == .daemon }
  }

  /// - Parameter isPartial: only some steps were asked for, or an unfinished run: a person's wish that decides nothing.
  init(of job: Job, _ workspace: Workspace, trigger: Trigger, date: Instant?, isPartial: Bool, begun: Instant) throws {
    (self.workspace, self.job, self.trigger, self.date, self.begun) = (workspace, job, trigger, date, begun)
    schedule = isPartial && !trigger.isAutomatic ? nil : try workspace.schedule(of: job.name)
  }

  /// A run of the agenda.
  struct Visit {
    var logicalDate: Instant
    /// What is written down with the run; nil when the instant is decided already, or is none of the schedule.
    var decision: ScheduleDecision?
    /// The line of crontab that is due; nil when the date was asked for.
    var entry: Crontab.Entry?
    /// Decisions that come before it.
    var before: [ScheduleDecision] = []
    /// Whether everything before it is decided then.
    var isComplete = true
    /// The run of this instant had died: it is continued.
    var isResumed = false
  }

  struct Agenda {
    var visits: [Visit] = []
    /// Decisions that come last.
    var after: [ScheduleDecision] = []
    /// The runs of decisions that were found in the journal without one: their start died before it could write it down.
    var runs: [Instant: String] = [:]
    /// Why nothing is run; nil when something is.
    var idleReason: String?

    /// The visits; one for a date where the schedule has no say.
    func visits(or date: Instant) -> [Visit] { visits.isEmpty && idleReason == nil ? [Visit(logicalDate: date)] : visits }
  }

  /// Looks without the lock whether a clock's start has nothing to do, so that a timer's needless wake-up disturbs nobody, and costs little:
  /// it needs the schedule, but not the job.
  /// - Returns: why; nil when it must take the lock and decide.
  static func idleReason(of job: String, _ workspace: Workspace, now: Instant) async throws -> String? {
    guard let latest = try workspace.schedule(of: job)?.latest(notAfter: now)?.occurrence.instant,
      FileManager.default.fileExists(atPath: workspace.database)
    else { return nil }
    return try await Warehouse(reading: workspace.database).read { reader in
      guard try reader.hasDecisions, let mark = try reader.scheduleMark(of: job), mark >= latest,
        try !reader.hasDecisions(of: job, madeAfter: now)
      else { return nil }
      let row = try reader.decision(of: job, at: latest)
      let run = row?.run == nil ? nil : try reader.unfinishedRun(of: job, logicalDate: latest)
      return run?.state == .running || run?.state == .interrupted ? nil : sentence(of: latest, row)
    }
  }

  /// Whether something is to be made up or continued: for a daemon that has just begun. A job that never ran has nothing to make up.
  func isPending() async throws -> Bool {
    guard let schedule, FileManager.default.fileExists(atPath: workspace.database) else { return false }
    let warehouse = try Warehouse(reading: workspace.database)
    guard try await warehouse.read({ try $0.hasDecisions }) else { return false }
    let state = try await known(warehouse, schedule)
    return state.isDead || state.isDoubtful || !state.isNew && !state.steps.isEmpty
  }

  /// What this start does. Withdraws what a clock far ahead had decided; all else is for the caller to carry out in order.
  func agenda(_ warehouse: Warehouse) async throws -> Agenda {
    guard let schedule else { return Agenda(visits: date.map { [Visit(logicalDate: $0)] } ?? []) }
    let withdrawn = try await warehouse.withdrawDecisions(of: job.name, madeAfter: now)
    if withdrawn > 0 {
      Output.say(
        "warning: \(withdrawn) starts of \(job.name) were decided by a clock that was ahead of \(now.floored(to: .seconds(1)));"
          + " they will be decided again when they come")
    }
    if let date { return Agenda(visits: [try await visit(for: date, schedule, warehouse)]) }
    let state = try await known(warehouse, schedule)
    guard let latest = state.latest else { return Agenda(visits: [Visit(logicalDate: now.floored(to: .minutes(1)))]) }
    var (agenda, before): (Agenda, [ScheduleDecision]) = (Agenda(), [])
    var runs: [Instant: String] = [:]
    for step in state.steps {
      if step.isToRun {
        let entry = schedule.latest(notAfter: step.decision.instant)?.entry
        agenda.visits.append(Visit(logicalDate: step.decision.instant, decision: step.decision, entry: entry, before: before))
        before = []
      } else {
        before.append(step.decision)
        runs[step.decision.instant] = step.run
      }
    }
    (agenda.after, agenda.runs) = (before, runs)
    let entry = schedule.latest(notAfter: latest)?.entry
    if !trigger.isAutomatic, agenda.visits.last?.logicalDate != latest {
      agenda.visits.append(Visit(logicalDate: latest, entry: entry, before: before))
      agenda.after = []
    } else if agenda.visits.isEmpty, state.isDead {
      agenda.visits.append(Visit(logicalDate: latest, entry: entry, isResumed: true))
    }
    if agenda.visits.isEmpty {
      agenda.idleReason = before.last?.reason.map { "\(latest) is left out: \($0)" } ?? Self.sentence(of: latest, state.row)
    }
    return agenda
  }

  /// Writes down the decisions that come before a run or last, each once.
  func record(_ decisions: [ScheduleDecision], of agenda: Agenda, _ warehouse: Warehouse) async throws {
    let at = now
    try await warehouse.record(
      decisions.map { DecisionRow(job: job.name, decision: $0, run: agenda.runs[$0.instant].map { RunID($0) }, decidedAt: at) },
      isComplete: true)
  }

  /// Writes down that a visit has its run.
  func record(_ visit: Visit, run: RunID, _ warehouse: Warehouse) async throws {
    guard let decision = visit.decision else { return }
    try await warehouse.record([DecisionRow(job: job.name, decision: decision, run: run, decidedAt: now)], isComplete: visit.isComplete)
  }
}

extension ScheduledStart {
  private var now: Instant { SystemTime().now() }

  /// What is decided and what is not.
  private struct Known {
    let latest: Instant?
    let steps: [CatchUp.Step]
    /// No start of the job is known.
    let isNew: Bool
    /// The decision about the latest instant.
    let row: DecisionRow?
    /// Whether the run of the latest instant has died, or seems to be under way.
    let isDead: Bool
    /// A clock far ahead has decided what must be withdrawn first.
    let isDoubtful: Bool
  }

  private func known(_ warehouse: Warehouse, _ schedule: Schedule) async throws -> Known {
    let (name, now) = (job.name, now)
    let history = try await warehouse.read { try $0.scheduleHistory(of: name, now: now) }
    let rule = CatchUp(
      schedule: schedule,
      policy: CatchUp.Policy(
        CatchUp.Policy.Mode(job.missed.policy), window: job.missed.window, cap: job.missed.cap, skipsOverlaps: job.overlap == .skip),
      start: CatchUp.Start(
        now: now, begun: min(begun, now), isByPerson: !trigger.isAutomatic, isWakeUp: trigger == .timer,
        booted: Self.booted(asOf: now)),
      history: history)
    let latest = rule.latest
    let row = try await warehouse.read { reader in try latest.flatMap { try reader.decision(of: name, at: $0) } }
    let run = try await warehouse.read { row?.run == nil ? nil : try $0.unfinishedRun(of: name, logicalDate: latest) }
    return Known(
      latest: latest, steps: rule.steps(), isNew: history.mark == nil && history.lastDate == nil, row: row,
      isDead: run?.state == .running || run?.state == .interrupted,
      isDoubtful: try await warehouse.read { try $0.hasDecisions(of: name, madeAfter: now) })
  }

  /// A date that was asked for decides its own instant, when it is one and is undecided.
  private func visit(for date: Instant, _ schedule: Schedule, _ warehouse: Warehouse) async throws -> Visit {
    var visit = Visit(logicalDate: date, isComplete: false)
    // The sandbox runs dates that have not come; their schedule is decided when they do.
    guard date <= now, schedule.latest(notAfter: date)?.occurrence.instant == date else { return visit }
    let name = job.name
    let isDecided = try await warehouse.read { try $0.decision(of: name, at: date) != nil }
    if !isDecided { visit.decision = ScheduleDecision(date, .ran, reason: begun - date <= CatchUp.grace ? nil : "asked for by its date") }
    return visit
  }

  private static func sentence(of latest: Instant, _ row: DecisionRow?) -> String {
    let what = row.map { row in
      "\(row.decision.verdict.rawValue)" + (row.run.map { " as \($0)" } ?? "") + (row.decision.reason.map { " (\($0))" } ?? "")
    }
    return "\(latest) is decided" + (what.map { ": \($0)" } ?? "")
  }

  /// When the machine was started; nil where the kernel does not tell.
  private static func booted(asOf now: Instant) -> Instant? {
    guard let data = FileManager.default.contents(atPath: "/proc/uptime"),
      let seconds = String(decoding: data, as: UTF8.self).split(separator: " ").first.flatMap({ Double($0) })
    else { return nil }
    return now - .milliseconds(Int(seconds * 1000))
  }
}

extension CatchUp.Policy.Mode {
  init(_ policy: Job.Missed) {
    switch policy {
    case .none: self = .none
    case .last: self = .last
    case .all: self = .all
    }
  }
}

extension Workspace {
  /// The lines of crontab that start a job on this data: those with `--sandbox` are the sandbox's. Without such a line the sandbox goes by
  /// all of them.
  func schedule(of job: String) throws -> Schedule? {
    guard let schedule = try crontab().0.schedule(of: job) else { return nil }
    let own = schedule.entries.filter { $0.arguments.contains("--sandbox") == isSandbox }
    if own.isEmpty { return isSandbox ? schedule : nil }
    return Schedule(job: job, entries: own)
  }
}
