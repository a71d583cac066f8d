import Yams

/// Reads YAML as configuration should be: one document, no surprises, and a bound on everything.
///
/// Refused: more than 1 MB, 32 levels or 100,000 nodes; bytes that are not UTF-8, control characters, tabs that indent; several
/// documents; keys that are no texts or stand twice; and whatever makes the reader look elsewhere to know what a value is:
/// anchors, aliases, merge keys and tags, all of them. Three bounds are checked before the text is parsed, and so count what stands in
/// texts and comments too: 320 brackets open at once, 400,000 marks such as commas, and four aliases whose anchors stand before
/// them. Scalars follow ``CoreSchema``.
public enum StrictYAML {
  public static let bytesMax = 1_000_000
  public static let nodesMax = 100_000
  public static let depthMax = 32

  /// - Parameters:
  ///   - bytes: the file.
  ///   - file: its name for the diagnostics.
  /// - Returns: the document, nil when nothing of it can be used, and every mistake that could be told apart.
  /// - Complexity: O(bytes); the memory of a refused file is bounded too.
  static func read(_ bytes: [UInt8], file: String) -> (document: Document?, diagnostics: [Diagnostic]) {
    guard bytes.count <= bytesMax else {
      let place = Diagnostic.Place(file: file, line: 1, column: 1, length: 1, excerpt: "")
      return (nil, [Diagnostic(.tooLarge, at: place, "the file has more than \(bytesMax) bytes", expected: "at most \(bytesMax) bytes")])
    }
    guard var text = String(validating: bytes, as: UTF8.self) else { return (nil, [notUTF8(bytes, file: file)]) }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    let source = SourceText(file: file, text: text)
    let refusals = LexicalScan(source, text: text).diagnostics
    guard refusals.isEmpty else { return (nil, refusals) }
    return compose(text, source)
  }

  private static func compose(_ text: String, _ source: SourceText) -> (document: Document?, diagnostics: [Diagnostic]) {
    var duplicates = DuplicateKeys(text: text, source: source)
    do {
      guard let node = try duplicates.compose() else {
        return (nil, duplicates.diagnostics + [empty(source)])
      }
      var builder = TreeBuilder(source: source, masked: duplicates.masked)
      let root = builder.tree(of: node)
      return (root.map { Document(source: source, root: $0) }, (duplicates.diagnostics + builder.diagnostics).inOrder)
    } catch is DuplicateKeys.Stopped {
      return (nil, duplicates.diagnostics.inOrder)
    } catch {
      return (nil, duplicates.diagnostics + [Diagnostic(error, in: source)])
    }
  }

  private static func empty(_ source: SourceText) -> Diagnostic {
    Diagnostic(.notYAML, at: source.place(Spot(line: 1, column: 1)), "the file holds nothing", expected: "a mapping of keys to values")
  }

  private static func notUTF8(_ bytes: [UInt8], file: String) -> Diagnostic {
    // What was replaced stands as U+FFFD, so the first one that was not written so marks the place.
    var valid = 0
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    decoding: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): valid += UTF8.width(scalar)
      case .emptyInput, .error: break decoding
      }
    }
    let source = SourceText(file: file, text: String(decoding: bytes, as: UTF8.self))
    let offset = String(decoding: bytes[..<valid], as: UTF8.self).unicodeScalars.count
    let byte = valid < bytes.count ? String(bytes[valid], radix: 16, uppercase: true) : "?"
    return Diagnostic(
      .forbiddenCharacter, at: source.place(source.spot(ofScalar: offset)), "the file is not UTF-8: byte \(valid + 1) is 0x\(byte)",
      notes: ["save the file as UTF-8"])
  }
}

extension Diagnostic {
  /// What the parser says, in our words.
  init(_ error: any Error, in source: SourceText) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      self.init(syntax: problem, context, mark, source)
    case .composer(_, let problem, let mark, _) where problem == "but found another document":
      self.init(
        .severalDocuments, at: source.place(Spot(line: mark.line, column: mark.column)), "a second document begins here",
        label: "one file holds one document", notes: ["remove this line, or move what follows into a file of its own"])
    case .composer(let context, let problem, let mark, _):
      if problem == "found undefined alias" {
        self.init(.refusedYAML, at: source.place(Spot(line: mark.line, column: mark.column)), "an alias", label: Diagnostic.noAliases)
      } else {
        self.init(syntax: problem, context, mark, source)
      }
    case .memory?:
      self.init(.tooLarge, at: source.place(Spot(line: 1, column: 1)), "the file needs more memory than there is")
    default:
      self.init(.notYAML, at: source.place(Spot(line: 1, column: 1)), "the file is not YAML")
    }
  }

  static let noAliases = "anchors and aliases are not allowed: write the value where it is used, or as a parameter"

  private init(syntax problem: String, _ context: YamlError.Context?, _ mark: Mark, _ source: SourceText) {
    // The parser notices some mistakes only at the end of the file, on a line that does not exist.
    let line = min(mark.line, source.lastLine)
    let column = line == mark.line ? mark.column : source.scalars(ofLine: line).count + 1
    let began = context.map { "\($0.text) that begins at \($0.mark.line):\($0.mark.column)" }
    let isNesting = problem.hasPrefix("Maximum nesting level")
    self.init(
      isNesting ? .tooLarge : .notYAML, at: source.place(Spot(line: line, column: column)),
      isNesting ? "values lie more than \(StrictYAML.depthMax) levels deep" : "not YAML: \(problem)",
      notes: [isNesting ? nil : began, isNesting ? nil : Diagnostic.hint(for: problem)].compactMap { $0 })
  }

  private static func hint(for problem: String) -> String? {
    switch problem {
    case "mapping values are not allowed in this context":
      "a text that holds `: ` is written in quotes; a key stands in the column of its siblings"
    case "did not find expected key", "could not find expected ':'":
      "keys of one mapping stand in the same column, each followed by `: `"
    case "found character that cannot start any token": "a text that begins with `@`, a backquote or `%` is written in quotes"
    case "found unexpected end of stream": "a quote or bracket was opened and never closed"
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'": "elements in brackets are separated by commas"
    default: nil
    }
  }
}
