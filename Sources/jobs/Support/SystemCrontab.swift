import Foundation
import JobGraph
import Reporting

/// The user's crontab, as crontab(1) keeps it for cron(8).
struct SystemCrontab {
  private let program: URL

  /// - Throws: ``Failure`` when there is no crontab(1).
  init() throws {
    let path = ProcessInfo.processInfo.environment["PATH"].flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/bin:/bin"
    let candidates = path.split(separator: ":").map { "\($0)/crontab" }
    var isFolder: ObjCBool = false
    guard
      let found = candidates.first(where: {
        FileManager.default.isExecutableFile(atPath: $0) && FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
          && !isFolder.boolValue
      })
    else {
      throw Failure(
        .storage,
        "the program crontab is not on this machine, so there is no cron(8) to install into; install the Debian package cron, or take the"
          + " text of `jobs cron install --print`")
    }
    program = URL(fileURLWithPath: found)
  }

  /// The user's lines; empty when there are none yet.
  func read() throws -> String {
    let (status, output, message) = try run(["-l"])
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
    let (status, _, message) = try run(["-"], input: Data(text.utf8))
    guard status == 0 else { throw failure("crontab -", status, message) }
  }

  private func failure(_ command: String, _ status: Int32, _ message: String) -> Failure {
    let text = VisibleText.shown(message.trimmingCharacters(in: .whitespacesAndNewlines))
    let isRefused = text.contains("not allowed") || text.contains("ermission denied")
    return Failure(isRefused ? .credentials : .storage, "`\(command)` ended with status \(status)\(text.isEmpty ? "" : ": \(text)")")
  }

  private func run(_ arguments: [String], input: Data? = nil) throws -> (Int32, output: Data, message: String) {
    let process = Foundation.Process()
    process.executableURL = program
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    // Its messages are compared.
    environment["LC_ALL"] = "C"
    process.environment = environment
    let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (standardInput, output, errors)
    do {
      try process.run()
      // A program that reads nothing has said why, and its status tells.
      if let input { try? standardInput.fileHandleForWriting.write(contentsOf: input) }
      try standardInput.fileHandleForWriting.close()
      let text = try output.fileHandleForReading.readToEnd() ?? Data()
      let message = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (process.terminationStatus, text, String(decoding: message, as: UTF8.self))
    } catch {
      throw Failure(.storage, "\(program.path) cannot be started: \(error.localizedDescription)")
    }
  }
}
