import JobGraph
import MarketData

extension ImportMappingReader {
  static let required = CandleField.allCases.filter { $0 != .closeTime }.map(\.rawValue)

  static func readFields(_ section: Section, _ mapping: ImportMapping, _ findings: Findings) -> [CandleField: ForeignField] {
    section.refuseKeys(except: CandleField.allCases.map(\.rawValue))
    for key in required { section.require(key, "`\(key): NAME` of the field, or `\(key): { value: … }`") }
    var fields: [CandleField: ForeignField] = [:]
    for field in CandleField.allCases {
      guard let tree = section[field.rawValue] else { continue }
      fields[field] = read(tree, field, findings)
    }
    return fields
  }

  private static func read(_ tree: Tree, _ field: CandleField, _ findings: Findings) -> ForeignField? {
    guard case .mapping = tree.content else {
      return findings.text(tree, of: "`\(field.rawValue)`", wanted: "the name of a field").map { ForeignField(from: $0.value) }
    }
    guard let section = Section(tree, title: "`\(field.rawValue)`", findings: findings) else { return nil }
    section.refuseKeys(except: field.isTime ? ["from", "value", "words", "format"] : ["from", "value", "words"])
    guard (section["from"] == nil) != (section["value"] == nil) else {
      findings.add(
        .missingKey, at: tree.spot, "`\(field.rawValue)` has either `from` or `value`",
        expected: "`from: NAME` of a field, or `value:` for all rows")
      return nil
    }
    var result = ForeignField(from: section.text("from")?.value, constant: section["value"].flatMap { constant($0, field, findings) })
    if field.isTime { result.format = section.word("format") ?? .iso8601 }
    if let words = section.section("words", title: "`words`") {
      for entry in words.entries { result.words[entry.key] = findings.text(entry.value, of: "`\(entry.key)`")?.value }
    }
    return result
  }

  private static func constant(_ tree: Tree, _ field: CandleField, _ findings: Findings) -> String? {
    guard case .scalar(let scalar) = tree.content else {
      findings.wrongType(tree, "one value", of: "`value`")
      return nil
    }
    switch field {
    case .interval:
      return findings.text(tree, of: "`value`").flatMap { text -> Interval? in findings.word(text, of: "`value`") }?.rawValue
    case .symbol:
      guard let text = findings.text(tree, of: "`value`", wanted: "a symbol") else { return nil }
      do throws(SymbolDefect) {
        return try Symbol(text.value).name
      } catch {
        findings.add(.badSymbol, at: text.spot, "`\(text.value)` is no symbol: \(error)", label: "not a symbol")
        return nil
      }
    default: return scalar.text
    }
  }
}
