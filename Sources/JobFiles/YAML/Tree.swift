import JobGraph

/// A YAML document after the strict reading: scalars typed, keys texts and unique, every node with its place.
struct Tree: Sendable {
  var spot: Spot
  var content: Content

  enum Content: Sendable {
    case scalar(Scalar)
    case list([Tree])
    /// In the order of the file.
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var keySpot: Spot
    var value: Tree
  }

  struct Scalar: Sendable {
    /// As written, without quotes.
    var text: String
    /// Written without quotes: only then a scalar can be a number, a flag, nothing, or a reference.
    var isPlain: Bool

    /// The value by the core schema; a quoted scalar is a text.
    var value: JobValue { isPlain ? CoreSchema.value(of: text) : .string(text) }

    /// `$watchlist.crypto`: what follows the dollar sign.
    var reference: Substring? {
      guard isPlain, text.first == "$", !hasExpression else { return nil }
      return text.dropFirst()
    }

    /// `${{` stands in it, in quotes or not.
    var hasExpression: Bool { text.contains("${{") }

    /// What stands between `${{` and `}}`, when the scalar is that and nothing else.
    var expression: Substring? {
      let trimmed = text.drop { $0.isWhitespace }
      let end = trimmed.lastIndex { !$0.isWhitespace }
      guard let end, trimmed.hasPrefix("${{"), trimmed[...end].hasSuffix("}}"), trimmed[...end].count >= 5 else { return nil }
      return trimmed[...end].dropFirst(3).dropLast(2)
    }

    /// The value stands elsewhere, or is computed.
    var isIndirect: Bool { reference != nil || hasExpression }
  }
}

/// A document and the text it was read from.
struct Document: Sendable {
  let source: SourceText
  let root: Tree
}

extension Tree {
  /// The value without places; references stay texts.
  var value: JobValue {
    switch content {
    case .scalar(let scalar): scalar.value
    case .list(let elements): .list(elements.map(\.value))
    case .mapping(let entries): .map(entries.map { JobValue.Entry($0.key, $0.value.value) })
    }
  }

  /// What people call this kind of node in an error message: `the text `no``, `a list`.
  var kindName: String {
    guard case .scalar(let scalar) = content else { return value.kindName }
    return switch scalar.value {
    case .null: "nothing"
    case .bool: "`\(scalar.text)`, which is true or false"
    case .int, .double: "the number \(scalar.text)"
    default: "the text `\(scalar.text.count > 40 ? scalar.text.prefix(39) + "…" : scalar.text)`"
    }
  }

  var isNull: Bool {
    if case .scalar(let scalar) = content { scalar.value == .null } else { false }
  }
}
