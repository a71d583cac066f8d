/// Reads a rules document; tells every mistake in it, not only the first.
struct RulesReader {
  private let text: RulesText
  private var mistakes: [RulesMistake] = []

  /// Keys of a database lie no deeper.
  static let depthMax = 32
  static let mistakesMax = 100

  static func read(_ text: String) throws(RulesMistakes) -> RulesNode {
    let bytes = Array(text.utf8)
    var reader = RulesReader(text: RulesText(bytes))
    let document: RealtimeJSONNode
    do {
      document = try RealtimeJSON.document(of: bytes, .rules)
    } catch {
      throw RulesMistakes(mistakes: [
        RulesMistake(line: error.position.line, column: error.position.column, message: error.explanation)
      ])
    }
    let root = reader.rules(document)
    guard reader.mistakes.isEmpty else {
      throw RulesMistakes(mistakes: reader.mistakes.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    }
    return root
  }

  private init(text: RulesText) {
    self.text = text
  }

  private mutating func add(_ message: String, at position: RealtimeJSON.Position) {
    guard mistakes.count < RulesReader.mistakesMax else { return }
    mistakes.append(RulesMistake(line: position.line, column: position.column, message: message))
  }

  private mutating func rules(_ document: RealtimeJSONNode) -> RulesNode {
    guard case .object(let members) = document.content else {
      add("expected an object with the key `rules`", at: document.position)
      return RulesNode()
    }
    for member in members where member.key != "rules" { add("unknown key `\(member.key)`; expected `rules`", at: member.position) }
    guard let rules = members.first(where: { $0.key == "rules" }) else {
      if members.isEmpty { add("the key `rules` is missing", at: document.position) }
      return RulesNode()
    }
    return node(rules.value, path: [])
  }

  private mutating func node(_ json: RealtimeJSONNode, path: [String]) -> RulesNode {
    let place = "/" + path.joined(separator: "/")
    guard case .object(let members) = json.content else {
      add("the rules of \(place) must be an object", at: json.position)
      return RulesNode()
    }
    guard path.count <= RulesReader.depthMax else {
      add("rules lie deeper than \(RulesReader.depthMax) keys", at: json.position)
      return RulesNode()
    }
    var rules: [RuleKind: Rule] = [:]
    var (indexOn, children, captured) = ([RulesIndex](), [String: RulesNode](), nil as (name: String, node: RulesNode)?)
    for member in members {
      switch member.key.unicodeScalars.first {
      case "." where member.key == ".indexOn": indexOn = indexes(member.value)
      case ".": if let kind = kind(of: member) { rules[kind] = rule(member.value, kind, captures: path.filter { $0.hasPrefix("$") }) }
      case "$":
        guard isCapture(member, below: path) else { continue }
        let below = node(member.value, path: path + [member.key])
        if let captured {
          add("`\(member.key)` stands beside `\(captured.name)`; one of them can never be asked", at: member.position)
        } else {
          captured = (member.key, below)
        }
      default:
        if let problem = RulesReader.problem(ofKey: member.key) { add("`\(member.key)` cannot be a key: \(problem)", at: member.position) }
        // As the tree keeps its keys: a rule under another way to write one would never be asked.
        let key = RealtimeKey.canonical(member.key)
        children[key] = node(member.value, path: path + [key])
      }
    }
    return RulesNode(
      place: place, read: rules[.read], write: rules[.write], validate: rules[.validate], indexOn: indexOn, children: children,
      capture: captured?.node)
  }

  private mutating func kind(of member: RealtimeJSONNode.Member) -> RuleKind? {
    if let kind = RuleKind(rawValue: member.key) { return kind }
    add("unknown key `\(member.key)`; expected .read, .write, .validate or .indexOn", at: member.position)
    return nil
  }

  private mutating func isCapture(_ member: RealtimeJSONNode.Member, below path: [String]) -> Bool {
    let name = member.key.unicodeScalars.dropFirst()
    let isWord =
      name.first.map { !("0"..."9").contains($0) } == true && name.allSatisfy { "_".unicodeScalars.contains($0) || $0.isASCIIAlphanumeric }
    if !isWord {
      add("`\(member.key)` is no name for a capture: letters, digits and _", at: member.position)
    } else if path.contains(member.key) {
      add("`\(member.key)` is captured above already", at: member.position)
    } else {
      return true
    }
    return false
  }

  /// What forbids a key of the database; nil when nothing does.
  private static func problem(ofKey key: String) -> String? {
    if key.isEmpty { return "it is empty" }
    if key.utf8.count > 768 { return "it is longer than 768 bytes" }
    let isForbidden = key.unicodeScalars.contains { ".$#[]/".unicodeScalars.contains($0) || $0.value < 32 || $0.value == 127 }
    return isForbidden ? "it has one of . $ # [ ] / or a control character" : nil
  }

  private mutating func rule(_ json: RealtimeJSONNode, _ kind: RuleKind, captures: [String]) -> Rule? {
    switch json.content {
    case .bool(let value): return Rule(text: value ? "true" : "false", expression: .bool(value))
    case .string(let expression):
      do {
        return Rule(text: expression, expression: try RuleParser.parse(expression, kind: kind, captures: captures))
      } catch {
        add(error.message, at: text.position(ofScalar: error.offset, inStringAt: json.position))
      }
    default: add("\(kind.rawValue) must be a text or true or false", at: json.position)
    }
    return nil
  }

  private mutating func indexes(_ json: RealtimeJSONNode) -> [RulesIndex] {
    switch json.content {
    case .string: return index(json).map { [$0] } ?? []
    case .array(let items): return items.compactMap { index($0) }
    default:
      add(".indexOn must be a text or a list of texts", at: json.position)
      return []
    }
  }

  private mutating func index(_ json: RealtimeJSONNode) -> RulesIndex? {
    guard case .string(let path) = json.content else {
      add(".indexOn must be a text or a list of texts", at: json.position)
      return nil
    }
    if path == ".value" { return .value }
    for key in RealtimeKey.keys(of: path, omittingEmptySubsequences: false) {
      guard let problem = RulesReader.problem(ofKey: key) else { continue }
      add("`\(path)` cannot be an index: \(problem)", at: json.position)
      return nil
    }
    return .child(path)
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIIAlphanumeric: Bool { isASCII && properties.isAlphabetic || ("0"..."9").contains(self) }
}

/// The bytes of a rules document, to find a place inside a string again.
struct RulesText {
  private let bytes: [UInt8]
  /// Where each line begins.
  private let lines: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    lines = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// The place of the *n*th scalar of a string whose quote stands at a position; escapes are counted as what they mean.
  func position(ofScalar count: Int, inStringAt start: RealtimeJSON.Position) -> RealtimeJSON.Position {
    guard start.line <= lines.count else { return start }
    var place = lines[start.line - 1] + start.column
    var left = count
    while left > 0, place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      if bytes[place] == UInt8(ascii: "\\") {
        place += length(ofEscapeAt: place)
      } else {
        place += 1
        while place < bytes.count, bytes[place] & 0xC0 == 0x80 { place += 1 }
      }
      left -= 1
    }
    return RealtimeJSON.Position(line: start.line, column: place - lines[start.line - 1] + 1)
  }

  /// `\n`, `\u00e9`, or the two of a pair of surrogates, which are one scalar.
  private func length(ofEscapeAt place: Int) -> Int {
    func isSurrogate(_ place: Int, _ second: ClosedRange<UInt8>) -> Bool {
      place + 3 < bytes.count && bytes[place] == UInt8(ascii: "\\") && bytes[place + 1] == UInt8(ascii: "u")
        && (bytes[place + 2] | 0x20) == UInt8(ascii: "d") && second.contains(bytes[place + 3] | 0x20)
    }
    guard place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "u") else { return 2 }
    let isHigh = isSurrogate(place, UInt8(ascii: "8")...UInt8(ascii: "9")) || isSurrogate(place, UInt8(ascii: "a")...UInt8(ascii: "b"))
    return isHigh ? 12 : 6
  }
}
