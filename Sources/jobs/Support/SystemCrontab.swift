import Foundation
import JobGraph
import Reporting

/// The user's crontab, as crontab(1) keeps it for cron(8).
struct SystemCrontab {
  private let program: String

  /// - Throws: ``Failure`` when there is no crontab(1).
  init() throws {
    guard let found = ProgramCall.find("crontab") else {
      throw Failure(
        .storage,
        "the program crontab is not on this machine, so there is no cron(8) to install into; install the Debian package cron, or take the"
          + " text of `jobs cron install --print`")
    }
    program = found
  }

  /// The user's lines; empty when there are none yet.
  func read() throws -> String {
    let (status, output, message) = try ProgramCall.run(program, ["-l"])
    if status == 0 {
      guard let text = String(data: output, encoding: .utf8) else {
        throw Failure(.storage, "the user's crontab is not UTF-8, so nothing was changed; look at it with `crontab -l`")
      }
      return text
    }
    if message.contains("no crontab for") { return "" }
    throw failure("crontab -l", status, message)
  }

  func replace(with text: String) throws {
    let (status, _, message) = try ProgramCall.run(program, ["-"], input: Data(text.utf8))
    guard status == 0 else { throw failure("crontab -", status, message) }
  }

  private func failure(_ command: String, _ status: Int32, _ message: String) -> Failure {
    let text = VisibleText.shown(message.trimmingCharacters(in: .whitespacesAndNewlines))
    let isRefused = text.contains("not allowed") || text.contains("ermission denied")
    return Failure(isRefused ? .credentials : .storage, "`\(command)` ended with status \(status)\(text.isEmpty ? "" : ": \(text)")")
  }
}
