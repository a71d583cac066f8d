import Foundation
import Testing

@Suite struct `What was begun and not ended` {
  private let rubbish = ["reports/sandbox/cleanup/.2026-01-15.4711/index.html", "data/sandbox/raw/ab/abcd.gz.4711.99.new"]
  private let kept = ["reports/sandbox/cleanup/.mine", "data/sandbox/notes.new"]

  private func litter(_ project: Project) throws {
    for path in rubbish + kept {
      let folder = URL(filePath: "\(project.root)/\(path)").deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try project.write("", to: path)
    }
  }

  private func remaining(_ project: Project) -> [String] {
    (rubbish + kept).filter { FileManager.default.fileExists(atPath: "\(project.root)/\($0)") }
  }

  /// A recovery that was killed between finding the dead run and clearing away, or a disk that would not delete: the run is no longer
  /// `running` then.
  @Test(arguments: ["interrupted", "failed", "cancelled"])
  func `is cleared away by the start after a run that ended`(state: String) async throws {
    try await Project.with { project in
      try project.job("cleanup", "steps:\n  only: { uses: shell, with: { run: [\"true\"] } }")
      let first = try await project.jobs("run", "cleanup", "--sandbox", "--date", "2026-01-15")
      #expect(first.status == 0, "\(first)")
      try Database("\(project.root)/\(project.sandboxDatabase)").execute("UPDATE runs SET state = '\(state)'")
      try litter(project)
      let second = try await project.jobs("run", "cleanup", "--sandbox", "--date", "2026-01-15")
      #expect(second.status == 0, "\(second)")
      #expect(remaining(project) == kept)
    }
  }

  @Test func `is not looked for after a good end`() async throws {
    try await Project.with { project in
      try project.job("cleanup", "steps:\n  only: { uses: shell, with: { run: [\"true\"] } }")
      for _ in 0..<2 {
        let ended = try await project.jobs("run", "cleanup", "--sandbox", "--date", "2026-01-15")
        #expect(ended.status == 0, "\(ended)")
        try litter(project)
      }
      #expect(remaining(project) == rubbish + kept)
    }
  }
}
