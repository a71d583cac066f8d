import ArgumentParser
import JobFiles
import JobGraph

struct ExplainCode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says what an error code means, what follows from it, and what to do.",
    discussion: """
      EXAMPLES
        jobs explain E104
        jobs explain          lists all codes
      """)

  @Argument(help: "A code, as error messages show it.")
  var code: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  func run() throws {
    guard let code else {
      if json { return try Output.json(Document(codes: DiagnosticCode.all.map(Entry.init))) }
      return try Output.print(DiagnosticCode.all.map { "\($0.rawValue)  \($0.explanation.title)" }.joined(separator: "\n"))
    }
    guard let found = DiagnosticCode(code) else {
      throw Failure(.usage, "there is no code `\(code)`; `jobs explain` lists all of them")
    }
    if json { return try Output.json(Document(codes: [Entry(found)])) }
    try Output.print(found.manual)
  }

  private struct Document: Encodable {
    let schema = "jobs.explain/1"
    let codes: [Entry]
  }

  private struct Entry: Encodable {
    let code: String
    let title: String
    let cause: String
    let consequence: String
    let remedy: String
    let wrong: String
    let right: String

    init(_ code: DiagnosticCode) {
      self.code = code.rawValue
      (title, cause) = (code.explanation.title, code.explanation.cause)
      (wrong, right) = (code.explanation.example.wrong, code.explanation.example.right)
      (consequence, remedy) = (code.explanation.consequence, code.explanation.remedy)
    }
  }
}
