import Foundation
public import JobGraph
public import Running
import Scheduling
import Subprocess

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// `shell`: runs a program by its argument vector, in a clean environment, its output captured and capped, its exit status judged.
public struct RunProgram: StepOperation {
  private let root: String
  private let groups: ProcessGroups

  /// - Parameters:
  ///   - root: the folder in which programs start unless they ask for another below it.
  ///   - groups: told of every program that runs, so that all can be ended at once.
  public init(root: String, groups: ProcessGroups = ProcessGroups()) {
    (self.root, self.groups) = (root, groups)
  }

  public func run(in context: StepContext) async throws -> TaskOutcome {
    let words = context.parameters.texts("run")
    guard let program = words.first else { throw TaskFailure(.permanent, "`run` names no program") }
    let limit = context.parameters.integer("output_bytes_max") ?? 65536
    let (status, text) = try await start(program, Array(words.dropFirst()), limit: limit, context)
    for line in text.split(whereSeparator: \.isNewline) { context.note(.info, String(line)) }
    switch status {
    case .exited(0): return TaskOutcome(note: "exit 0", counts: [.init("output_bytes", text.utf8.count)])
    case .exited(let number): throw TaskFailure(.permanent, "\(program) ended with exit status \(number)\(RunProgram.excerpt(text))")
    default: throw TaskFailure(.permanent, "\(program) was ended by a signal (\(status))\(RunProgram.excerpt(text))")
    }
  }

  /// Runs the program to its end. Whatever it started ends with it: its process group is killed however it ends.
  private func start(
    _ program: String, _ arguments: [String], limit: Int, _ context: StepContext
  ) async throws -> (TerminationStatus, String) {
    var options = PlatformOptions()
    // The child leads a session of its own, so that its grandchildren can be ended with it.
    options.createSession = true
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
    let group = ProcessGroup(in: groups)
    defer { group.end() }
    do {
      let result = try await Subprocess.run(
        program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
        environment: environment(context), workingDirectory: FilePath(directory(context)), platformOptions: options, input: .none,
        output: .sequence, error: .combinedWithOutput
      ) { execution in
        group.begin(execution.processIdentifier.value)
        return try await withTaskCancellationHandler {
          try await RunProgram.collect(execution.standardOutput, limit: limit)
        } onCancel: {
          group.ask()
        }
      }
      try Task.checkCancellation()
      return (result.terminationStatus, result.closureResult)
    } catch let error as SubprocessError {
      throw TaskFailure(.permanent, "\(program) cannot be started: \(error)")
    }
  }

  private func environment(_ context: StepContext) -> Environment {
    var values: [Environment.Key: String] = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": ProcessInfo.processInfo.environment["HOME"] ?? "/",
      "JOBS_RUN": context.run.name, "JOBS_JOB": context.job, "JOBS_LOGICAL_DATE": context.logicalDate.iso8601,
      "JOBS_TASK": context.task.id.key, "JOBS_ATTEMPT": String(context.attempt),
    ]
    if case .map(let entries) = context.parameters["environment"] {
      for entry in entries { values[Environment.Key(rawValue: entry.key)!] = RunProgram.text(of: entry.value) }
    }
    return .custom(values)
  }

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

  /// Reads all that comes, so that the program never waits for us, and keeps the first part.
  private static func collect(_ output: SubprocessOutputSequence, limit: Int) async throws -> String {
    var (kept, total) = ([UInt8](), 0)
    for try await part in output {
      part.withUnsafeBytes { bytes in
        total += bytes.count
        kept.append(contentsOf: bytes.prefix(max(0, limit - kept.count)))
      }
    }
    let text = String(decoding: kept, as: UTF8.self)
    return total > limit ? text + "\n… \(total - limit) more bytes were cut" : text
  }

  private static func excerpt(_ text: String) -> String {
    let last = text.split(separator: "\n").suffix(3).joined(separator: " | ")
    return last.isEmpty ? "" : ": \(last.prefix(300))"
  }
}
