import Foundation
import Testing

/// What the README shows: files with their text, and commands of the program, in the order in which a reader meets them.
private let steps: [ReadmeStep] = {
  let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
  // No README, nothing to try.
  guard let text = try? String(contentsOf: checkout.appending(path: "README.md"), encoding: .utf8) else { return [] }
  // Prose and blocks take turns; the first line of a block is its language.
  let parts = text.components(separatedBy: "```")
  return parts.indices.filter { $0 % 2 == 1 }.flatMap { index -> [ReadmeStep] in
    let lines = parts[index].split(separator: "\n").map(String.init)
    if lines.first == "yaml", let name = parts[index - 1].matches(of: /`(Jobs\/[a-z0-9_\/-]+\.yaml)`/).last?.1 {
      return [.file(String(name), lines.dropFirst().joined(separator: "\n"))]
    }
    return lines.compactMap { line in
      line.wholeMatch(of: /(?:\.build\/release\/)?jobs (?<words>[^#]+)(?:#.*)?/).map { match in
        .command(match.words.split(separator: " ").map(String.init))
      }
    }
  }
}()

private enum ReadmeStep {
  case file(String, String)
  case command([String])

  var isCommand: Bool { if case .command = self { true } else { false } }
}

@Suite(.enabled(if: steps.contains(where: \.isCommand), "README.md shows no command of the program"))
struct `The README` {
  @Test func `shows files and commands that work, one after the other`() async throws {
    try await Project.with { project in
      for step in steps {
        switch step {
        case .file(let name, let text): try project.write(text, to: name)
        case .command(let words):
          let ended = try await project.start(words).end()
          #expect(ended.status == 0, "jobs \(words.joined(separator: " ")): \(ended)")
        }
      }
    }
  }
}
