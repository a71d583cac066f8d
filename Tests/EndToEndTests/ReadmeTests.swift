import Foundation
import Testing

/// The commands of the README's first block that start the program; none while there is no README.
private let commands: [String] = {
  let checkout = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
  guard let text = try? String(contentsOf: checkout.appending(path: "README.md"), encoding: .utf8) else { return [] }  // no README yet
  let block = text.components(separatedBy: "```").dropFirst().first ?? ""
  return block.split(separator: "\n").map { String($0.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces) }
    .filter { $0.hasPrefix("jobs ") || $0.hasPrefix("./jobs ") || $0.hasPrefix(".build/release/jobs ") }
}()

@Suite(.enabled(if: !commands.isEmpty, "the first block of README.md starts no `jobs`"))
struct `The README` {
  @Test func `shows commands that work, one after the other`() async throws {
    try await Project.with { project in
      for command in commands {
        let words = command.split(separator: " ").dropFirst().map(String.init)
        let ended = try await project.start(words).end()
        #expect(ended.status == 0, "\(command): \(ended)")
      }
    }
  }
}
