/// A table as CSV, and the schema that tells what its columns mean.
public struct CSVTable: Sendable {
  public struct Column: Sendable, Equatable {
    public var name: String
    public var type: ColumnType
    /// `USD`, `fraction`, `percent`; nil where there is none.
    public var unit: String?
    public var description: String

    public init(_ name: String, _ type: ColumnType, unit: String? = nil, _ description: String = "") {
      (self.name, self.type, self.unit, self.description) = (name, type, unit, description)
    }
  }

  public enum ColumnType: String, Sendable {
    case text, integer, number, instant, boolean
  }

  public enum Cell: Sendable, Equatable {
    /// Written as nothing.
    case missing
    case text(String)
    case integer(Int)
    /// Not finite counts as missing.
    case number(Double)
    /// As the provider wrote it: digits, point and exponent only; anything else is treated as text.
    case exact(String)
    case boolean(Bool)

    public init(_ value: Double?) { self = value.map(Cell.number) ?? .missing }
    public init(_ value: Int?) { self = value.map(Cell.integer) ?? .missing }
    public init(_ value: String?) { self = value.map(Cell.text) ?? .missing }
  }

  /// How lines end: report files follow RFC 4180, data commands write what Unix tools expect.
  public enum LineEnd: String, Sendable {
    case crlf = "\r\n"
    case lf = "\n"
  }

  /// The name of the table: a file name without extension.
  public var name: String
  public var columns: [Column]
  public private(set) var rows: [[Cell]] = []
  /// Whether text that a spreadsheet would take for a formula gets an apostrophe. Numbers never do.
  public var guardsFormulas: Bool

  public init(_ name: String, columns: [Column], guardsFormulas: Bool = true) {
    (self.name, self.columns, self.guardsFormulas) = (name, columns, guardsFormulas)
  }

  /// - Precondition: one cell per column.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row of \(name) has \(row.count) cells; the table has \(columns.count) columns")
    rows.append(row)
  }

  /// Header and rows in UTF-8 without byte order mark.
  public func text(lineEnd: LineEnd = .crlf) -> String {
    var output = columns.map { Self.quoted($0.name) }.joined(separator: ",") + lineEnd.rawValue
    for row in rows {
      for (index, cell) in row.enumerated() {
        if index > 0 { output += "," }
        output += text(of: cell)
      }
      output += lineEnd.rawValue
    }
    return output
  }

  /// The `.schema.json` that lies beside the file: name, type, unit and meaning of each column in order, and the count of rows.
  public var schema: String {
    let described = columns.map { column in
      JSONValue.object([
        .init("name", .string(column.name)), .init("type", .string(column.type.rawValue)), .init("unit", .optional(column.unit)),
        .init("description", .string(column.description)),
      ])
    }
    return JSONValue.object([
      .init("schema", .string("jobs.table/1")), .init("table", .string(name)), .init("rows", .int(rows.count)),
      .init("missing", .string("")), .init("columns", .array(described)),
    ]).text
  }

  private func text(of cell: Cell) -> String {
    switch cell {
    case .missing: ""
    case .text(let text): Self.quoted(guardsFormulas ? CSVGuard.guarded(text) : text)
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? JSONValue.number(value) : ""
    case .exact(let text): CSVGuard.isNumber(text) ? text : Self.quoted(guardsFormulas ? CSVGuard.guarded(text) : text)
    case .boolean(let value): value ? "true" : "false"
    }
  }

  private static func quoted(_ text: String) -> String {
    let special = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13 }
    let padded = text.utf8.first == 0x20 || text.utf8.last == 0x20
    guard special || padded else { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }
}
