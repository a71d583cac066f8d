import Foundation
import JobGraph

/// This program.
enum Executable {
  /// Its absolute path.
  /// - Throws: ``Failure`` where the system does not tell it.
  static func path() throws -> String {
    // Not readable only where /proc is not mounted.
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    guard path.hasPrefix("/") else {
      throw Failure(.storage, "the path of this program is not known (/proc is not mounted); start it by its absolute path")
    }
    return path
  }
}
