import ArgumentParser
import JobFiles
import JobGraph
import Steps

struct ShowSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints the JSON Schema of job files, for editors.",
    discussion: """
      EXAMPLES
        jobs schema > Jobs/config/job.schema.json
        jobs schema watchlist                       of a file under Jobs/config

      An editor with a YAML language server uses it when the file begins with
        # yaml-language-server: $schema=config/job.schema.json
      It finds what a single value tells; references, circles and hazards are found by `jobs check`.
      """)

  @Argument(help: "job (the default), import, strategy, or the name of a file under Jobs/config: watchlist, providers, …")
  var file: String = "job"

  func run() throws {
    try Output.print(try Self.document(of: file).json())
  }

  private static func document(of file: String) throws -> JobValue {
    if file == "job" { return JobSchema(operations: Operations.all).document }
    if let known = ConfigurationSchema(rawValue: file) { return known.document }
    let names = ["job"] + ConfigurationSchema.allCases.map(\.rawValue)
    let nearest = NearestName.find(file, in: names).map { "; a file with a similar name has one: `\($0)`" } ?? ""
    throw Failure(.usage, "there is no schema of `\(file)`; there are: \(names.joined(separator: ", "))\(nearest)")
  }
}
