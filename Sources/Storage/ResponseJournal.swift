import Foundation
import Glibc
public import Scheduling

/// What the raw store's bodies answered, beside them: `raw/journal-2026-01.jsonl`, a line for each answer.
///
/// The warehouse is where this is looked up. When it is lost, the lines since the last backup and the bodies give back what came after it.
/// Lines are written but not synced: a power cut costs the last ones, and a backup older than they are would have to be restored to miss them.
public struct ResponseJournal: Sendable {
  let folder: String

  /// - Parameter folder: of the raw store.
  public init(folder: String) { self.folder = folder }

  /// Adds a line.
  /// - Throws: ``FileError``.
  public func append(_ row: ResponseRow) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = [UInt8](try encoder.encode(Line(row))) + [UInt8(ascii: "\n")]
    let path = "\(folder)/journal-\(row.receivedAt.iso8601.prefix(7)).jsonl"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(path: path, errno) }
    defer { close(descriptor) }
    // One write: lines of several tasks do not mix.
    let count = Glibc.write(descriptor, line, line.count)
    guard count == line.count else { throw FileError(path: path, count < 0 ? errno : ENOSPC) }
  }

  /// The answers that came at or after an instant, in the order of writing; the sizes of bodies are not known here, and zero. A line that is no answer is left out: the last one before a
  /// power cut may be half.
  func rows(since instant: Instant) -> [ResponseRow] {
    months().filter { $0.end > instant }.flatMap { month -> [ResponseRow] in
      let data = FileManager.default.contents(atPath: "\(folder)/\(month.file)") ?? Data()  // pruned meanwhile: nothing of it counts
      return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
        (try? JSONDecoder().decode(Line.self, from: line))?.row  // half a line
      }.filter { $0.receivedAt >= instant }
    }
  }

  /// Deletes the months that ended before an instant.
  /// - Returns: how many.
  /// - Throws: ``FileError``.
  public func prune(before instant: Instant) throws -> Int {
    let old = months().filter { $0.end <= instant }
    for month in old {
      let path = "\(folder)/\(month.file)"
      if unlink(path) != 0, errno != ENOENT { throw FileError(path: path, errno) }
    }
    return old.count
  }

  private func months() -> [(file: String, end: Instant)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // no folder: nothing was ever fetched
    return names.sorted().compactMap { name in
      guard let match = name.wholeMatch(of: /journal-(\d{4})-(\d\d)\.jsonl/), let year = Int(match.1), let month = Int(match.2),
        let next = CivilDate(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
      else { return nil }
      return (name, next.midnight)
    }
  }

  private struct Line: Codable {
    let answer: String
    let date: Int64
    let hash: String
    let received: Int64
    let request: String
    let source: String
    let status: Int

    init(_ row: ResponseRow) {
      (source, request, hash, answer) = (row.source, row.request, row.bodyHash, row.answer)
      (date, received) = (row.logicalDate.milliseconds, row.receivedAt.milliseconds)
      status = row.status
    }

    /// nil when the hash is none: it becomes the name of a file.
    var row: ResponseRow? {
      guard hash.wholeMatch(of: /[0-9a-f]{64}/) != nil else { return nil }
      return ResponseRow(
        source: source, request: request, logicalDate: Instant(milliseconds: date), bodyHash: hash, answer: answer, status: status,
        bodyBytes: 0, receivedAt: Instant(milliseconds: received))
    }
  }
}
