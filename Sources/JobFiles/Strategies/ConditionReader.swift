import Analysis
import JobGraph

/// Reads conditions of strategies, and says where in the file a mistake stands.
enum ConditionReader {
  static func read(_ text: Located<String>, _ findings: Findings) -> Condition? {
    do throws(ConditionDefect) {
      return try Condition(text.value)
    } catch {
      let nearest: Diagnostic.Nearest? =
        if case .unknownName(let name) = error.fact { findings.nearest("column", to: name, in: Condition.columnNames) } else { nil }
      findings.add(
        error.code, at: place(of: error.range, in: text, findings.source), "\(error)", label: error.label, expected: error.expected,
        nearest: nearest)
      return nil
    }
  }

  /// The part of the text, where the file has it as it is; else the whole scalar (folded lines, escapes).
  private static func place(of range: Range<Int>, in text: Located<String>, _ source: SourceText) -> Spot {
    let line = Array(source.scalars(ofLine: text.spot.line))
    let wanted = Array(text.value.unicodeScalars)
    let start = (max(0, text.spot.column - 1)..<max(text.spot.column, line.count)).first { line[$0...].starts(with: wanted) }
    guard let start, start <= text.spot.column else { return text.spot }
    let bytes = Array(text.value.utf8)
    func scalars(_ bound: Int) -> Int { String(decoding: bytes[..<min(bound, bytes.count)], as: UTF8.self).unicodeScalars.count }
    let (first, end) = (scalars(range.lowerBound), scalars(range.upperBound))
    return Spot(line: text.spot.line, column: start + first + 1, length: max(1, end - first))
  }
}

extension ConditionDefect {
  fileprivate var code: DiagnosticCode {
    switch fact {
    case .unknownName, .lastBarOnly, .period: .unknownColumn
    default: .badCondition
    }
  }

  fileprivate var label: String {
    switch fact {
    case .unexpected: "not read beyond here"
    case .unknownName: "not a column"
    case .period(_, let least, let most): "expected \(least) to \(most)"
    case .lastBarOnly: "no value on other bars"
    case .kinds: "of two kinds"
    case .wrongType: "of the wrong type"
    case .unknownWord(_, let known): "expected one of \(known.joined(separator: ", "))"
    case .tooLong, .tooDeep: "too much"
    case .constant: "never changes"
    }
  }

  fileprivate var expected: String? {
    switch fact {
    case .unknownName:
      "open, high, low, close, volume, or an indicator: `jobs analyze indicators --help` names them, many with any period (`sma_37`)"
    case .kinds: "prices with prices, percentages with percentages; a ratio of two prices is a plain number"
    default: nil
    }
  }
}
