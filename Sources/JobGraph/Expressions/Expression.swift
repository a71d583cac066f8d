/// What stands between `${{` and `}}`: a small, typed, pure language in which every expression ends.
///
///     weekday == "sun" and session("XNYS")
///     steps.crypto.failed_tasks * 10 > steps.crypto.tasks
///
/// It has values (`true`, `12`, `0.5`, `"text"`, `[1, 2]`), names (``ExpressionName``), functions (``ExpressionFunction``) and operators:
/// `or and not`, comparison, `in`, arithmetic. Nothing of it reads a clock or a file: what it may know comes as ``ExpressionFacts``.
public struct Expression: Sendable {
  /// As written, without the braces.
  public let source: String
  let root: ExpressionNode

  /// Scalars of a source.
  public static let lengthMax = 1000
  /// Brackets, calls and signs within each other.
  public static let depthMax = 32

  /// - Throws: ``ExpressionDefect`` at the first place that cannot be read.
  /// - Complexity: O(length).
  public init(_ source: String) throws(ExpressionDefect) {
    var parser = try ExpressionParser(source)
    (self.source, root) = (source, try parser.parse())
  }

  /// A condition that is not met.
  public static let never = Expression(source: "false", root: ExpressionNode(range: 0..<5, kind: .literal(.flag(false))))

  init(source: String, root: ExpressionNode) {
    (self.source, self.root) = (source, root)
  }

  /// The value, when nothing is left to compute.
  public var value: ExpressionValue? { root.value }

  /// The expression as it can be written, without what is known already; reading it gives the same expression.
  public var text: String { root.text }

  /// It depends on the logical date.
  public var usesDate: Bool {
    root.all.contains { node in
      switch node.kind {
      case .reference(let path): path.count == 1 && ExpressionName.dated.contains(path[0])
      case .call(let name, let arguments): ExpressionFunction.named(name)?.isDated(given: arguments.count) ?? false
      default: false
      }
    }
  }

  /// The steps whose end it judges, each once, in the order of the text, and where they are first named.
  public var steps: [(step: StepID, range: Range<Int>)] {
    var seen: Set<String> = []
    return root.all.compactMap { node in
      guard case .reference(let path) = node.kind, path.count > 1, path[0] == ExpressionName.steps, seen.insert(path[1]).inserted else {
        return nil
      }
      return (StepID(path[1]), node.range)
    }
  }
}

extension Expression: Hashable {
  /// Two expressions are equal when what is left of them is.
  public static func == (a: Expression, b: Expression) -> Bool { a.text == b.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
