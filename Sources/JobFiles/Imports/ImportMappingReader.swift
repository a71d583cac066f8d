import JobGraph
public import MarketData

/// Reads `Jobs/imports/NAME.yaml`.
///
///     import: legacy-csv
///     format: csv
///     source: legacy
///     fields:
///       symbol: symbol
///       interval: { value: 1d }
///       open_time: { from: timestamp, format: iso8601 }
///       open: open
public enum ImportMappingReader {
  static let keys = [
    "import", "description", "format", "rows", "by_column", "table", "query", "delimiter", "source", "follow", "tolerate", "fields",
  ]

  /// - Returns: the mapping, when there is no error, and every mistake.
  public static func read(_ path: String, from source: FileSource) -> (mapping: ImportMapping?, diagnostics: [Diagnostic]) {
    let (document, diagnostics) = source.document(path)
    guard let document else { return (nil, diagnostics) }
    let findings = Findings(document.source, diagnostics)
    let mapping = mapping(document.root, Names.ofFile(path), findings)
    return (findings.sorted.hasErrors ? nil : mapping, findings.sorted)
  }

  private static func mapping(_ root: Tree, _ file: String, _ findings: Findings) -> ImportMapping? {
    guard let section = Section(root, title: "the mapping", findings: findings) else { return nil }
    section.refuseKeys(except: keys)
    section.require("import", "`import: NAME`, the name of the file without `.yaml`")
    section.require("format", "`format:` with one of \(ForeignFormat.wordList)")
    section.require("source", "`source: NAME`, under which the candles are kept")
    section.require("fields", "`fields:`, where each of \(required.joined(separator: ", ")) comes from")
    if let name = section.text("import") { Names.checkIsFile(name, "mapping", file, findings) }
    let source = section.text("source").flatMap { Names.check($0, "source", findings) ? $0.value : nil }
    let format = section.word("format", ForeignFormat.self)
    guard let format else { return nil }
    var mapping = ImportMapping(name: file, format: format, source: source ?? "", fields: [:])
    readPlace(of: &mapping, section, findings)
    mapping.isByColumn = section.flag("by_column") ?? false
    mapping.isFollowed = section.flag("follow") ?? false
    mapping.tolerance = section["tolerate"].flatMap { share($0, findings) } ?? 0
    if let fields = section.section("fields", title: "`fields`") { mapping.fields = readFields(fields, mapping, findings) }
    return mapping
  }

  /// Where the rows lie: each format has its own key.
  private static func readPlace(of mapping: inout ImportMapping, _ section: Section, _ findings: Findings) {
    let own: [String]
    switch mapping.format {
    case .csv: own = ["delimiter"]
    case .sqlite: own = ["table", "query"]
    case .json, .firestore, .realtime: own = ["rows", "by_column"]
    }
    for key in ["delimiter", "table", "query", "rows", "by_column"] where section[key] != nil && !own.contains(key) {
      findings.add(
        .unknownKey, at: section.keySpot(key), "`\(key)` is not for `format: \(mapping.format.rawValue)`", label: "not of this format",
        expected: "this format has \(own.map { "`\($0)`" }.joined(separator: " and "))")
    }
    if mapping.format.isTree {
      section.require("rows", "`rows: /PATH/{symbol}/*`, where the rows lie; `/` is the root")
      mapping.rows = section.text("rows").flatMap { rowPath($0, findings) }
    }
    if mapping.format == .sqlite { mapping.query = query(section, findings) }
    if let text = section.text("delimiter") {
      let known: [String: UInt8] = [",": 0x2C, ";": 0x3B, "tab": 0x09, "|": 0x7C]
      guard let byte = known[text.value] else {
        findings.add(.unknownWord, at: text.spot, "`delimiter` is `\(text.value)`", label: "expected one of `,` `;` `|` `tab`")
        return
      }
      mapping.delimiter = byte
    }
  }

  private static func rowPath(_ text: Located<String>, _ findings: Findings) -> RowPath? {
    if let path = RowPath(text.value) { return path }
    findings.add(
      .badName, at: text.spot, "`rows` is `\(text.value)`", label: "not a path",
      expected: "a path such as `/market_data/{symbol}/candles/*`: names, `*`, and `{field}`, each field once")
    return nil
  }

  private static func query(_ section: Section, _ findings: Findings) -> String? {
    let (table, query) = (section.text("table"), section.text("query"))
    guard (section["table"] == nil) != (section["query"] == nil) else {
      findings.add(
        .missingKey, at: section.spot, "a SQLite mapping has either `table` or `query`",
        expected: "`table: NAME`, or `query:` with a SELECT")
      return nil
    }
    if let table { return "SELECT * FROM \"\(table.value.replacing("\"", with: "\"\""))\"" }
    return query?.value
  }

  private static func share(_ tree: Tree, _ findings: Findings) -> Double? {
    guard let text = findings.text(tree, of: "`tolerate`", wanted: "a share such as `1%`") else { return nil }
    if text.value.hasSuffix("%"), let percent = Double(text.value.dropLast()), (0...100).contains(percent) { return percent / 100 }
    findings.add(.outOfRange, at: text.spot, "`tolerate` is `\(text.value)`", label: "expected `0%` to `100%`")
    return nil
  }
}
