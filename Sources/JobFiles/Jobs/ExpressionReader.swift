import JobGraph
import Scheduling

/// Reads `${{ ... }}`: checks it, and computes what is known when the job is read.
final class ExpressionReader {
  let findings: Findings
  private let scope: ExpressionScope
  /// The same, with the ends of steps.
  private let conditionScope: ExpressionScope
  let facts: ExpressionFacts
  /// One of the expressions depends on the logical date.
  private(set) var usesDate = false

  /// - Parameter steps: every step of the job.
  init(findings: Findings, scope: ExpressionScope, facts: ExpressionFacts, steps: [String] = []) {
    (self.findings, self.scope, self.facts) = (findings, scope, facts)
    conditionScope = ExpressionScope(
      parameters: scope.parameters, calendars: scope.calendars, steps: steps, allowsParameters: scope.allowsParameters)
  }

  /// The value of an expression that stands for a value; nil, and diagnostics, when it has none.
  func value(of scalar: Tree.Scalar, at spot: Spot) -> JobValue? {
    guard let written = written(scalar, at: spot) else { return nil }
    let (type, defects) = written.expression.checked(in: scope)
    for defect in defects { written.report(defect, findings) }
    guard defects.isEmpty else { return nil }
    if case .opaque(let name) = type {
      findings.add(
        .wrongOperand, at: written.whole, "the expression is \(name)", label: "not a value",
        notes: name == "a mapping" ? ["a whole mapping is given with `$parameters.NAME`"] : [])
      return nil
    }
    return reduced(written)?.value?.jobValue
  }

  /// A condition of `when`, and the places where it names steps.
  func condition(of scalar: Tree.Scalar, at spot: Spot) -> (StepCondition, names: [Located<StepID>])? {
    guard let written = written(scalar, at: spot) else { return nil }
    let (type, defects) = written.expression.checked(in: conditionScope)
    for defect in defects { written.report(defect, findings) }
    guard defects.isEmpty else { return nil }
    guard type == .flag || type == .anything else {
      findings.add(.wrongOperand, at: written.whole, "the condition is \(type.name)", label: "expected true or false")
      return nil
    }
    guard let reduced = reduced(written) else { return nil }
    let condition = StepCondition(
      source: written.expression.source, expression: reduced, observed: written.expression.observations(in: facts))
    return (condition, written.expression.steps.map { Located(value: $0.step, spot: written.spot(of: $0.range)) })
  }

  private func reduced(_ written: Written) -> Expression? {
    if written.expression.usesDate { usesDate = true }
    do {
      return try written.expression.reduced(in: facts)
    } catch {
      written.report(error, findings)
      return nil
    }
  }

  private func written(_ scalar: Tree.Scalar, at spot: Spot) -> Written? {
    guard let content = scalar.expression else {
      let isOpen = !scalar.text.contains("}}")
      findings.add(
        .mixedExpression, at: spot, isOpen ? "`${{` is not closed" : "an expression with something around it",
        label: isOpen ? "`}}` is missing" : "an expression stands alone",
        notes: [
          isOpen
            ? "a text that holds ` #` or `: `, or stands in braces, is written in quotes"
            : "texts are joined inside: `${{ \"report-\" + text(date) }}`"
        ])
      return nil
    }
    let places = ExpressionPlaces(content, at: spot, findings.source)
    do {
      return Written(expression: try Expression(places.source), places: places)
    } catch {
      Written.report(error, places, findings)
      return nil
    }
  }

  /// An expression and where it stands.
  private struct Written {
    let expression: Expression
    let places: ExpressionPlaces

    var whole: Spot { spot(of: 0..<expression.source.unicodeScalars.count) }

    func spot(of range: Range<Int>) -> Spot { places.spot(of: range) }

    func report(_ defect: ExpressionDefect, _ findings: Findings) { Self.report(defect, places, findings) }

    static func report(_ defect: ExpressionDefect, _ places: ExpressionPlaces, _ findings: Findings) {
      findings.add(
        defect.code, at: places.spot(of: defect.range), defect.message, label: defect.label, expected: defect.expected,
        nearest: defect.wrongName.flatMap { findings.nearest($0.kind, to: $0.name, in: $0.known) })
    }
  }
}

extension ExpressionDefect {
  var code: DiagnosticCode {
    switch kind {
    case .unreadable: .badExpression
    case .wrongType: .wrongOperand
    case .unknownName: .undefinedReference
    case .notNeeded: .missingNeed
    case .noValue: .noValue
    case .tooEarly: .tooEarly
    }
  }
}

/// Where the characters of an expression stand in the file.
struct ExpressionPlaces {
  /// Without the white space around it.
  let source: String
  private let scalar: Spot
  /// The column of each scalar, and of the end; empty when the text of the file is another than what it means (folded lines).
  private var columns: [Int] = []

  /// - Parameter content: what stands between the braces.
  init(_ content: Substring, at spot: Spot, _ text: SourceText) {
    scalar = spot
    let trimmed = content.drop { $0.isWhitespace }
    source = String(trimmed[..<(trimmed.lastIndex { !$0.isWhitespace }.map(trimmed.index(after:)) ?? trimmed.startIndex)])
    columns = Self.columns(of: source, in: Array(text.scalars(ofLine: spot.line)), from: spot.column - 1)
  }

  private static func columns(of source: String, in line: [Unicode.Scalar], from first: Int) -> [Int] {
    let opening: [Unicode.Scalar] = ["$", "{", "{"]
    let start = line.indices.dropFirst(first).first { line[$0...].starts(with: opening) }
    guard var index = start.map({ $0 + 3 }) else { return [] }
    var columns: [Int] = []
    while index < line.count, line[index].properties.isWhitespace { index += 1 }
    for scalar in source.unicodeScalars {
      guard index < line.count else { return [] }
      columns.append(index + 1)
      if line[index] == scalar {
        index += 1
      } else if index + 1 < line.count, line[index] == "\\" || line[index] == "'", line[index + 1] == scalar {
        index += 2
      } else {
        return []
      }
    }
    return columns + [index + 1]
  }

  func spot(of range: Range<Int>) -> Spot {
    guard range.upperBound < columns.count else { return scalar }
    let column = columns[range.lowerBound]
    return Spot(line: scalar.line, column: column, length: max(1, columns[range.upperBound] - column))
  }
}
