import Foundation
import JobGraph

/// A short call of one of the system's programs.
enum ProgramCall {
  /// The program of this name on the PATH; nil when there is none.
  static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"].flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { candidate in
      var isFolder: ObjCBool = false
      return FileManager.default.isExecutableFile(atPath: candidate)
        && FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder) && !isFolder.boolValue
    }
  }

  /// Runs a program to its end, with messages in English, since they are compared.
  ///
  /// - Parameter program: a path, or a name to look up.
  /// - Throws: ``Failure`` when it cannot be started.
  static func run(_ program: String, _ arguments: [String], input: Data? = nil) throws -> (status: Int32, output: Data, message: String) {
    guard let path = program.contains("/") ? program : find(program) else {
      throw Failure(.storage, "the program \(program) is not on this machine")
    }
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
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
      throw Failure(.storage, "\(path) cannot be started: \(error.localizedDescription)")
    }
  }
}
