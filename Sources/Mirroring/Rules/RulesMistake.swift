/// A mistake in a rules document, and where it stands.
public struct RulesMistake: Sendable, Equatable, CustomStringConvertible {
  /// Both count from 1; a column is a character.
  public let line: Int
  public let column: Int
  public let message: String

  /// `Line 3, column 14: unknown variable \`user\``
  public var description: String { "Line \(line), column \(column): \(message)" }
}

/// All mistakes of a rules document, in its order. Never empty.
public struct RulesMistakes: Error, Sendable, Equatable, CustomStringConvertible {
  public let mistakes: [RulesMistake]

  public var description: String { mistakes.map(\.description).joined(separator: "\n") }
}
