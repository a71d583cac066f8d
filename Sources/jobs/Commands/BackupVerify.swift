import ArgumentParser
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct BackupVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Reads backups from end to end and says whether each is good.",
    discussion: """
      EXAMPLES
        jobs backup verify             all of them
        jobs backup verify newest
        jobs backup verify --json

      Checked are every byte, the name, the place after the backup before it, SQLite's own checks of the database in it, and the number of rows.
      Exit status 65: one is not good; 77: the key of one is not set.
      """)

  @Argument(help: "Its name as `jobs backup list` shows it, or newest; all of them when left out.")
  var name: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (store, keys) = (workspace.backups, try workspace.backupKeys())
    let backups = try name.map { [try store.backup($0 == "newest" ? nil : $0)] } ?? store.list()
    guard !backups.isEmpty else { throw BackupError.none(folder: workspace.shown(store.folder)) }
    // The oldest first: each is compared with the one before it, which is known then.
    var rows: [Row] = []
    for backup in backups.reversed() { rows.append(try await verify(backup, store, keys)) }
    rows.reverse()
    if json {
      try Output.json(Document(backups: rows))
    } else {
      for row in rows { try Output.print(row.sentence) }
    }
    if rows.contains(where: { $0.status == .badData }) { throw Ended(status: .badData) }
    if rows.contains(where: { $0.status == .credentials }) { throw Ended(status: .credentials) }
  }

  private func verify(_ backup: StoredBackup, _ store: BackupStore, _ keys: BackupKeys) async throws -> Row {
    do {
      return Row(backup, try await store.verify(backup, keys: keys, at: SystemTime().now()))
    } catch let error as BackupError {
      if case .keyMissing = error { return Row(backup, error.description, .credentials) }
      guard case .defect(let defect, _) = error else { throw error }
      return Row(backup, defect.description, .badData)
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.backup.verify/1"
    let backups: [Row]
  }

  private struct Row: Encodable {
    let name: String
    let good: Bool
    let problem: String?
    let sha256: String?
    /// Rows by table.
    let tables: [String: Int]
    let bodiesNamed: Int?
    let bodiesMissing: Int?
    let status: CommandStatus

    init(_ backup: StoredBackup, _ facts: BackupFacts) {
      (name, good, problem, sha256, tables) = (backup.name, true, nil, facts.sha256, facts.rows)
      (bodiesNamed, bodiesMissing, status) = (facts.bodies.named, facts.bodies.missing, .delivered)
    }

    init(_ backup: StoredBackup, _ problem: String, _ status: CommandStatus) {
      (name, good, self.problem, sha256, tables, self.status) = (backup.name, false, problem, nil, [:], status)
      (bodiesNamed, bodiesMissing) = (nil, nil)
    }

    private enum CodingKeys: String, CodingKey { case name, good, problem, sha256, tables, bodiesNamed, bodiesMissing }

    var sentence: String {
      guard good else { return "\(status == .badData ? "NOT GOOD" : "not read")  \(name): \(problem ?? "")" }
      let rows = NumberText.grouped(tables.values.reduce(0, +))
      let missing = bodiesMissing ?? 0
      return "good  \(name): \(rows) rows"
        + (missing == 0 ? "" : "; \(missing) of \(bodiesNamed ?? 0) responses that it names are not in data/raw")
    }
  }
}
