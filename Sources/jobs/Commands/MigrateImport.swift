import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import MarketData
import Providers
import Reporting
import Running
import Scheduling
import Storage

struct MigrateImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings in candles of another store, by a declared mapping.",
    discussion: """
      EXAMPLES
        jobs migrate import old/*.csv.gz --mapping legacy-csv --dry-run     what would come in, and what is refused
        jobs migrate import old/*.csv.gz --mapping legacy-csv
        jobs migrate import --rollback 1a2b3c4d5e6f                         takes it back; `jobs migrate status` lists them
        jobs migrate import --forget 1a2b3c4d5e6f                           it stays, and needs no more room to be taken back

      A mapping is Jobs/imports/NAME.yaml: it says what the files are (csv, json, sqlite, firestore, realtime), where the rows lie in them and
      which field is what. Every row is checked; one that is no candle is refused with its reason. The rows wait apart, in batches; killed at any
      moment, the same command goes on behind the last batch. When all are there, their number and checksum are compared with what was read, and one
      transaction puts them among the others: before it nobody sees any of them, behind it all. What they replace is kept.
      Exit status 65: refused rows are more than the mapping tolerates, or a file is not what the mapping says; 78: a mistake in the mapping.
      """)

  @Argument(help: "The files, in the order in which they are read.", completion: .file())
  var files: [String] = []

  @Option(help: "The mapping: the name of a file in Jobs/imports, or a path that ends in .yaml.")
  var mapping: String?

  @Flag(name: .customLong("dry-run"), help: "Read and check everything, store nothing.")
  var dryRun = false

  @Option(help: "Take an import back: its id.")
  var rollback: String?

  @Option(help: "Forget what an import needs to be taken back: its id.")
  var forget: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    guard [rollback, forget].compactMap(\.self).count + (files.isEmpty ? 0 : 1) == 1 else {
      throw Failure(.usage, "name files and --mapping, or one of --rollback and --forget with the id of an import")
    }
    if let rollback { return try await withdraw(rollback, workspace) }
    if let forget { return try await forgetRows(of: forget, workspace) }
    guard let mapping else { throw Failure(.usage, "--mapping is missing; the mappings are: \(try known(workspace))") }
    let session = try ImportSession(mapping: try path(of: mapping, workspace), files: files, workspace, at: SystemTime().now())
    let document = try await dryRun ? session.look() : session.run()
    try json ? Output.json(document) : Output.print(document.text)
    if document.isRefused { throw Ended(status: .badData) }
  }

  private func path(of mapping: String, _ workspace: Workspace) throws -> String {
    if mapping.hasSuffix(".yaml") { return URL(fileURLWithPath: mapping).standardizedFileURL.path }
    let path = "\(workspace.root)/Jobs/imports/\(mapping).yaml"
    guard FileManager.default.fileExists(atPath: path) else {
      let nearest = NearestName.find(mapping, in: try names(workspace)).map { "; one with a similar name exists: `\($0)`" } ?? ""
      throw Failure(.usage, "there is no mapping `\(VisibleText.shown(mapping))`; the mappings are: \(try known(workspace))\(nearest)")
    }
    return path
  }

  private func known(_ workspace: Workspace) throws -> String {
    let names = try names(workspace)
    return names.isEmpty ? "none; Jobs/imports has no file" : names.joined(separator: ", ")
  }

  private func names(_ workspace: Workspace) throws -> [String] {
    try workspace.files.list("Jobs/imports").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  private func withdraw(_ id: String, _ workspace: Workspace) async throws {
    let withdrawal = try await writing(workspace) { try $0.withdrawImport(id) }
    if json { return try Output.json(WithdrawalDocument(id: id, withdrawal)) }
    let others = withdrawal.changedSince == 0 ? "" : "; \(withdrawal.changedSince) were changed since and stay"
    try Output.print(
      "took back \(id): \(NumberText.grouped(withdrawal.removed)) candles are gone, \(withdrawal.restored) are as they were\(others)")
  }

  private func forgetRows(of id: String, _ workspace: Workspace) async throws {
    let rows = try await writing(workspace) { try $0.forgetImport(id) }
    if json { return try Output.json(ForgottenDocument(id: id, rows: rows)) }
    try Output.print("forgot \(NumberText.grouped(rows)) rows of \(id); its candles stay, and cannot be taken back any more")
  }

  private func writing<Value: Sendable>(
    _ workspace: Workspace, _ body: @escaping @Sendable (WarehouseTransaction) throws -> Value
  ) async throws -> Value {
    // Where nothing is stored there is nothing to take back; this says so, and makes no file.
    _ = try workspace.reading()
    let lock = try RunLock(at: workspace.lockFile, purpose: "migrate import")
    let warehouse = try workspace.writing(lock: lock)
    let value = try await warehouse.write(body)
    try warehouse.close()
    return value
  }
}

private struct WithdrawalDocument: Encodable {
  let schema = "jobs.migrate.import.rollback/1"
  let id: String
  let removed: Int
  let restored: Int
  let changedSince: Int

  init(id: String, _ withdrawal: ImportWithdrawal) {
    self.id = id
    (removed, restored, changedSince) = (withdrawal.removed, withdrawal.restored, withdrawal.changedSince)
  }
}

private struct ForgottenDocument: Encodable {
  let schema = "jobs.migrate.import.forget/1"
  let id: String
  let rows: Int
}
