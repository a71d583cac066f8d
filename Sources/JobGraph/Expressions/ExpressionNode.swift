/// A part of an expression and where it stands.
struct ExpressionNode: Sendable, Hashable {
  /// Scalars of the source, from 0.
  let range: Range<Int>
  let kind: Kind

  indirect enum Kind: Sendable, Hashable {
    case literal(ExpressionValue)
    /// `date`, `parameters.history`, `steps.crypto.failed`.
    case reference([String])
    case list([ExpressionNode])
    case not(ExpressionNode)
    case negative(ExpressionNode)
    case binary(ExpressionOperator, ExpressionNode, ExpressionNode)
    case call(String, [ExpressionNode])
  }

  /// The value, when it is known already.
  var value: ExpressionValue? {
    if case .literal(let value) = kind { value } else { nil }
  }

  var children: [ExpressionNode] {
    switch kind {
    case .literal, .reference: []
    case .list(let nodes), .call(_, let nodes): nodes
    case .not(let node), .negative(let node): [node]
    case .binary(_, let left, let right): [left, right]
    }
  }

  /// This part and all below it, from left to right.
  var all: [ExpressionNode] { [self] + children.flatMap(\.all) }
}

enum ExpressionOperator: String, Sendable, Hashable, CaseIterable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case atMost = "<="
  case more = ">"
  case atLeast = ">="
  case element = "in"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divided = "/"
  case remainder = "%"

  /// Higher binds tighter.
  var strength: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .atMost, .more, .atLeast, .element: 4
    case .plus, .minus: 5
    case .times, .divided, .remainder: 6
    }
  }

  var isComparison: Bool { strength == 4 }

  /// `not` binds looser than a comparison and tighter than `and`.
  static let strengthOfNot = 3
}

extension ExpressionNode {
  /// The part as it can be written, with the brackets that it needs.
  var text: String { text(above: 0) }

  private func text(above strength: Int) -> String {
    switch kind {
    case .literal(let value): return value.literal
    case .reference(let path): return path.joined(separator: ".")
    case .list(let nodes): return "[" + nodes.map(\.text).joined(separator: ", ") + "]"
    case .call(let name, let nodes): return "\(name)(" + nodes.map(\.text).joined(separator: ", ") + ")"
    case .not(let node):
      return bracketed("not " + node.text(above: ExpressionOperator.strengthOfNot), ExpressionOperator.strengthOfNot < strength)
    case .negative(let node): return "-(" + node.text + ")"
    case .binary(let sign, let left, let right):
      // One comparison cannot be an operand of another without brackets; of equal strength the left one comes first.
      let leftText = left.text(above: sign.isComparison ? sign.strength + 1 : sign.strength)
      return bracketed("\(leftText) \(sign.rawValue) \(right.text(above: sign.strength + 1))", sign.strength < strength)
    }
  }

  private func bracketed(_ text: String, _ needsBrackets: Bool) -> String { needsBrackets ? "(\(text))" : text }
}
