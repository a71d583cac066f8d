import Foundation
import Testing

@Suite struct `Whatever surrounds it` {
  private let night = ["run", "nightly", "--sandbox", "--date", "2026-01-15", "--set", "history=60d", "--set", "hourly_history=2d"]

  @Test func `a full standard output is an error, and the night is done all the same`() async throws {
    try await Project.with { project in
      let ended = try await project.start(night, shell: #""$@" > /dev/full"#).end()
      #expect(ended.status == 74, "\(ended)")
      #expect(ended.err.contains("error: standard output cannot be written: No space left on device"))
      #expect(try project.rows("SELECT state FROM runs") == ["succeeded"])
      let help = try await project.start(["--help"], shell: #""$@" > /dev/full"#).end()
      #expect(help.status == 74)
    }
  }

  @Test func `closed descriptors do no harm`() async throws {
    try await Project.with { project in
      let ended = try await project.start(night, shell: #"exec "$@" <&- >&- 2>&-"#).end()
      #expect(ended.status == 0, "\(ended)")
      #expect(try project.rows("PRAGMA integrity_check") == ["ok"])
    }
  }

  @Test func `locale, zone, width and an empty environment leave the same bytes`() async throws {
    try await Project.with { project in
      let other = try project.copy()
      let first = try await project.start(night, shell: #"exec env -i PATH=/usr/bin:/bin "$@""#).end()
      #expect(first.status == 0, "\(first)")
      let surroundings = ["LANG": "C", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "COLUMNS": "40", "NO_COLOR": "1", "TERM": "dumb"]
      let second = try await other.start(night, environment: surroundings).end()
      #expect(second.status == 0, "\(second)")
      expectSame(try project.reportFiles(), try other.reportFiles())
      expectSame(try project.learned(), try other.learned())
    }
  }

  @Test func `it works from anywhere with a root, and says nothing when cron wants quiet`() async throws {
    try await Project.with { project in
      for how in [["--root", project.root], []] {
        let environment = how.isEmpty ? ["JOBS_ROOT": project.root, "JOBS_SANDBOX": "1"] : [:]
        let words = how.isEmpty ? night.filter { $0 != "--sandbox" } : night
        let ended = try await project.start(words + how + ["--quiet"], environment: environment, shell: #"cd /; exec "$@""#).end()
        #expect(ended.status == 0, "\(ended)")
        #expect(ended.out == "" && ended.err == "", "\(ended)")
      }
      #expect(try project.rows("SELECT count(*) FROM runs") == ["2"])
    }
  }
}
