import ArgumentParser
import JobGraph
import Reporting
import Storage

struct ShowGraph: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draws the steps of a job and what waits for what.",
    discussion: """
      EXAMPLES
        jobs graph nightly
        jobs graph nightly --format mermaid
        jobs graph nightly --format dot | dot -Tpng > nightly.png
        jobs graph nightly --format svg --output nightly.svg

      A dashed arrow leads to a step that runs however the one before it ended.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, mermaid, dot, svg
  }

  @Argument(help: "The job: a file in Jobs/, without .yaml.")
  var job: String

  @Option(help: "text, mermaid, dot or svg.")
  var format: Format = .text

  @Option(help: "A file to write instead of standard output.", completion: .file())
  var output: String?

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let (job, _) = try place.workspace().job(job)
    let drawing =
      switch format {
      case .text: job.textDrawing
      case .mermaid: job.mermaidDrawing
      case .dot: job.dotDrawing
      case .svg: GraphDrawing(job).svg.text
      }
    guard let output else { return try Output.print(drawing) }
    try AtomicFile.write((drawing + "\n").utf8, to: output, mode: 0o644)
  }
}
