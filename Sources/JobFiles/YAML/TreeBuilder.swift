import Yams

/// Turns the parser's nodes into a ``Tree`` and refuses what ``StrictYAML`` does not know.
struct TreeBuilder {
  private var mistakes = MistakeList()
  private let source: SourceText
  private let masked: Set<Spot>
  private var nodes = 0

  init(source: SourceText, masked: Set<Spot>) {
    (self.source, self.masked) = (source, masked)
  }

  var diagnostics: [Diagnostic] { mistakes.all }

  /// - Returns: nil when a bound is exceeded; it is among the diagnostics then.
  mutating func tree(of node: Node) -> Tree? {
    tree(of: node, depth: 1)
  }

  private mutating func tree(of node: Node, depth: Int) -> Tree? {
    let spot = Spot(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    nodes += 1
    guard nodes <= StrictYAML.nodesMax else {
      return tooLarge(spot, "the file holds too many values", "at most \(StrictYAML.nodesMax) values")
    }
    guard depth <= StrictYAML.depthMax else {
      return tooLarge(spot, "values lie too deep", "at most \(StrictYAML.depthMax) levels")
    }
    checkProperties(at: spot, tag: node)
    switch node {
    case .scalar(let scalar):
      return Tree(spot: marked(scalar, at: spot), content: .scalar(.init(text: scalar.string, isPlain: scalar.style == .plain)))
    case .sequence(let sequence):
      var elements: [Tree] = []
      elements.reserveCapacity(sequence.count)
      for element in sequence {
        guard let tree = tree(of: element, depth: depth + 1) else { return nil }
        elements.append(tree)
      }
      return Tree(spot: spot, content: .list(elements))
    case .mapping(let mapping):
      return entries(of: mapping, depth: depth).map { Tree(spot: spot, content: .mapping($0)) }
    case .alias: return refused(spot, "an alias", Diagnostic.noAliases)
    }
  }

  private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [Tree.Entry]? {
    var entries: [Tree.Entry] = []
    var spots: [String: Spot] = [:]
    entries.reserveCapacity(mapping.count)
    for (key, value) in mapping {
      guard let keyTree = tree(of: key, depth: depth + 1), let valueTree = tree(of: value, depth: depth + 1) else { return nil }
      guard !masked.contains(Spot(line: keyTree.spot.line, column: keyTree.spot.column)), let name = name(of: keyTree) else { continue }
      if let first = spots.updateValue(keyTree.spot, forKey: name) {
        mistakes.add(.duplicateKey) { DuplicateKeys.diagnostic(name, at: keyTree.spot, first: first, source) }
      } else {
        entries.append(Tree.Entry(key: name, keySpot: keyTree.spot, value: valueTree))
      }
    }
    return entries
  }

  private mutating func name(of key: Tree) -> String? {
    guard case .scalar(let scalar) = key.content, !scalar.text.isEmpty else {
      mistakes.add(.wrongType) {
        Diagnostic(
          .wrongType, at: source.place(key.spot), "a key that is \(key.kindName)", expected: "a key is a text of at least one character")
      }
      return nil
    }
    guard !(scalar.isPlain && scalar.text == "<<") else {
      let _: Tree? = refused(key.spot, "a merge key", "merge keys are not allowed: write the keys where they are used")
      return nil
    }
    return scalar.text
  }

  /// Tags and anchors stand where the parser says that the node begins; no untagged plain scalar can begin so.
  private mutating func checkProperties(at spot: Spot, tag node: Node) {
    switch source.scalar(at: spot) {
    case "!": let _: Tree? = refused(spot, "a tag", "tags are not allowed: the type follows from the value")
    case "&": let _: Tree? = refused(spot, "an anchor", Diagnostic.noAliases)
    default: break
    }
  }

  private mutating func refused<T>(_ spot: Spot, _ message: String, _ label: String) -> T? {
    mistakes.add(.refusedYAML) { Diagnostic(.refusedYAML, at: source.place(spot), message, label: label) }
    return nil
  }

  private mutating func tooLarge(_ spot: Spot, _ message: String, _ expected: String) -> Tree? {
    mistakes.add(.tooLarge) { Diagnostic(.tooLarge, at: source.place(spot), message, expected: expected) }
    return nil
  }

  /// The spot with the length of what is written: up to the closing quote, or the text of a plain scalar on one line.
  private func marked(_ scalar: Node.Scalar, at spot: Spot) -> Spot {
    var spot = spot
    switch scalar.style {
    case .plain: spot.length = max(1, scalar.string.unicodeScalars.count)
    case .singleQuoted, .doubleQuoted:
      let quote: Unicode.Scalar = scalar.style == .singleQuoted ? "'" : "\""
      let rest = source.scalars(ofLine: spot.line).dropFirst(spot.column)
      // An escaped quote ends the mark early, never the meaning.
      spot.length = rest.firstIndex(of: quote).map { $0 - rest.startIndex + 2 } ?? rest.count + 1
    default: break
    }
    return spot
  }
}
