import Foundation
import Storage
import Testing

@Suite struct `What a killed process left` {
  @Test func `is cleared away, and nothing else is`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "leftovers-\(UUID().uuidString)").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }  // the temporary folder is cleared by the system, too
    let left = [
      "ab/abcd.gz.4711.99.new", "ab/abce.gz.4711.99.new", "nightly/.2026-01-15.815/index.html", "hourly/.2026-01-15T0700Z.3/run.html",
    ]
    let kept = [".hidden", "ab/abcd.gz", "nightly/2026-01-15/index.html", "nightly/news.new", "sandbox/nightly/.2026-01-15.815/index.html"]
    for path in left + kept {
      try AtomicFile.makeFolder("\(folder)/\(path)".split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })
      try AtomicFile.write([], to: "\(folder)/\(path)")
    }
    AtomicFile.removeLeftovers(below: folder, except: ["sandbox"])
    for path in left { #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(path)"), "\(path)") }
    for path in kept { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(path)"), "\(path)") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/nightly").sorted() == ["2026-01-15", "news.new"])
  }
}
