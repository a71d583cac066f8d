import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Sandbox
import Scheduling
import Steps
import Storage

struct RunJob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a job.",
    discussion: """
      EXAMPLES
        jobs run nightly                        as cron does
        jobs run nightly --sandbox              on made-up data, without key or network
        jobs run nightly --date 2026-01-15      for another night
        jobs run nightly --resume               goes on with the last unfinished run
        jobs run nightly --only report          one step; also +step, step+, tag:name
        jobs run nightly --set history=90d      with another parameter
        jobs run nightly --sandbox --json       one document for a program
      """)

  @Argument(help: "The job: a file in Jobs/, without .yaml.", completion: .shellCommand("ls Jobs 2>/dev/null | sed -n 's/\\.yaml$//p'"))
  var job: String

  @Flag(help: "Go on with the last unfinished run: what succeeded stays.")
  var resume = false

  @Flag(help: "Use what was fetched for this date before, and nothing else.")
  var offline = false

  @Flag(name: .customLong("dry-run"), help: "Show the plan, change nothing.")
  var dryRun = false

  @Flag(help: "When another run is under way, wait for it.")
  var wait = false

  @Flag(help: "Print only when something went wrong, as cron wants it.")
  var quiet = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @Option(help: "What is shown meanwhile: auto, plain (a line per change) or none.")
  var progress = ProgressChoice.auto

  @Option(name: .customLong("sandbox-seed"), help: "Which made-up market the sandbox is.")
  var sandboxSeed: UInt64 = 1

  @Option(name: .customLong("sandbox-data"), help: "A folder of recorded bodies for the sandbox to serve.", completion: .directory)
  var sandboxData: String?

  @Option(name: .customLong("sandbox-faults"), help: "A JSON file of answers to spoil, for trying out failures.", completion: .file())
  var sandboxFaults: String?

  @Option(help: .hidden)
  var trigger: String?

  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    guard workspace.isSandbox || (sandboxData == nil && sandboxFaults == nil) else {
      throw Failure(.usage, "--sandbox-data and --sandbox-faults are for the sandbox; add --sandbox")
    }
    guard !resume || (choice.overrides.isEmpty && choice.only.isEmpty && choice.skip.isEmpty) else {
      throw Failure(.usage, "a resumed run follows the plan it began with, so --resume takes no --set, --only or --skip")
    }
    let begun = SystemTime().now()
    let trigger = try starter(workspace)
    if trigger.isAutomatic, choice.date == nil, !resume, let reason = try await ScheduledStart.idleReason(of: job, workspace, now: begun) {
      return try RunSummary.sayIdle(reason, job: job, json: json, quiet: quiet)
    }
    let logicalDate = try Planner.logicalDate(choice.date, of: job, workspace, now: begun)
    let (job, configuration) = try workspace.job(job, at: logicalDate, overrides: choice.overrides)
    let selection = choice.selection
    _ = try selection.steps(of: job)
    if dryRun {
      return try await PlanPrinter(
        study: PlanStudy(
          workspace: workspace, job: job, configuration: configuration, logicalDate: logicalDate, selection: selection,
          isDeep: true)
      ).show(json: json, explain: true)
    }
    let start = try ScheduledStart(
      of: job, workspace, trigger: trigger, date: choice.date == nil ? nil : logicalDate,
      isPartial: resume || !choice.only.isEmpty || !choice.skip.isEmpty, begun: begun)
    try AtomicFile.makeFolder(workspace.data)
    let lock = try await RunLock.acquire(
      at: workspace.lockFile, for: job, waiting: wait || job.overlap == .queue, quiet: quiet)
    let warehouse = try workspace.writing(lock: lock)
    let agenda = try await start.agenda(warehouse)
    var (runs, ended): ([RunID], [Ending]) = ([], [])
    for visit in agenda.visits(or: logicalDate) {
      try await start.record(visit.before, of: agenda, warehouse)
      let command = try command(for: visit, of: start, isLast: visit.logicalDate == agenda.visits.last?.logicalDate)
      // Of the last run everybody is told when everything is done; of those before it, before the next one begins.
      try await ended.last?.tell(json ? .nobody : .people(quiet: quiet))
      let ending = try await command.perform(
        visit, start, command.choice.overrides == choice.overrides && visit.logicalDate == logicalDate ? (job, configuration) : nil,
        warehouse, lock, caughtUp: runs)
      runs.append(ending.run)
      ended.append(ending)
      if ending.isStopped { break }
    }
    if ended.last.map({ !$0.isStopped }) ?? true { try await start.record(agenda.after, of: agenda, warehouse) }
    try warehouse.close()
    guard let last = ended.last else {
      return try RunSummary.sayIdle(agenda.idleReason ?? "nothing is due", job: job.name, json: json, quiet: quiet)
    }
    try await last.tell(json ? .program : .people(quiet: quiet))
    let status = ended.allSatisfy { $0.summary.status == .delivered } || last.summary.status != .delivered ? last.summary.status : .partial
    if status != .delivered { throw Ended(status: status) }
  }

  /// Runs one visit of the agenda.
  /// - Parameter loaded: the job as it is for the date of the visit, when it has been read already.
  private func perform(
    _ visit: ScheduledStart.Visit, _ start: ScheduledStart, _ loaded: (Job, Configuration)?, _ warehouse: Warehouse,
    _ lock: borrowing RunLock, caughtUp: [RunID]
  ) async throws -> Ending {
    let workspace = start.workspace
    let (job, configuration) = try loaded ?? workspace.job(job, at: visit.logicalDate, overrides: choice.overrides)
    _ = try choice.selection.steps(of: job)
    let printer = RunPrinter(quiet ? .none : progress, isSilent: json, job: job)
    let monitor = RunMonitor(workspace, configuration, job: job.name)
    let isResumed = resume || visit.isResumed
    let session = RunSession(
      workspace: workspace, job: job, configuration: configuration, logicalDate: visit.logicalDate, trigger: start.trigger.rawValue,
      selection: choice.selection, sandbox: SandboxSettings(seed: sandboxSeed, recordedBodies: sandboxData, faults: try faults()),
      isOffline: offline, isResumed: isResumed,
      resumedDate: isResumed && (choice.date != nil || visit.isResumed) ? visit.logicalDate : nil,
      began: { run, state, warehouse in
        monitor.begin(run.id)
        await printer.begin(run, state, warehouse)
      }, observe: { printer.observe($0) }, opened: { try await start.record(visit, run: $0, warehouse) })
    do {
      let result = try await session.run(lock: lock, warehouse: warehouse)
      printer.finish()
      return Ending(
        run: result.run, isStopped: result.isStopped,
        summary: RunSummary(workspace: workspace, job: job, result: result, caughtUp: caughtUp), monitor: monitor)
    } catch {
      printer.finish()
      await monitor.fail(error)
      throw error
    }
  }

  /// The command with the options that a visit is run with: those of its line of crontab, unless somebody asked for other ones.
  private func command(for visit: ScheduledStart.Visit, of start: ScheduledStart, isLast: Bool) throws -> RunJob {
    guard let entry = visit.entry, let schedule = start.schedule else { return self }
    let isOfSchedule = try schedule.entries.contains { try parsed($0).wishes == wishes }
    guard start.trigger.isAutomatic ? isOfSchedule : !isLast else { return self }
    var command = try parsed(entry)
    (command.quiet, command.json, command.progress) = (quiet, json, progress)
    return command
  }

  private func parsed(_ entry: Crontab.Entry) throws -> RunJob {
    do {
      return try RunJob.parse([job] + entry.arguments)
    } catch {
      throw Failure(.configuration, "crontab:\(entry.line): \(RunJob.message(for: error))")
    }
  }

  /// What makes two runs of a job for one date differ.
  private var wishes: [String] {
    choice.only + ["|"] + choice.skip + ["|"] + choice.overrides
      + ["|\(offline)|\(sandboxSeed)|\(sandboxData ?? "")|\(sandboxFaults ?? "")"]
  }

  private func starter(_ workspace: Workspace) throws -> ScheduledStart.Trigger {
    guard let trigger else { return workspace.isSandbox ? .sandbox : .manual }
    guard let known = ScheduledStart.Trigger(rawValue: trigger) else {
      let names = ScheduledStart.Trigger.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "--trigger says who started a run: \(names), not `\(VisibleText.shown(trigger))`")
    }
    return known
  }

  private func faults() throws -> [FaultRule] {
    guard let sandboxFaults else { return [] }
    do {
      return try FaultRule.load(path: sandboxFaults)
    } catch {
      throw Failure(.badData, "\(sandboxFaults): \(error)")
    }
  }
}

extension ProgressChoice: ExpressibleByArgument {}

extension RunLock {
  /// How long a run that was asked to make room may take for it.
  private static let patience: Duration = .seconds(120)

  /// Takes the lock. When another run has it: says so, or waits, or asks it to end where the job replaces its own runs.
  static func acquire(at path: String, for job: Job, waiting: Bool, quiet: Bool) async throws -> RunLock {
    var (hasSaid, asked): (Bool, ContinuousClock.Instant?) = (false, nil)
    while true {
      do {
        return try RunLock(at: path, purpose: "run \(job.name)")
      } catch LockError.held(let holder) {
        if job.overlap == .replace, asked == nil, let other = LockHolder(lockFile: path), other.runs(job.name), other.askToEnd() {
          asked = .now
          if !quiet { Output.say("replacing: \(holder) was asked to end (overlap: replace)") }
        }
        if let asked, .now - asked > patience {
          throw Failure(.tryAgainLater, "another run is under way: \(holder); it was asked to end \(patience.inSeconds) s ago and has not")
        }
        guard waiting || asked != nil else { throw LockError.held(by: holder) }
        if !hasSaid, !quiet, asked == nil { Output.say("waiting: another run is under way: \(holder)") }
        hasSaid = true
        try await Task.sleep(for: asked == nil ? .milliseconds(200) : .milliseconds(20))
      }
    }
  }
}

/// A run of this command that has ended, and who is to hear of it.
private struct Ending {
  let run: RunID
  let isStopped: Bool
  let summary: RunSummary
  let monitor: RunMonitor

  enum Listener { case people(quiet: Bool), program, nobody }

  /// Says how it ended, and tells those who watch from outside as the last act.
  func tell(_ listener: Listener) async throws {
    // What quiet says of a failure is kept anyway.
    if case .people(quiet: true) = listener, summary.status != .delivered {} else { try Console.shared.note(try summary.text) }
    // Whoever watches is told even where the summary cannot be written.
    let printing = Swift.Result {
      switch listener {
      case .people(let quiet): try summary.print(quiet: quiet)
      case .program: try summary.printJSON()
      case .nobody: break
      }
    }
    await monitor.end(summary.status)
    try printing.get()
  }
}
