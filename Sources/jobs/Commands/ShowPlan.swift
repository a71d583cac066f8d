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

  @Flag(help: "Why each step runs, waits or is skipped.")
  var explain = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let date = try Planner.logicalDate(choice.date, of: job, workspace, now: SystemTime().now())
    let (job, configuration) = try workspace.job(job, at: date, overrides: choice.overrides)
    try await PlanPrinter(
      study: PlanStudy(
        workspace: workspace, job: job, configuration: configuration, logicalDate: date, selection: choice.selection,
        isDeep: explain || json)
    ).show(json: json, explain: explain)
  }
}
