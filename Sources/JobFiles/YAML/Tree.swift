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
      guard isPlain, text.first == "$" else { return nil }
      return text.dropFirst()
    }
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
