import Foundation
import Testing

@Suite struct `What a program says to harm whoever reads it` {
  /// Sets a title, erases the screen, runs backwards, hides a space, returns to the start of the line, and pretends to be another message.
  private let text = #"a\033]0;evil\007b\033[2Jc\342\200\256d\342\200\213e\rf\302\2331;1Hg\nerror: all is lost\n"#

  @Test func `is shown as what it is, on one line each, wherever the run is told of`() async throws {
    try await Project.with { project in
      try project.job(
        "loud",
        """
        steps:
          good: { uses: shell, with: { run: [sh, -c, 'printf "\(text)"'] } }
          bad: { uses: shell, with: { run: [sh, -c, 'printf "\(text)" | tr "\\\\n" " "; exit 7'] } }
          facts: { uses: report.run, needs: [good, bad], when: always }
        """)
      var said = [try await project.jobs("run", "loud", "--date", "2026-01-15")]
      #expect(said[0].status == 3 && said[0].out.contains("exit status 7"), "\(said[0])")
      for words in [["logs", "latest"], ["show", "latest"], ["history"], ["diff", "latest", "latest"]] {
        said.append(try await project.start(words).end())
      }
      #expect(said[1].out.contains(#"\u{1b}"#), "\(said[1])")
      for ended in said { #expect(harm(ended.out + ended.err) == [], "\(ended)") }

      let json = try await project.jobs("run", "loud", "--date", "2026-01-15", "--log-format", "json")
      let lines = json.err.split(separator: "\n", omittingEmptySubsequences: true)
      #expect(lines.count > 2 && harm(json.err.filter { $0 != "\n" }).isEmpty, "\(json)")
      for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
      for name in ["run.html", "run.json"] { #expect(harm(try project.text("reports/loud/2026-01-15/\(name)")) == [], "\(name)") }
    }
  }

  /// The characters of a text that act instead of being read.
  private func harm(_ text: String) -> Set<Unicode.Scalar> {
    Set(text.unicodeScalars.filter { $0 != "\n" && [.control, .format].contains($0.properties.generalCategory) })
  }
}
