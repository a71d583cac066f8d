import Foundation
import JobGraph
import Scheduling

extension Workspace {
  /// The crontab, when no line of it is wrong. Warnings are said.
  ///
  /// - Returns: nil when the project has none.
  /// - Throws: ``Failure`` with every mistake and its place.
  func soundCrontab() throws -> Crontab? {
    let path = "\(root)/crontab"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard FileManager.default.isReadableFile(atPath: path), let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.storage, "crontab cannot be read; it is a file in \(root)")
    }
    guard let text = String(data: data, encoding: .utf8) else { throw Failure(.configuration, "crontab is not UTF-8") }
    let (crontab, defects) = Crontab.parse(text)
    let mistakes = defects.filter { $0.severity == .error }
    guard mistakes.isEmpty else {
      let count = mistakes.count == 1 ? "1 mistake" : "\(mistakes.count) mistakes"
      throw Failure(.configuration, "crontab has \(count)\n" + mistakes.map(\.description).joined(separator: "\n"))
    }
    for warning in defects { Output.say(warning.description) }
    return crontab
  }

  /// The lines that start a job which does not exist.
  func lostEntries(of crontab: Crontab) throws -> [Crontab.Entry] {
    guard FileManager.default.fileExists(atPath: "\(root)/Jobs") else { return crontab.entries.filter { $0.job != nil } }
    let names = Set(try jobNames())
    return crontab.entries.filter { entry in entry.job.map { !names.contains($0) } ?? false }
  }

  /// - Throws: ``Failure`` when a line starts a job that does not exist: nothing may be installed then.
  func refuseLostEntries(of crontab: Crontab) throws {
    let lost = try lostEntries(of: crontab)
    guard lost.isEmpty else {
      throw Failure(
        .configuration,
        "crontab starts jobs that do not exist: "
          + lost.map { "`\($0.job!)` in line \($0.line)" }.joined(separator: ", ") + "; nothing was installed")
    }
  }
}
