/// The mistakes of one file as they are found. Beyond a bound errors are counted instead of kept: a foreign file may have one in each
/// of its values.
struct MistakeList {
  private(set) var kept: [Diagnostic] = []
  private var errors = 0

  static let errorsMax = 1000

  /// - Parameter diagnostic: made only when it is kept.
  mutating func add(_ code: DiagnosticCode, _ diagnostic: () -> Diagnostic) {
    if code.severity == .error { errors += 1 }
    guard code.severity == .warning || errors <= Self.errorsMax else { return }
    kept.append(diagnostic())
  }

  mutating func add(contentsOf diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { add(diagnostic.code) { diagnostic } }
  }

  /// In the order of the file, each once, and the number of those that were not kept.
  var all: [Diagnostic] {
    guard errors > Self.errorsMax, let file = kept.first(where: { $0.place != nil })?.file else { return kept.inOrder }
    let end = Diagnostic.Place(file: file, line: 1, column: 1, length: 1, excerpt: "")
    return kept.inOrder + [Diagnostic(.tooManyMistakes, at: end, "\(errors - Self.errorsMax) more errors are not listed")]
  }
}
