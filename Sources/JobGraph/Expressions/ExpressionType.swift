/// The type of an expression, known before anything is computed.
public indirect enum ExpressionType: Sendable, Hashable {
  case flag
  case whole
  /// A number that need not be whole; a whole one may stand where it is expected.
  case number
  case text
  /// A text that is one of a few words: a weekday, the state of a step.
  case word(String, [String])
  case day
  case list(ExpressionType)
  /// Nothing, or a mapping: it can be named, but not computed with.
  case opaque(String)
  /// Of a part that is wrong already, or the element of an empty list: fits everywhere.
  case anything

  public static let weekday = ExpressionType.word("a weekday", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
  public static let stepState = ExpressionType.word("the state of a step", ["succeeded", "failed", "skipped", "cancelled"])

  /// The type of a value of a job file.
  public init(of value: JobValue) {
    switch value {
    case .null: self = .opaque("nothing")
    case .bool: self = .flag
    case .int: self = .whole
    case .double: self = .number
    case .string: self = .text
    case .list(let values):
      var element: ExpressionType? = .anything
      for value in values { element = element.flatMap { ExpressionType.common($0, ExpressionType(of: value)) } }
      self = element.map { .list($0) } ?? .opaque("a list of different kinds")
    case .map: self = .opaque("a mapping")
    }
  }

  /// As a message says it.
  public var name: String {
    switch self {
    case .flag: "true or false"
    case .whole: "a whole number"
    case .number: "a number"
    case .text: "a text"
    case .word(let name, _), .opaque(let name): name
    case .day: "a day"
    case .list(let element): element == .anything ? "a list" : "a list, each element \(element.name)"
    case .anything: "anything"
    }
  }

  var isNumeric: Bool { self == .whole || self == .number || self == .anything }

  var isText: Bool {
    switch self {
    case .text, .word, .anything: true
    default: false
    }
  }

  var isOrdered: Bool { isNumeric || self == .day || self == .text }

  /// Whether a value of this type may stand where `other` is expected.
  func fits(_ other: ExpressionType) -> Bool {
    switch (self, other) {
    case (.anything, _), (_, .anything): true
    case (.whole, .number), (.word, .text): true
    case (.list(let mine), .list(let wanted)): mine.fits(wanted)
    default: self == other
    }
  }

  /// The type that holds both; nil when there is none.
  static func common(_ a: ExpressionType, _ b: ExpressionType) -> ExpressionType? {
    if case .list(let one) = a, case .list(let other) = b { return common(one, other).map { .list($0) } }
    if a == .anything { return b }
    if a.fits(b) { return b }
    if b.fits(a) { return a }
    return a.isText && b.isText ? .text : nil
  }
}
