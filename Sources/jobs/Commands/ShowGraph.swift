import ArgumentParser
import JobGraph
import Reporting

struct ShowGraph: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draws the steps of a job and what waits for what.",
    discussion: """
      EXAMPLES
        jobs graph nightly
        jobs graph nightly --format mermaid
        jobs graph nightly --format dot | dot -Tsvg > nightly.svg

      A dashed arrow leads to a step that runs however the one before it ended.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, mermaid, dot, svg
  }

  @Argument(help: "The job: a file in Jobs/, without .yaml.")
  var job: String

  @Option(help: "text, mermaid, dot or svg.")
  var format: Format = .text

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let (job, _) = try place.workspace().job(job)
    switch format {
    case .text: try Output.print(job.textDrawing)
    case .mermaid: try Output.print(job.mermaidDrawing)
    case .dot: try Output.print(job.dotDrawing)
    case .svg: try Output.print(GraphDrawing(job).svg.text)
    }
  }
}
