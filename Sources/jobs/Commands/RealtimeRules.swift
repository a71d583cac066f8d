import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Mirroring
import Reporting
import Running
import Scheduling

struct RealtimeRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Makes the security rules of the realtime database, and tries them.",
    discussion: """
      EXAMPLES
        jobs realtime rules > database.rules.json       what Jobs/config/realtime.yaml means, as the database takes it
        jobs realtime rules --check                     who may do what where, tried on these rules
        jobs realtime rules --check --file mine.json    tried on rules that were written by hand
        jobs realtime rules --deploy                    replaces the rules of the database that realtime.yaml names

      Nothing is granted but what `roles` and `users` of realtime.yaml say; results are written by nobody but the mirror. --check asks
      the rules for each identity (nobody, a user, another user, each role, somebody with another value of its claim, an admin), each
      path and each operation, with values that are right and values that are not, and compares with what was declared.

      --deploy tries the rules first, and deploys none that are not as declared; then it writes them, reads them back, and compares.

      Exit status 65 when a cell is not as declared, or the rules cannot be read.
      """)

  @Flag(help: "Try the rules: a table of who may do what; exit status 65 when it is not what was declared.")
  var check = false

  @Flag(help: "Try the rules, write them into the database, read them back, and compare.")
  var deploy = false

  @Option(help: "Rules to look at instead of those that realtime.yaml means.", completion: .file(extensions: ["json"]))
  var file: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let access = try RealtimeRules.access(workspace)
    let text = try file.map { try RealtimeRules.text(ofFile: $0) } ?? access.rulesText
    let rules: SecurityRules
    do {
      rules = try SecurityRules(reading: text)
    } catch {
      throw RealtimeRules.failure(error, in: file ?? "the rules that realtime.yaml means")
    }
    guard check || deploy else { return json ? try Output.json(RulesReport(text: text, matrix: nil)) : try Output.write(Array(text.utf8)) }
    let matrix = RulesMatrix(rules, as: access, now: Double(SystemTime().now().milliseconds))
    let isRight = matrix.differences.isEmpty
    let place = deploy && isRight ? try await RulesDelivery(workspace).deploy(text) : nil
    if json {
      try Output.json(RulesReport(text: text, matrix: matrix, deployed: place))
    } else {
      if check || !isRight { try RealtimeRules.show(matrix) }
      if let place { try Output.print("the rules of \(place) are these now: \(matrix.cells.count) questions, all answered as declared") }
      if deploy, !isRight { Output.say("the rules were not deployed") }
    }
    if !isRight { throw Ended(status: .badData) }
  }

  /// What realtime.yaml declares.
  static func access(_ workspace: Workspace) throws -> RealtimeAccess {
    let (configuration, diagnostics) = try workspace.configuration()
    if diagnostics.hasErrors { throw Diagnostics(list: diagnostics) }
    guard let realtime = configuration.realtime else {
      throw Failure(.configuration, "Jobs/config/realtime.yaml is missing; it says who reads what of the realtime database")
    }
    return RealtimeAccess(realtime)
  }

  private static func text(ofFile path: String) throws -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw Failure(.badData, "\(path) cannot be read: \(error.localizedDescription)")
    }
    guard let text = String(data: data, encoding: .utf8) else { throw Failure(.badData, "\(path) is not UTF-8") }
    return text
  }

  /// Each mistake as `FILE:LINE:COLUMN: …`, as editors find it.
  static func failure(_ mistakes: RulesMistakes, in file: String) -> Failure {
    let lines = mistakes.mistakes.map { "\(file):\($0.line):\($0.column): \(VisibleText.shown($0.message))" }
    return Failure(.badData, lines.joined(separator: "\n"))
  }

  /// A row for each path and operation, a column for each identity.
  static func show(_ matrix: RulesMatrix) throws {
    let width = matrix.identities.count
    let rows = stride(from: 0, to: matrix.cells.count, by: width).map { start -> [String] in
      let cells = matrix.cells[start..<(start + width)]
      let first = cells[start]
      let what = first.operation.rawValue + (first.value.isEmpty ? "" : " \(first.value)")
      return [first.path, what] + cells.map { ($0.verdict.isAllowed ? "yes" : "-") + ($0.isAsDeclared ? "" : " (!)") }
    }
    let columns = ["PATH", "OPERATION"] + matrix.identities.map { $0.uppercased() }
    let table = PlainTable(columns.map { .init($0, mayShrink: $0 == "PATH") }, rows: rows, style: Output.style)
    try Output.write(Array(table.text(width: Output.width).utf8))
    for cell in matrix.differences { Output.say("error: " + sentence(cell)) }
    let count = matrix.differences.count
    Output.say(
      count == 0
        ? "ok: \(matrix.cells.count) questions, all answered as realtime.yaml declares"
        : "\(count) of \(matrix.cells.count) answers are not as realtime.yaml declares")
  }

  private static func sentence(_ cell: RulesMatrix.Cell) -> String {
    let deed = cell.operation == .write ? "write \(cell.value) to" : cell.operation.rawValue
    return cell.isDeclared
      ? "\(cell.identity) should \(deed) \(cell.path), and may not: \(cell.verdict.refusal.map { "\($0)" } ?? "")"
      : "\(cell.identity) may \(deed) \(cell.path); nothing declares that"
  }
}

/// What `--json` tells.
struct RulesReport: Encodable {
  let schema = "jobs.realtime.rules/1"
  let ok: Bool
  let rules: String
  /// Nil when nothing was tried.
  let cells: [Cell]?
  /// Where they were deployed to; nil when they were not.
  let deployed: String?

  struct Cell: Encodable {
    let identity: String
    let path: String
    let operation: String
    let value: String
    let declared: Bool
    let allowed: Bool
    let refusal: String?
  }

  init(text: String, matrix: RulesMatrix?, deployed: String? = nil) {
    (ok, rules, self.deployed) = (matrix?.differences.isEmpty ?? true, text, deployed)
    cells = matrix?.cells.map {
      Cell(
        identity: $0.identity, path: $0.path, operation: $0.operation.rawValue, value: $0.value, declared: $0.isDeclared,
        allowed: $0.verdict.isAllowed, refusal: $0.verdict.refusal?.description)
    }
  }
}
