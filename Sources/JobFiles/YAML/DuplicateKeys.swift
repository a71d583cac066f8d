import Yams

/// Composes a text although keys stand twice in it.
///
/// The parser gives up at the first mapping with a key that stands twice and names only the key. So the second one is looked up in
/// the text, reported, replaced by as many characters that no file holds, and the text composed again: the other mistakes of the
/// file can then be told as well.
struct DuplicateKeys {
  private(set) var diagnostics: [Diagnostic] = []
  /// Where a second key was; whoever walks the tree leaves these entries out. Their length is 1.
  private(set) var masked: Set<Spot> = []
  private var scalars: [Unicode.Scalar]
  private let source: SourceText

  /// Each round composes the whole text.
  private static let roundsMax = 32
  /// So that a large file of equal keys is composed once or twice, not 32 times.
  private static let scalarsMax = 1_000_000

  init(text: String, source: SourceText) {
    (scalars, self.source) = (Array(text.unicodeScalars), source)
  }

  /// Composing cannot go on; why is among the diagnostics.
  struct Stopped: Error {}

  /// - Throws: ``Stopped``, or the parser's error when it is about anything else.
  mutating func compose() throws -> Node? {
    var round = 0
    while true {
      do {
        return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        round += 1
        let first = Spot(line: context.mark.line, column: context.mark.column)
        try mask(names, first: first, round: round)
      }
    }
  }

  private mutating func mask(_ names: [String], first: Spot, round: Int) throws {
    guard let name = key(at: first, among: names), let second = nextKey(name, after: first) else {
      let name = names.first ?? ""
      diagnostics.append(
        Diagnostic(
          .duplicateKey, at: source.place(first), "the key `\(name)` stands twice in this mapping",
          notes: ["the meaning of the file was not looked at"]))
      throw Stopped()
    }
    diagnostics.append(Self.diagnostic(name, at: second, first: first, source))
    guard round < Self.roundsMax, scalars.count * round < Self.scalarsMax else { throw Stopped() }
    mask(second, round: round)
  }

  static func diagnostic(_ name: String, at second: Spot, first: Spot, _ source: SourceText) -> Diagnostic {
    Diagnostic(
      .duplicateKey, at: source.place(second), "the key `\(name)` stands twice", label: "it stands on line \(first.line) already",
      others: [source.place(first)])
  }

  private var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// The key that begins at a place, with or without quotes.
  private func key(at spot: Spot, among names: [String]) -> String? {
    let rest = source.scalars(ofLine: spot.line).dropFirst(spot.column - 1)
    return names.filter { !$0.isEmpty && Self.length(of: Array($0.unicodeScalars), at: rest) != nil }
      .max { $0.unicodeScalars.count < $1.unicodeScalars.count }
  }

  /// How many scalars a key takes at the front of a text, quotes included; nil when another key stands there.
  private static func length(of key: [Unicode.Scalar], at text: ArraySlice<Unicode.Scalar>) -> Int? {
    let isQuoted = text.first == "\"" || text.first == "'"
    let length = key.count + (isQuoted ? 2 : 0)
    guard text.count >= length, text.dropFirst(isQuoted ? 1 : 0).starts(with: key) else { return nil }
    guard !isQuoted || text[text.startIndex + length - 1] == text.first else { return nil }
    return text.dropFirst(length).first { $0 != " " } == ":" ? length : nil
  }

  private func nextKey(_ name: String, after first: Spot) -> Spot? {
    let wanted = Array(name.unicodeScalars)
    return keyInBrackets(wanted, after: first) ?? keyInBlock(wanted, after: first)
  }

  /// The same key later on the same line, in the same braces.
  private func keyInBrackets(_ wanted: [Unicode.Scalar], after first: Spot) -> Spot? {
    let line = source.scalars(ofLine: first.line)
    var depth = 0
    for index in line.indices.dropFirst(first.column + wanted.count) {
      switch line[index] {
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      case ",", " ": break
      default:
        guard depth == 0, line[index - 1] == " " || line[index - 1] == "," else { continue }
        guard let length = Self.length(of: wanted, at: line[index...]) else { continue }
        let spot = Spot(line: first.line, column: index - line.startIndex + 1, length: length)
        if !isMasked(spot) { return spot }
      }
      if depth < 0 { return nil }
    }
    return nil
  }

  /// The next line of the same block mapping that begins with the key.
  private func keyInBlock(_ wanted: [Unicode.Scalar], after first: Spot) -> Spot? {
    guard first.line < source.lineCount else { return nil }
    for line in (first.line + 1)...source.lineCount {
      let scalars = source.scalars(ofLine: line)
      let indent = scalars.prefix { $0 == " " }.count
      guard indent < scalars.count, scalars[scalars.startIndex + indent] != "#" else { continue }
      if indent < first.column - 1 { return nil }
      if indent == first.column - 1, let length = Self.length(of: wanted, at: scalars.dropFirst(indent)) {
        let spot = Spot(line: line, column: first.column, length: length)
        if !isMasked(spot) { return spot }
      }
    }
    return nil
  }

  private func isMasked(_ spot: Spot) -> Bool { masked.contains(Spot(line: spot.line, column: spot.column)) }

  /// Characters that stand for nothing, as many as the key has, so that every later mark stays right.
  private mutating func mask(_ spot: Spot, round: Int) {
    let start = source.scalars(ofLine: spot.line).startIndex + spot.column - 1
    for index in start..<(start + spot.length) where scalars[index] != "\"" && scalars[index] != "'" {
      scalars[index] = Unicode.Scalar(0xF000 + UInt16(round))!
    }
    masked.insert(Spot(line: spot.line, column: spot.column))
  }
}
