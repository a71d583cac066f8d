import ArgumentParser
import JobGraph
import Running
import Scheduling

struct ShowPlan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Shows what a run would do, and what it would cost.",
    discussion: """
      EXAMPLES
        jobs plan nightly                  tasks, requests and quota
        jobs plan nightly --explain        and why each step runs, waits or is skipped
        jobs plan nightly --set history=2y

      Nothing is changed and nobody is asked. What was answered before for the same date is not asked again, so the requests are
      the most that it can be.
      """)

  @Argument(help: "The job: a file in Jobs/, without .yaml.")
  var job: String

  @Option(help: "What the run would be about: a day (its midnight UTC) or an instant.")
  var date: String?

  @Flag(help: "Why each step runs, waits or is skipped.")
  var explain = false

  @Option(help: "Only these steps: a name, +name, name+ or tag:name. May be repeated.")
  var only: [String] = []

  @Option(help: "All but these steps.")
  var skip: [String] = []

  @Option(name: .customLong("set"), help: "A parameter of the job: NAME=VALUE. May be repeated.")
  var overrides: [String] = []

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (job, configuration) = try workspace.job(job, overrides: overrides)
    let date = try Planner.logicalDate(date, of: job.name, workspace, now: SystemTime().now())
    try await PlanPrinter(
      workspace: workspace, job: job, configuration: configuration, logicalDate: date, selection: Selection(only: only, skip: skip)
    ).show(json: json, explain: explain)
  }
}
