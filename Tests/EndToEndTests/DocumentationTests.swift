import Foundation
import Testing

/// README.md and docs/ against the program itself.
@Suite struct `The documentation` {
  @Test func `names every command`() async throws {
    try await Project.with { project in
      let words = try Documents.all().map(\.text).joined(separator: "\n")
      let commands = try await CommandTree.read(project).all.map { $0.path.joined(separator: " ") }
      #expect(commands.count > 20)
      for command in commands where command != "jobs" {
        #expect(words.contains(command), "no page shows `\(command)`")
      }
    }
  }

  @Test func `names every operation and its parameters`() async throws {
    try await Project.with { project in
      let ended = try await project.jobs("operations", "--json")
      try #require(ended.status == 0, "\(ended)")
      let operations = try JSONDecoder().decode(Operations.self, from: Data(ended.out.utf8)).operations
      let page = try Documents.text("docs/job-files.md").split(separator: "\n")
      for operation in operations {
        let row = page.first { $0.hasPrefix("| `\(operation.name)` |") } ?? ""
        #expect(!row.isEmpty, "docs/job-files.md has no row for \(operation.name)")
        for name in operation.each + operation.parameters.map(\.name) {
          #expect(row.contains("`\(name)`"), "docs/job-files.md does not say that \(operation.name) has `\(name)`")
        }
      }
    }
  }

  /// Every job that a page shows whole is accepted; a page that adds an operation of its own shows one that does not exist yet.
  @Test func `shows jobs that are accepted`() async throws {
    try await Project.with { project in
      let blocks = try Documents.all().filter { !$0.path.hasSuffix("adding-an-operation.md") }.flatMap(\.jobs)
      #expect(blocks.count > 2)
      for block in blocks {
        try project.write(block.text, to: "Jobs/\(block.name).yaml")
        let ended = try await project.jobs("check", "Jobs/\(block.name).yaml")
        #expect(ended.status == 0, "\(block.text)\n\(ended)")
      }
    }
  }

  @Test func `begins with a job that runs and leaves a report`() async throws {
    try await Project.with { project in
      let job = try #require(try Documents.all().first { $0.path == "README.md" }?.jobs.first)
      try project.write(job.text, to: "Jobs/\(job.name).yaml")
      let ended = try await project.jobs("run", job.name, "--sandbox", "--date", "2026-01-15")
      #expect(ended.status == 0, "\(ended)")
      #expect(try project.text("reports/sandbox/\(job.name)/2026-01-15/index.html").contains("BTCUSDT"))
    }
  }

  @Test func `has no link that leads nowhere`() throws {
    for document in try Documents.all() {
      let folder = document.path.contains("/") ? String(document.path.prefix(through: document.path.lastIndex(of: "/")!)) : ""
      for link in document.text.matches(of: /\]\(([^)#:]+)(?:#([^)]*))?\)/) {
        let target = Documents.root.appending(path: folder + link.1).standardized
        #expect(FileManager.default.fileExists(atPath: target.path()), "\(document.path) leads to \(link.1), which is not there")
        guard let anchor = link.2, target.pathExtension == "md" else { continue }
        let anchors = try String(contentsOf: target, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("#") }.map(anchor(of:))
        #expect(anchors.contains(String(anchor)), "\(document.path) leads to #\(anchor) of \(link.1), which is not there")
      }
    }
  }

  /// The name that a heading gets on a page: lower case, words joined by dashes, punctuation left out.
  private func anchor(of heading: Substring) -> String {
    heading.drop { $0 == "#" || $0 == " " }.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
      .replacing(" ", with: "-")
  }
}

/// The pages of the project.
private struct Documents {
  let path: String
  let text: String

  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

  static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

  static func all() throws -> [Documents] {
    let folders = ["", "docs/", "docs/decisions/", "data/", "reports/"]
    return try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path()).sorted().filter { $0.hasSuffix(".md") }
        .map { Documents(path: folder + $0, text: try text(folder + $0)) }
    }
  }

  /// The job files that stand whole in a page.
  var jobs: [(name: String, text: String)] {
    text.matches(of: /```yaml\n(job: ([a-z_]+)\n[^`]*)```/).map { (String($0.2), String($0.1)) }
  }
}

private struct Operations: Decodable {
  let operations: [Operation]

  struct Operation: Decodable {
    let name: String
    let each: [String]
    let parameters: [Parameter]
  }

  struct Parameter: Decodable { let name: String }
}
