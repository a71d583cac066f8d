/// One mistake in a file under `Jobs/`: a fact with its place. The sentences are made by `rendered` and `line`.
public struct Diagnostic: Sendable, Hashable, Error {
  public var code: DiagnosticCode
  /// Where it is; nil when it belongs to no file (a `--set` of the command line).
  public var place: Place?
  /// What is wrong, without a full stop: `unknown key `retires``.
  public var message: String
  /// What stands beside the caret: `not a key of a step`.
  public var label: String
  /// What is allowed here, as a phrase: `keys allowed here: needs, uses`.
  public var expected: String?
  /// The valid name that looks most like the wrong one.
  public var nearest: Nearest?
  /// Further sentences, the remedy first.
  public var notes: [String]
  /// Other places that belong to the same mistake: the other steps of a cycle, the first of two equal keys.
  public var others: [Place]

  public init(
    _ code: DiagnosticCode, at place: Place?, _ message: String, label: String = "", expected: String? = nil, nearest: Nearest? = nil,
    notes: [String] = [], others: [Place] = []
  ) {
    (self.code, self.place, self.message, self.label) = (code, place, message, label)
    (self.expected, self.nearest, self.notes, self.others) = (expected, nearest, notes, others)
  }

  public var severity: Severity { code.severity }
  public var file: String? { place?.file }

  /// An error stops the job from running; a warning does not.
  public enum Severity: String, Sendable, Encodable {
    case error, warning
  }

  /// A stretch of one line of a file.
  public struct Place: Sendable, Hashable {
    /// As the reader of the file was given it: `Jobs/nightly.yaml`.
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, in characters as people count them; a tab is one.
    public var column: Int
    /// In characters, at least 1.
    public var length: Int
    /// The line, or what of a long one lies around the place; cut ends are marked with `…`.
    public var excerpt: String
    /// Characters of the excerpt that lie before the place.
    public var caret: Int

    /// The characters of the place itself, as far as the excerpt shows them.
    public var marked: String { String(excerpt.dropFirst(caret).prefix(length)) }

    /// - Parameter caret: nil when the excerpt is the whole line.
    public init(file: String, line: Int, column: Int, length: Int, excerpt: String, caret: Int? = nil) {
      (self.file, self.line, self.column, self.length) = (file, line, column, length)
      (self.excerpt, self.caret) = (excerpt, caret ?? column - 1)
    }
  }

  /// A valid name of some kind: `step`, `analyze`.
  public struct Nearest: Sendable, Hashable {
    public var kind: String
    public var name: String

    public init(kind: String, name: String) {
      (self.kind, self.name) = (kind, name)
    }

    var sentence: String { "\(kind.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(kind) with a similar name exists: `\(name)`" }
  }
}

extension Diagnostic {
  /// By file, line and column; a mistake without a place comes first.
  static func isOrdered(_ a: Diagnostic, _ b: Diagnostic) -> Bool {
    guard let left = a.place else { return b.place != nil }
    guard let right = b.place else { return false }
    return (left.file, left.line, left.column, a.code.rawValue) < (right.file, right.line, right.column, b.code.rawValue)
  }
}

extension Sequence where Element == Diagnostic {
  /// In the order of the files, each once: an anchor is met again wherever it is used.
  var inOrder: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return filter { seen.insert($0).inserted }.sorted(by: Diagnostic.isOrdered)
  }

  /// At least one of them is an error.
  public var hasErrors: Bool { contains { $0.severity == .error } }
}
