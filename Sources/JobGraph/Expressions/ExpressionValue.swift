public import Scheduling

/// What an expression can come to.
public enum ExpressionValue: Sendable, Hashable {
  case flag(Bool)
  case whole(Int)
  case number(Double)
  case text(String)
  case day(CivilDate)
  case list([ExpressionValue])
}

extension ExpressionValue {
  /// - Returns: nil for nothing and for a mapping, with which nothing can be computed.
  public init?(_ value: JobValue) {
    switch value {
    case .null, .map: return nil
    case .bool(let flag): self = .flag(flag)
    case .int(let number): self = .whole(number)
    case .double(let number): self = .number(number)
    case .string(let text): self = .text(text)
    case .list(let values):
      let elements = values.compactMap(ExpressionValue.init)
      guard elements.count == values.count else { return nil }
      self = .list(elements)
    }
  }

  /// As a value of a job file; a day is a text such as `2026-01-15`.
  public var jobValue: JobValue {
    switch self {
    case .flag(let flag): .bool(flag)
    case .whole(let number): .int(number)
    case .number(let number): .double(number)
    case .text(let text): .string(text)
    case .day(let day): .string(day.description)
    case .list(let values): .list(values.map(\.jobValue))
    }
  }

  /// As `text()` gives it: `true`, `12`, `0.5`, the text itself, `2026-01-15`, `[a, b]`.
  public var text: String {
    switch self {
    case .flag(let flag): flag ? "true" : "false"
    case .whole(let number): String(number)
    case .number(let number): ExpressionValue.written(number)
    case .text(let text): text
    case .day(let day): day.description
    case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    }
  }

  /// Always with a decimal point, as numbers with an exponent are written in job files.
  private static func written(_ number: Double) -> String {
    let text = "\(number)"
    guard number.isFinite, !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// As it can be written in an expression, so that reading it gives the value back. A number must be finite.
  var literal: String {
    switch self {
    case .flag, .whole, .number: text
    case .text(let text): ExpressionValue.quoted(text)
    case .day(let day): "date(\"\(day)\")"
    case .list(let values): "[" + values.map(\.literal).joined(separator: ", ") + "]"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "\"": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The number, whole or not.
  var asNumber: Double? {
    switch self {
    case .whole(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// The day, or the day that a text names.
  var asDay: CivilDate? {
    switch self {
    case .day(let day): day
    case .text(let text): CivilDate(text)
    default: nil
    }
  }
}
