/// What is wrong with an expression: a fact with its place.
public struct ExpressionDefect: Error, Sendable, Hashable {
  public var kind: Kind
  /// The scalars of the source that are meant, from 0.
  public var range: Range<Int>
  /// What is wrong, without a full stop.
  public var message: String
  /// What stands beside the caret.
  public var label: String
  /// What is allowed here, as a phrase.
  public var expected: String?
  /// A name that is not known, what kind it is of, and the names that are.
  public var wrongName: WrongName?

  public struct WrongName: Sendable, Hashable {
    public var kind: String
    public var name: String
    public var known: [String]
  }

  public enum Kind: Sendable, Hashable {
    /// It cannot be read: an open bracket, too long, too deep.
    case unreadable
    /// An operand or a result of another type.
    case wrongType
    /// A name or function that does not exist.
    case unknownName
    /// A step that is not among `needs`, directly or through others.
    case notNeeded
    /// It has no value: a division by zero, a number beyond 64 bits, a day beyond the calendar.
    case noValue
    /// The states of steps where they cannot be known.
    case tooEarly
  }

  init(_ kind: Kind, _ range: Range<Int>, _ message: String, label: String = "", expected: String? = nil, wrongName: WrongName? = nil) {
    (self.kind, self.range, self.message, self.label) = (kind, range, message, label)
    (self.expected, self.wrongName) = (expected, wrongName)
  }
}
