import Foundation
import Testing

/// Compares text with the file of that name in `Snapshots`; `RECORD_SNAPSHOTS=1` writes the file instead.
func expectSnapshot(_ text: String, _ name: String, file: String = #filePath, location: SourceLocation = #_sourceLocation) throws {
  let url = URL(filePath: file).deletingLastPathComponent().appending(path: "Snapshots/\(name)")
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try Data(text.utf8).write(to: url)
    return
  }
  let kept = String(decoding: try Data(contentsOf: url), as: UTF8.self)
  guard kept != text else { return }
  let lines = zip(
    kept.split(separator: "\n", omittingEmptySubsequences: false), text.split(separator: "\n", omittingEmptySubsequences: false))
  let first = lines.enumerated().first { $0.element.0 != $0.element.1 }
  Issue.record(
    "\(name) differs first in line \((first?.offset ?? 0) + 1):\nkept \(first?.element.0 ?? "(shorter)")\nnow  \(first?.element.1 ?? "(longer)")",
    sourceLocation: location)
}

/// The path of a fixture.
func fixture(_ name: String, file: String = #filePath) -> String {
  URL(filePath: file).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}
