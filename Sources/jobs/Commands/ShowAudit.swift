import ArgumentParser
import JobGraph
import Reporting
import Scheduling
import Storage

struct ShowAudit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Shows who changed what besides the runs: rules, users' data, servers, refused sign-ins.",
    discussion: """
      EXAMPLES
        jobs audit                     the newest lines, the newest first
        jobs audit --limit 100 --json
        jobs audit --verify            whether every line is as it was written

      Lines are only added; retention never forgets one. Each holds a digest of the line before, so that a changed, removed or inserted line
      shows: --verify ends with status 65 then. What it keeps are names and digests, never a token or a value.
      """)

  @Option(help: "So many lines at most.")
  var limit = 20

  @Flag(help: "Follow the digests from the first line to the last.")
  var verify = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    guard limit > 0 else { throw Failure(.usage, "--limit takes a number above 0") }
    let warehouse = try workspace.reading()
    let (limit, verify) = (limit, verify)
    let (rows, count, found) = try await warehouse.read { reader in
      (try reader.auditEntries(limit: limit).map(Row.init), try reader.auditCount(), try verify ? reader.firstBrokenAudit() : nil)
    }
    if json {
      try Output.json(Document(lines: count, entries: rows, verified: verify ? found == nil : nil, broken_at: found))
    } else if verify {
      if found == nil { try Output.print("ok: \(count) lines, each as it was written") }
    } else if rows.isEmpty {
      Output.say("nothing is in the audit log yet")
    } else {
      var table = PlainTable([.init("AT"), .init("DEED"), .init("WHO"), .init("OBJECT"), .init("BEFORE"), .init("AFTER"), .init("NOTE")])
      for row in rows {
        table.rows.append(
          [row.at, row.deed, row.who, row.object, row.before.map(short) ?? "-", row.after.map(short) ?? "-", row.note ?? ""]
            .map(VisibleText.shown))
      }
      try Output.print(table.text(width: Output.width))
    }
    guard let found else { return }
    Output.say("error: line \(found) of the audit log is not as it was written, or a line before it is missing; compare with a backup")
    throw Ended(status: .badData)
  }

  private func short(_ digest: String) -> String { String(digest.prefix(12)) }

  private struct Row: Encodable {
    let sequence: Int64
    let at: String
    let deed: String
    let who: String
    let object: String
    let before: String?
    let after: String?
    let note: String?

    init(_ line: (sequence: Int64, entry: AuditEntry)) {
      (sequence, at) = (line.sequence, line.entry.at.iso8601)
      (deed, who, object) = (line.entry.deed, line.entry.who, line.entry.object)
      (before, after, note) = (line.entry.before, line.entry.after, line.entry.note)
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.audit/1"
    /// All there are.
    let lines: Int
    let entries: [Row]
    /// Nil without `--verify`.
    let verified: Bool?
    let broken_at: Int64?
  }
}
