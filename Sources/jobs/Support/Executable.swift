import Foundation
import JobGraph
import Scheduling

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

  /// Folders of its libraries that a hardened service would not see.
  static func hiddenLibraries() -> [String] {
    guard let data = FileManager.default.contents(atPath: "/proc/self/maps") else { return [] }
    let files = String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line -> String? in
      guard let slash = line.firstIndex(of: "/"), line.contains(".so") else { return nil }
      return (String(line[slash...]) as NSString).deletingLastPathComponent
    }
    return Set(files).filter { path in SystemdUnits.hiddenFolders.contains { path.hasPrefix($0 + "/") } }.sorted()
  }
}
