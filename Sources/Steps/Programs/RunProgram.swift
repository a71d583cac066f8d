import Foundation
public import JobGraph
public import Running
import Scheduling

/// `shell`: runs a program by its argument vector, in a clean environment, its output captured and capped, its exit status judged.
public struct RunProgram: StepOperation {
  private let root: String
  private let host: ProgramHost

  /// - Parameters:
  ///   - root: the folder in which programs start unless they ask for another below it.
  ///   - host: runs all programs of this process.
  public init(root: String, host: ProgramHost) {
    (self.root, self.host) = (root, host)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let words = context.parameters.texts("run")
    guard let name = words.first else { throw TaskFailure(.permanent, "`run` names no program") }
    let ended: Program.Ended
    do {
      ended = try await host.run(
        Program(
          arguments: words, environment: environment(context), directory: directory(context),
          outputBytesMax: context.parameters.integer("output_bytes_max") ?? 65536))
    } catch let error as StartError {
      throw TaskFailure(.permanent, "\(name) cannot be started: \(error)")
    }
    let text = String(decoding: ended.output, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) { context.note(.info, String(line)) }
    if ended.outputBytes > ended.output.count { context.note(.info, "… \(ended.outputBytes - ended.output.count) more bytes were cut") }
    try Task.checkCancellation()
    switch ended.end {
    case .exited(0): return TaskOutcome(note: "exit 0", counts: [.init("output_bytes", ended.outputBytes)])
    case .exited(let status): throw TaskFailure(.permanent, "\(name) ended with exit status \(status)\(RunProgram.excerpt(text))")
    case .signalled(let number):
      throw TaskFailure(.permanent, "\(name) was ended by signal \(number)\(RunProgram.excerpt(text))")
    }
  }

  private func environment(_ context: StepContext) -> [String: String] {
    var values = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": RunProgram.home,
      "JOBS_RUN": context.run.name, "JOBS_JOB": context.job, "JOBS_LOGICAL_DATE": context.logicalDate.iso8601,
      "JOBS_STEP": context.task.id.step.name, "JOBS_TASK": context.task.id.key, "JOBS_ATTEMPT": String(context.attempt),
      "JOBS_IDEMPOTENCY_KEY": "\(context.run)/\(context.task.id.step)/\(context.task.id.key)",
    ]
    for entry in context.task.values { values[RunProgram.variable(of: entry.key)] = RunProgram.text(of: entry.value) }
    if case .map(let entries) = context.parameters["environment"] {
      for entry in entries { values[entry.key] = RunProgram.text(of: entry.value) }
    }
    return values
  }

  /// `JOBS_EACH_SYMBOL` for the dimension `symbol`.
  private static func variable(of dimension: String) -> String {
    "JOBS_EACH_" + dimension.uppercased().replacing("-", with: "_")
  }

  private static let home = getenv("HOME").map { String(cString: $0) } ?? "/"

  private static func text(of value: JobValue) -> String {
    switch value {
    case .string(let text): text
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .bool(let flag): "\(flag)"
    case .null, .list, .map: ""
    }
  }

  private func directory(_ context: StepContext) -> String {
    context.parameters.optionalText("directory").map { $0.hasPrefix("/") ? $0 : "\(root)/\($0)" } ?? root
  }

  private static func excerpt(_ text: String) -> String {
    let last = text.split(separator: "\n").suffix(3).joined(separator: " | ")
    return last.isEmpty ? "" : ": \(last.prefix(300))"
  }
}
