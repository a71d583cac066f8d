import ArgumentParser
import Foundation
import JobGraph
import Providers
import Reporting
import Storage

struct DataQuery: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Asks the warehouse in SQL; nothing can be changed.",
    discussion: """
      EXAMPLES
        jobs data query "SELECT symbol, count(*) FROM candles GROUP BY symbol"
        jobs data query "SELECT * FROM signals ORDER BY found_at DESC" --limit 20
        jobs data query "SELECT * FROM quality_results WHERE NOT passed" --format csv > failed.csv
        jobs data query "PRAGMA table_info(candles)" --json          the columns of a table

      The tables are described in docs/data-dictionary.md. Times are UTC in milliseconds: datetime(open_time / 1000, 'unixepoch') reads them.
      One statement that reads; `-` reads it from standard input. More rows than --limit are not shown, and that is said.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, csv
  }

  @Argument(help: "The statement, or - for standard input.")
  var sql: String

  @Option(help: "So many rows at most.")
  var limit = 1000

  @Option(help: "So many seconds at most.")
  var timeout = 30

  @Option(help: "table or csv.")
  var format = Format.table

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  /// What a table and a document hold in memory.
  private static let limitMax = 1_000_000

  func validate() throws {
    guard (1...Self.limitMax).contains(limit) else { throw ValidationError("--limit is \(limit); it may be 1 to \(Self.limitMax)") }
    guard (1...86400).contains(timeout) else { throw ValidationError("--timeout is \(timeout); it may be 1 to 86400 seconds") }
    guard !json || format == .table else { throw ValidationError("--json and --format csv ask for two forms; leave one of them out") }
  }

  func run() async throws {
    let text = sql == "-" ? String(decoding: try InputFile(path: "-").rest(limit: 1 << 20), as: UTF8.self) : sql
    let warehouse = try place.workspace().reading()
    let query = OpenQuery(sql: text, rowsMax: limit, secondsMax: timeout)
    let answer: QueryAnswer
    do {
      answer = try await warehouse.read { reader in
        var answer = QueryAnswer()
        answer.isCut = try reader.answer(query, begin: { answer.columns = $0 }, row: { answer.rows.append($0) })
        return answer
      }
    } catch let refusal as OpenQuery.Refusal {
      throw Failure(.usage, "\(refusal)")
    }
    if json { return try Output.write(Array(answer.document.documentText.utf8)) }
    try Output.write(Array((format == .csv ? answer.csv : answer.table).utf8))
    if answer.isCut { Output.say("only the first \(limit) rows are shown; ask for more with --limit") }
  }
}

/// What a question was answered with.
struct QueryAnswer: Sendable {
  var columns: [String] = []
  var rows: [[OpenQuery.Value]] = []
  /// There are more rows than were asked for.
  var isCut = false

  var table: String {
    let isNumber = columns.indices.map { column in
      rows.contains { $0[column].isNumber } && rows.allSatisfy { $0[column].isNumber || $0[column] == .null }
    }
    let shown = zip(columns, isNumber).map { PlainTable.Column($0, $1 ? .right : .left) }
    return PlainTable(shown, rows: rows.map { $0.map(\.text) }).text(width: Output.width)
  }

  var csv: String {
    var table = CSVTable("query", columns: columns.map { CSVTable.Column($0, .text) })
    for row in rows { table.append(row.map(\.cell)) }
    return table.text(lineEnd: .lf)
  }

  var document: JSONValue {
    .object([
      .init("columns", .array(columns.map { .string($0) })), .init("is_cut", .bool(isCut)),
      .init("rows", .array(rows.map { .array($0.map(\.json)) })), .init("schema", .string("jobs.data.query/1")),
    ])
  }
}

extension OpenQuery.Value {
  fileprivate var isNumber: Bool {
    switch self {
    case .integer, .real: true
    case .null, .text, .blob: false
    }
  }

  fileprivate var text: String {
    switch self {
    case .null: "-"
    case .integer(let number): String(number)
    case .real(let number): DecimalWriter.text(number)
    case .text(let text): text
    case .blob(let bytes): Self.hexadecimal(bytes)
    }
  }

  fileprivate var cell: CSVTable.Cell {
    switch self {
    case .null: .missing
    case .integer(let number): .exact(String(number))
    case .real(let number): .number(number)
    case .text(let text): .text(text)
    case .blob(let bytes): .text(Self.hexadecimal(bytes))
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .null: .null
    case .integer(let number): .int(Int(number))
    case .real(let number): .double(number)
    case .text(let text): .string(text)
    case .blob(let bytes): .string(Self.hexadecimal(bytes))
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
