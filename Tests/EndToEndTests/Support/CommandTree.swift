import Foundation

/// The commands of the program, as it describes them itself.
struct CommandTree: Decodable {
  let command: Command

  struct Command: Decodable {
    let commandName: String
    let discussion: String?
    let shouldDisplay: Bool
    let subcommands: [Command]?
    let arguments: [Argument]?

    /// Every command that a person can type, with the words that it is typed with.
    var all: [(path: [String], command: Command)] {
      let below = (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }.flatMap(\.all)
      return [([commandName], self)] + below.map { ([commandName] + $0.path, $0.command) }
    }

    var hasJSON: Bool { (arguments ?? []).contains { ($0.names ?? []).contains { $0.name == "json" } } }

    /// What it cannot do without.
    var required: [Argument] { (arguments ?? []).filter { !$0.isOptional && $0.defaultValue == nil } }

    /// The lines of its help that show how it is typed.
    var examples: [String] {
      var lines: [String] = []
      var isInside = false
      for line in (discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
        if line == "EXAMPLES" {
          isInside = true
        } else if !line.hasPrefix("  ") {
          isInside = false
        } else if isInside {
          // What is said beside an example stands behind three blanks or more.
          lines.append(String(line.drop { $0 == " " }).components(separatedBy: "   ")[0].trimmingCharacters(in: .whitespaces))
        }
      }
      return lines
    }
  }

  struct Argument: Decodable {
    let kind: String
    let isOptional: Bool
    let defaultValue: String?
    let valueName: String?
    let names: [Name]?
    let allValues: [String]?

    var longName: String? { names?.first { $0.kind == "long" }.map { "--\($0.name)" } }
  }

  struct Name: Decodable {
    let kind: String
    let name: String
  }

  static func read(_ project: Project) async throws -> Command {
    let ended = try await project.jobs("--experimental-dump-help")
    guard ended.status == 0 else { throw Mistake("\(ended)") }
    return try JSONDecoder().decode(CommandTree.self, from: Data(ended.out.utf8)).command
  }
}

/// The statuses with which a command may end: the table of the user guide.
enum ExitStatuses {
  static func documented() throws -> Set<Int32> {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/user-guide.md").standardized
    let text = try String(contentsOf: page, encoding: .utf8)
    let rows = text.components(separatedBy: "## Exit statuses")[1].components(separatedBy: "\n## ")[0].split(separator: "\n")
    return Set(
      rows.filter { $0.hasPrefix("| ") }.flatMap { row in
        row.split(separator: "|")[0].split(separator: ",").compactMap { Int32($0.trimmingCharacters(in: .whitespaces)) }
      })
  }
}
