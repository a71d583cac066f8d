import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Mirroring
import Providers
import Scheduling
import Steps
import Storage

/// An end of a command that is not success: what to say, and the exit status.
struct Failure: Error {
  let status: CommandStatus
  let message: String

  init(_ status: CommandStatus, _ message: String) {
    (self.status, self.message) = (status, message)
  }

  /// Says what went wrong, on standard error and for `--json` also as the one document on standard output.
  /// - Returns: the exit status.
  static func report(_ error: any Error) -> Int32 {
    if let diagnostics = error as? Diagnostics { return diagnostics.report() }
    if let end = error as? Ended { return end.status.rawValue }
    if let output = error as? OutputError, output.isClosedPipe { return 141 }
    guard let failure = Failure(explaining: error) else { return reportParsing(error) }
    Output.say("error: \(failure.message)")
    sayInJSON(failure.status, failure.message)
    return failure.status.rawValue
  }

  /// What an error means for those who are told of it beside the command's own output.
  static func facts(of error: any Error) -> (status: CommandStatus, message: String) {
    let failure = Failure(explaining: error)
    return (failure?.status ?? .bug, failure?.message ?? "\(error)")
  }

  /// The one document of a command that fails, when a program asked for one.
  private static func sayInJSON(_ status: CommandStatus, _ message: String) {
    guard CommandLine.arguments.contains("--json") else { return }
    // Standard output may be what failed; the exit status says so in any case.
    try? Output.json(ErrorDocument(status: status, message: message))
  }

  /// Help goes to standard output with status 0, usage errors to standard error with 64.
  private static func reportParsing(_ error: any Error) -> Int32 {
    let code = Jobs.exitCode(for: error)
    let text = Jobs.fullMessage(for: error)
    guard code != .success else {
      do {
        if !text.isEmpty { try Output.print(text) }
        return 0
      } catch {
        return report(error)
      }
    }
    Output.say(text)
    let status: CommandStatus = code == .validationFailure || code.rawValue == 64 ? .usage : .bug
    sayInJSON(status, Jobs.message(for: error))
    return status.rawValue
  }

  private init?(explaining error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as WarehouseError: self.init(error.commandStatus, error.description)
    case let error as BackupError: self.init(error.commandStatus, error.description)
    case let error as ImportError: self.init(error.commandStatus, error.description)
    case let error as ForeignFileError: self.init(.badData, error.description)
    case let error as MirrorFailure: self.init(FailureClassifier.classify(error).commandStatus, error.message)
    case let error as LockError: self.init(error.commandStatus, error.description)
    case let error as FileError: self.init(.storage, error.description)
    case let error as OutputError: self.init(.storage, error.description)
    case let error as SelectionError:
      let nearest = error.wrongName.flatMap { wrong in
        NearestName.find(wrong.name, in: wrong.known).map { "; a \(wrong.kind) with a similar name exists: `\($0)`" }
      }
      self.init(.usage, error.description + (nearest ?? ""))
    case let error as CronDefect: self.init(.badData, error.description)
    case let error as TaskFailure: self.init(error.commandStatus, error.message)
    case is CancellationError: self.init(.interrupted, "stopped")
    default: return nil
    }
  }
}

/// A command that has said everything and ends with this status.
struct Ended: Error {
  let status: CommandStatus
}

/// Mistakes in files, already with their places.
struct Diagnostics: Error {
  let list: [Diagnostic]

  func report() -> Int32 {
    for diagnostic in list { Output.say(diagnostic.rendered(colour: Output.isColoured(STDERR_FILENO))) }
    Output.say(summary)
    if CommandLine.arguments.contains("--json") {
      // Standard output may be what failed; the exit status says so in any case.
      try? Output.json(DiagnosticsDocument(schema: "jobs.check/1", ok: !list.hasErrors, diagnostics: list))
    }
    return list.hasErrors ? CommandStatus.configuration.rawValue : 0
  }

  var summary: String {
    let errors = list.filter { $0.severity == .error }.count
    return "\(errors) error\(errors == 1 ? "" : "s"), \(list.count - errors) warning\(list.count - errors == 1 ? "" : "s")"
  }
}

struct DiagnosticsDocument: Encodable {
  let schema: String
  let ok: Bool
  let diagnostics: [Diagnostic]
  /// Mistakes in the crontab are told by `jobs check` alone.
  let crontab: [String] = []
}

private struct ErrorDocument: Encodable {
  let schema = "jobs.error/1"
  let status: Int32
  let message: String

  init(status: CommandStatus, message: String) {
    (self.status, self.message) = (status.rawValue, message)
  }
}

extension WarehouseError {
  fileprivate var commandStatus: CommandStatus {
    switch self {
    case .missing, .empty, .newerSchema, .olderSchema, .noSnapshot, .damaged, .unreadablePlan: .badData
    case .busy, .fenced, .restoring: .tryAgainLater
    case .diskFull, .readOnly, .unsoundMigration, .other: .storage
    }
  }
}

extension BackupError {
  fileprivate var commandStatus: CommandStatus {
    switch self {
    case .defect, .none, .newerSchema: .badData
    case .unknown, .targetNotEmpty: .usage
    case .keyMissing: .credentials
    }
  }
}

extension ImportError {
  fileprivate var commandStatus: CommandStatus {
    switch self {
    case .unknown, .notCommitted, .forgotten: .usage
    case .notLoading: .tryAgainLater
    case .notWhatWasRead: .badData
    }
  }
}

extension LockError {
  fileprivate var commandStatus: CommandStatus {
    switch self {
    case .held: .tryAgainLater
    case .cannotOpen: .storage
    }
  }
}

extension TaskFailure {
  fileprivate var commandStatus: CommandStatus {
    switch kind {
    case .transient, .permanent, .timeout: .failed
    case .data: .badData
    case .credentials: .credentials
    case .deferred: .tryAgainLater
    case .storage: .storage
    case .bug: .bug
    }
  }
}
