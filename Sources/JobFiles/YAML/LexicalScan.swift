/// What can be refused before the text is parsed: characters that nobody sees, and files built to cost more than they weigh.
struct LexicalScan {
  private(set) var diagnostics: [Diagnostic] = []
  private let source: SourceText
  /// The names that stand after a `&`.
  private var anchors: Set<Substring> = []
  private var aliases = 0
  /// Brackets, commas, colons and lines: a file has at most about as many nodes as these.
  private var marks = 0
  /// Brackets that are open, wherever they stand.
  private var brackets = 0

  /// The parser's time grows with each open bracket. Ten times the depth that is allowed leaves room for texts that hold brackets.
  private static let bracketsMax = 10 * StrictYAML.depthMax

  /// A file of invisible characters need not list them all.
  private static let diagnosticsMax = 20
  /// A document whose aliases are refused anyway may have this many before it is not even parsed.
  private static let aliasesMax = 4

  init(_ source: SourceText, text: String) {
    self.source = source
    var isIndent = true
    var previous: Unicode.Scalar = "\n"
    let scalars = text.unicodeScalars
    for (offset, index) in scalars.indices.enumerated() {
      let scalar = scalars[index]
      check(scalar, after: previous, isIndent: isIndent, offset: offset)
      if scalar == "&" || scalar == "*" { countName(after: index, sign: scalar, in: text, previous: previous, offset: offset) }
      isIndent = scalar == "\n" || (isIndent && (scalar == " " || scalar == "\t"))
      previous = scalar
      if diagnostics.count >= Self.diagnosticsMax { break }
    }
  }

  private mutating func check(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar, isIndent: Bool, offset: Int) {
    if scalar.value >= 0x20 && scalar.value < 0x7F && previous != "\r" {
      countMark(scalar, offset: offset)
      return
    }
    switch scalar.value {
    case 0x09 where isIndent: refuse(offset, "a tab indents this line", "lines are indented with spaces")
    case 0x0A: countMark(scalar, offset: offset)
    case 0x09, 0x0D, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: break
    case 0x20..<0x7F: break
    default:
      refuse(
        offset, "a control character U+\(String(scalar.value, radix: 16, uppercase: true))",
        "remove it, or write it as an escape in double quotes")
    }
    if previous == "\r", scalar != "\n" {
      refuse(offset - 1, "a carriage return without a line feed", "lines end with LF or CR LF")
    }
  }

  private mutating func refuse(_ offset: Int, _ message: String, _ label: String) {
    diagnostics.append(Diagnostic(.forbiddenCharacter, at: source.place(source.spot(ofScalar: offset)), message, label: label))
  }

  private mutating func countMark(_ scalar: Unicode.Scalar, offset: Int) {
    switch scalar {
    case "[", "{": open(offset)
    case "]", "}": brackets = max(0, brackets - 1)
    case ",", ":", "\n", "?", "-": break
    default: return
    }
    marks += 1
    guard marks == 4 * StrictYAML.nodesMax else { return }
    diagnostics.append(
      Diagnostic(
        .tooLarge, at: source.place(source.spot(ofScalar: offset)), "the file holds too many values",
        expected: "at most \(StrictYAML.nodesMax) values"))
  }

  private mutating func open(_ offset: Int) {
    brackets += 1
    guard brackets == Self.bracketsMax else { return }
    diagnostics.append(
      Diagnostic(
        .tooLarge, at: source.place(source.spot(ofScalar: offset)), "too many brackets are open",
        expected: "at most \(StrictYAML.depthMax) levels"))
  }

  /// Counts the aliases whose anchor stands before them. What follows an `&` or `*` in a comment or a text counts as well, which
  /// is harmless: a file that has both for the same names, several times, is not prose.
  private mutating func countName(
    after index: String.Index, sign: Unicode.Scalar, in text: String, previous: Unicode.Scalar, offset: Int
  ) {
    guard !previous.isNameCharacter else { return }
    let name = text.unicodeScalars[text.unicodeScalars.index(after: index)...].prefix { $0.isNameCharacter }
    guard !name.isEmpty else { return }
    if sign == "&" { anchors.insert(Substring(name)) }
    guard sign == "*", anchors.contains(Substring(name)) else { return }
    aliases += 1
    guard aliases == Self.aliasesMax else { return }
    diagnostics.append(
      Diagnostic(
        .refusedYAML, at: source.place(source.spot(ofScalar: offset)), "an alias, one of many", label: Diagnostic.noAliases))
  }
}

extension Unicode.Scalar {
  /// What the parser takes for a part of an anchor's name.
  fileprivate var isNameCharacter: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }
}
