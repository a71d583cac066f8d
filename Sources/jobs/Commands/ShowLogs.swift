import ArgumentParser
import JobGraph
import Scheduling
import Storage

struct ShowLogs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Shows the log of a run.",
    discussion: """
      EXAMPLES
        jobs logs nightly                the newest run of a job
        jobs logs nightly crypto         one of its steps
      """)

  @Argument(help: "A run, or a job for its newest run.")
  var run: String

  @Argument(help: "Only this step.")
  var step: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let warehouse = try place.workspace().reading()
    let row = try await warehouse.runRow(run)
    let step = step.map { StepID($0) }
    if let step {
      let plan = try await warehouse.read { try $0.plan(of: row.id) }
      guard plan.step(step) != nil else {
        throw Failure(.usage, "\(row.id) has no step `\(step)`; its steps are: \(plan.steps.map(\.id.name).joined(separator: ", "))")
      }
    }
    let lines = try await warehouse.read { try $0.log(of: row.id, step: step) }
    if json {
      return try Output.json(
        Document(
          run: row.id.name,
          lines: lines.map {
            Document.Line(
              at: $0.instant.iso8601, level: $0.level.rawValue, step: $0.task?.step.name, task: $0.task?.key, message: $0.message)
          }))
    }
    guard !lines.isEmpty else { return try Output.print("nothing was logged: every task succeeded at its first attempt") }
    for line in lines {
      let task = line.task.map { " \($0)" } ?? ""
      try Output.print("\(line.instant)  \(line.level.rawValue)\(task): \(OneLine.shown(line.message))")
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.logs/1"
    let run: String
    let lines: [Line]

    struct Line: Encodable {
      let at: String
      let level: String
      let step: String?
      let task: String?
      let message: String
    }
  }
}

/// Foreign text for a terminal.
enum OneLine {
  /// Control characters and those that turn the writing direction are shown as escapes, so that no message can forge another.
  static func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
