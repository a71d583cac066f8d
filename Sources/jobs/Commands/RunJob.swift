import ArgumentParser
import Foundation
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
    let (job, configuration) = try workspace.job(job, overrides: choice.overrides)
    let selection = choice.selection
    _ = try selection.steps(of: job)
    let logicalDate = try Planner.logicalDate(choice.date, of: job.name, workspace, now: SystemTime().now())
    if dryRun {
      return try await PlanPrinter(
        workspace: workspace, job: job, configuration: configuration, logicalDate: logicalDate, selection: selection
      ).show(json: json, explain: true)
    }
    try AtomicFile.makeFolder(workspace.data)
    let lock = try await RunLock.acquire(
      at: workspace.lockFile, purpose: "run \(job.name)", waiting: wait || job.overlap == .queue, quiet: quiet)
    let warehouse = try Warehouse(writingTo: workspace.database, lock: lock)
    let printer = RunPrinter(quiet ? .none : progress, isSilent: json, job: job)
    let monitor = RunMonitor(workspace, configuration, job: job.name)
    let session = RunSession(
      workspace: workspace, job: job, configuration: configuration, logicalDate: logicalDate,
      trigger: trigger ?? (workspace.isSandbox ? "sandbox" : "manual"), selection: selection,
      sandbox: SandboxSettings(seed: sandboxSeed, recordedBodies: sandboxData, faults: try faults()), isOffline: offline,
      isResumed: resume, resumedDate: resume && choice.date != nil ? logicalDate : nil,
      began: { run, state, warehouse in
        monitor.begin(run.id)
        await printer.begin(run, state, warehouse)
      }, observe: { printer.observe($0) })
    do {
      let result = try await session.run(lock: lock, warehouse: warehouse)
      printer.finish()
      try warehouse.close()
      let summary = RunSummary(workspace: workspace, job: job, result: result)
      // What quiet says of a failure is kept anyway.
      if !quiet || summary.status == .delivered { Console.shared.note(try summary.text) }
      // Whoever is told of the end is told even where the summary cannot be written.
      let printing = Swift.Result { if json { try summary.printJSON() } else { try summary.print(quiet: quiet) } }
      await monitor.end(summary.status)
      try printing.get()
      if summary.status != .delivered { throw Ended(status: summary.status) }
    } catch let end as Ended {
      throw end
    } catch {
      printer.finish()
      await monitor.fail(error)
      throw error
    }
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
  /// Takes the lock; when another run has it, says so, or waits.
  static func acquire(at path: String, purpose: String, waiting: Bool, quiet: Bool) async throws -> RunLock {
    var hasSaid = false
    while true {
      do {
        return try RunLock(at: path, purpose: purpose)
      } catch LockError.held(let holder) where waiting {
        if !hasSaid, !quiet { Output.say("waiting: another run is under way: \(holder)") }
        hasSaid = true
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
