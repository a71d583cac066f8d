import ArgumentParser
import JobGraph
import Running
import Scheduling
import Storage

struct ShowLogs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Shows the log of a run.",
    discussion: """
      EXAMPLES
        jobs logs nightly                the newest run of a job
        jobs logs nightly crypto         one of its steps
        jobs logs latest --follow        and what comes, until the run ends
      """)

  @Argument(help: "A run, a job for its newest run, or `latest`.")
  var run: String

  @Argument(help: "Only this step.")
  var step: String?

  @Flag(help: "Go on showing lines until the run ends.")
  var follow = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard !follow || !json else {
      throw ValidationError("--json prints one document, which --follow would never end; leave one of them out")
    }
  }

  func run() async throws {
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let row = try await workspace.run(named: run, in: warehouse)
    let step = step.map { StepID($0) }
    if let step {
      let plan = try await warehouse.read { try $0.plan(of: row.id) }
      guard plan.step(step) != nil else {
        throw Failure(.usage, "\(row.id) has no step `\(step)`; its steps are: \(plan.steps.map(\.id.name).joined(separator: ", "))")
      }
    }
    if follow { return try await follow(row, step, warehouse, workspace) }
    let lines = try await warehouse.read { try $0.log(of: row.id, step: step) }
    if json { return try Output.json(Document(run: row.id.name, lines: lines.map(Line.init))) }
    guard !lines.isEmpty else { return try Output.print("nothing was logged: every task succeeded at its first attempt") }
    for line in lines { try Output.print(line.text) }
  }

  /// Prints lines as they come. A run that dies ends the log too.
  private func follow(_ row: RunRow, _ step: StepID?, _ warehouse: Warehouse, _ workspace: Workspace) async throws {
    var last: Int64 = 0
    while true {
      let (id, after) = (row.id, last)
      // The state first: what is written between the two is then still printed.
      let current = try await warehouse.read { try $0.run(named: id.name) }
      let state = try await warehouse.runStates(lockFile: workspace.lockFile).state(of: current ?? row)
      let lines = try await warehouse.read { try $0.log(of: id, step: step, after: after) }
      for (number, line) in lines {
        try Output.print(line.text)
        last = number
      }
      guard state == .running, current != nil else { return Output.say("\(row.id): \(state.rawValue)") }
      try await Task.sleep(for: .milliseconds(250))
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.logs/1"
    let run: String
    let lines: [Line]
  }

  /// A line of a log for programs.
  struct Line: Encodable {
    let at: String
    let level: String
    let step: String?
    let task: String?
    let message: String

    init(_ line: LogLine) {
      (at, level, message) = (line.instant.iso8601, line.level.rawValue, line.message)
      (step, task) = (line.task?.step.name, line.task?.key)
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
