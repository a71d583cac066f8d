import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Storage

struct ShowMetrics: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Writes figures for Prometheus.",
    discussion: """
      EXAMPLES
        jobs metrics                              on standard output
        jobs metrics --output data/jobs.prom      a file for the textfile collector, which appears whole or not at all
        jobs metrics --json

      With `metrics: { file: ... }` in Jobs/config/monitoring.yaml each run writes the file when it has ended.
      """)

  @Option(help: "The file to write, readable by all; without it, or for -, standard output.", completion: .file(extensions: ["prom"]))
  var output: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    if json, output != nil { throw ValidationError("--json is for standard output; it goes without --output") }
  }

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let page = try await WarehouseMetrics(workspace, configuration.providers).page(now: SystemTime().now())
    if json { return try Output.json(Document(page)) }
    guard let output, output != "-" else { return try Output.write(Array(page.text.utf8)) }
    var status = stat()
    if stat(output, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      // A device or pipe cannot be replaced.
      let sink = try ByteSink(path: output)
      sink.bytes = Array(page.text.utf8)
      return try sink.finish()
    }
    try AtomicFile.write(page.text.utf8, to: output, mode: 0o644)
  }

  private struct Document: Encodable {
    let schema = "jobs.metrics/1"
    let metrics: [Metric]

    init(_ page: MetricsPage) {
      metrics = page.families.flatMap { family in
        family.samples.map { sample in
          Metric(
            name: family.name, kind: family.kind.rawValue, help: family.help,
            labels: Dictionary(sample.labels.map { ($0.name, $0.value) }) { $1 }, value: sample.value)
        }
      }
    }
  }

  private struct Metric: Encodable {
    let name: String
    let kind: String
    let help: String
    let labels: [String: String]
    let value: Double
  }
}
