import ArgumentParser
import JobFiles
import JobGraph
import Reporting
import Steps

struct ShowOperations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operations", abstract: "Lists what a step can do, or shows the manual page of one operation.",
    discussion: """
      EXAMPLES
        jobs operations
        jobs operations binance.candles
      """)

  @Argument(help: "An operation, for its manual page.")
  var name: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  func run() throws {
    guard let name else { return try showAll() }
    guard let operation = Operations.all.first(where: { $0.name == name }) else {
      let names = Operations.all.map(\.name)
      let nearest =
        NearestName.find(name, in: names).map { "an operation with a similar name exists: `\($0)`" } ?? "`jobs operations` lists them"
      throw Failure(.usage, "no operation is called `\(name)`; \(nearest)")
    }
    if json { return try Output.json(OperationsDocument(operations: [.init(operation)])) }
    try Output.print(operation.manual)
  }

  private func showAll() throws {
    if json { return try Output.json(OperationsDocument(operations: Operations.all.map(OperationsDocument.Operation.init))) }
    var table = PlainTable([.init("OPERATION"), .init("EACH"), .init("WHAT IT DOES")])
    for operation in Operations.all {
      table.rows.append([operation.name, operation.eachText, operation.summary])
    }
    try Output.print(table.text(width: Output.width))
  }
}

private struct OperationsDocument: Encodable {
  let schema = "jobs.operations/1"
  let operations: [Operation]

  struct Operation: Encodable {
    let name: String
    let summary: String
    let discussion: String
    let each: [String]
    let anyEach: Bool
    let parameters: [Parameter]
    let reads: [String]
    let writes: [String]
    let provider: String?
    let secret: String?
    let idempotent: Bool

    init(_ declaration: OperationDeclaration) {
      (name, summary, discussion) = (declaration.name, declaration.summary, declaration.discussion)
      each = declaration.dimensions
      (reads, writes) = (declaration.reads.map(\.resource), declaration.writes.map(\.resource))
      anyEach = declaration.allowsAnyDimensions
      (provider, secret, idempotent) = (declaration.provider, declaration.secret, declaration.isIdempotent)
      parameters = declaration.parameters.map(Parameter.init)
    }
  }

  struct Parameter: Encodable {
    let name: String
    let type: String
    let required: Bool
    let `default`: String?
    let summary: String

    init(_ declaration: ParameterDeclaration) {
      (name, type, required) = (declaration.name, declaration.type.text, declaration.isRequired)
      (`default`, summary) = (declaration.standard?.text, declaration.summary)
    }
  }
}

extension OperationDeclaration {
  fileprivate var eachText: String { allowsAnyDimensions ? "any" : dimensions.joined(separator: ", ") }

  /// The manual page.
  fileprivate var manual: String {
    var lines = ["\(name)", "    \(summary)", ""]
    if !discussion.isEmpty { lines += [discussion, ""] }
    if !eachText.isEmpty { lines += ["each:  \(eachText)", ""] }
    if !parameters.isEmpty {
      lines.append("with:")
      for parameter in parameters {
        let note = parameter.isRequired ? "required" : parameter.standard.map { "default \($0.text)" } ?? "optional"
        lines.append("  \(parameter.name): \(parameter.type.text)  (\(note))  \(parameter.summary)")
      }
      lines.append("")
    }
    if !reads.isEmpty { lines.append("reads:   \(reads.map(\.description).joined(separator: "\n         "))") }
    if !writes.isEmpty { lines.append("writes:  \(writes.map(\.description).joined(separator: "\n         "))") }
    if let provider { lines.append("asks:    \(provider), within the limits of Jobs/config/providers.yaml") }
    if let secret { lines.append("needs:   the key `\(secret)`") }
    if !isIdempotent { lines.append("repeats: its effect happens again when it runs again") }
    return lines.joined(separator: "\n")
  }
}

extension ParameterType {
  fileprivate var text: String {
    switch self {
    case .text: "text"
    case .oneOf(let words): words.joined(separator: " | ")
    case .integer(let range): "whole number \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "number \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .duration: "duration"
    case .list(let element): "list of \(element.text)"
    case .mapping: "mapping"
    }
  }
}

extension JobValue {
  fileprivate var text: String {
    switch self {
    case .null: "nothing"
    case .bool(let flag): "\(flag)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): text
    case .list(let values): "[\(values.map(\.text).joined(separator: ", "))]"
    case .map: "a mapping"
    }
  }
}
