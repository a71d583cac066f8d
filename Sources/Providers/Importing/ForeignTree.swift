/// A tree of somebody else's store, in memory.
indirect enum ForeignTree: Sendable {
  case value(ForeignValue)
  case list([ForeignTree])
  case map([String: ForeignTree])

  /// - Throws: ``JSONError`` for what is no JSON; also for a key that stands twice in one mapping.
  init(json bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    self = try ForeignTree(&scanner)
    try scanner.end()
  }

  private init(_ scanner: inout JSONScanner) throws(JSONError) {
    switch try scanner.kind() {
    case .string: self = .value(.text(scanner.string(try scanner.string())))
    case .number: self = .value(ForeignTree.number(scanner.source(try scanner.number())))
    case .literal: self = .value(try scanner.foreignLiteral())
    case .array:
      var elements: [ForeignTree] = []
      try scanner.enterArray()
      while try scanner.nextElement() { elements.append(try ForeignTree(&scanner)) }
      self = .list(elements)
    case .object:
      var (entries, keys): ([String: ForeignTree], JSONKeys) = ([:], JSONKeys())
      try scanner.enterObject()
      while let key = try scanner.nextKey(notIn: &keys) { entries[scanner.string(key)] = try ForeignTree(&scanner) }
      self = .map(entries)
    }
  }

  private static func number(_ text: String) -> ForeignValue {
    if let whole = Int64(text) { return .integer(whole) }
    // Too large for a Double: as the text that it is, which no field takes for a number.
    return DecimalReader.value(of: text).map { .double($0) } ?? .text(text)
  }

  /// By name, by number in a list; nil when there is none.
  subscript(key: some StringProtocol) -> ForeignTree? {
    switch self {
    case .map(let entries): entries[String(key)]
    case .list(let elements): Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
    case .value: nil
    }
  }

  /// Keys and what lies under them, in an order that does not depend on chance.
  var children: [(key: String, tree: ForeignTree)] {
    switch self {
    case .map(let entries): entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    case .list(let elements): elements.enumerated().map { ("\($0.offset)", $0.element) }
    case .value: []
    }
  }

  var isMissing: Bool { if case .value(.missing) = self { true } else { false } }
}

extension JSONScanner {
  /// Reads `true`, `false` or `null`.
  fileprivate mutating func foreignLiteral() throws(JSONError) -> ForeignValue {
    let start = offset
    try skipValue()
    switch source(start..<offset).last(where: { !$0.isWhitespace }) {
    case "l": return .missing
    default: return .boolean(byte(at: start) == UInt8(ascii: "t"))
    }
  }
}
