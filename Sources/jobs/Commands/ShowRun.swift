import ArgumentParser

struct ShowRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one run: its steps, what failed and why, and what went otherwise than planned.",
    discussion: """
      EXAMPLES
        jobs show nightly                          the newest run of a job
        jobs show latest                           the newest run of all
        jobs show nightly-20260115T0230Z-1         a run by its name, or the beginning of it

      PLANNED stands beside what was: the most requests that the plan would make, and what the steps took in earlier runs. A duration
      counts as different when one is at least half as long again as the other, and a second longer.
      """)

  @Argument(help: "A run, a job for its newest run, or `latest`.")
  var run: String

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let story = try await RunStory.read(run, in: try place.workspace())
    if json { try Output.json(RunStoryDocument(story)) } else { try Output.print(story.text(width: Output.width)) }
  }
}
