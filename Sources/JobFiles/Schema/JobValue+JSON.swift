public import JobGraph

extension JobValue {
  /// The value as JSON in lines of two spaces of indentation, keys in their order; short lists and mappings on one line.
  public func json(indentation: Int = 0) -> String {
    switch self {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .double(let number): return number.rounded() == number && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
    case .string(let text): return JobValue.quoted(text)
    case .list(let values):
      return wrapped(values.map { ("", $0) }, "[", "]", indentation)
    case .map(let entries):
      return wrapped(entries.map { (JobValue.quoted($0.key) + ": ", $0.value) }, "{", "}", indentation)
    }
  }

  private static let lineMax = 100

  private func wrapped(_ parts: [(head: String, value: JobValue)], _ open: String, _ close: String, _ indentation: Int) -> String {
    let inner = parts.map { $0.head + $0.value.json(indentation: indentation + 2) }
    let line = inner.joined(separator: ", ")
    let isFlat = line.utf8.count <= JobValue.lineMax && !line.contains("\n")
    if isFlat { return parts.isEmpty ? open + close : open == "[" ? "[\(line)]" : "{ \(line) }" }
    let margin = String(repeating: " ", count: indentation)
    return open + "\n" + inner.map { margin + "  " + $0 }.joined(separator: ",\n") + "\n" + margin + close
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20: result += "\\u" + String(String(scalar.value + 0x10000, radix: 16).dropFirst())
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
