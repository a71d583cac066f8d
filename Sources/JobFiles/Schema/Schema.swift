import JobGraph

/// The parts that JSON Schemas are put together from. Source: JSON Schema, draft 2020-12.
enum Schema {
  static let draft = "https://json-schema.org/draft/2020-12/schema"

  static func object(_ entries: KeyValuePairs<String, JobValue>) -> JobValue { .map(entries.map { .init($0.key, $0.value) }) }

  static func texts(_ texts: some Sequence<String>) -> JobValue { .list(texts.map { .string($0) }) }

  static func reference(_ name: String) -> JobValue { object(["$ref": .string("#/$defs/\(name)")]) }

  static func any(_ options: JobValue...) -> JobValue { object(["anyOf": .list(options)]) }

  static func words(_ words: some Sequence<String>) -> JobValue { object(["enum": texts(words)]) }

  static func pattern(_ pattern: String, _ example: String) -> JobValue {
    object(["type": "string", "pattern": .string(pattern), "examples": .list([.string(example)])])
  }

  static func list(of element: JobValue) -> JobValue { object(["type": "array", "items": element, "uniqueItems": .bool(true)]) }

  static func whole(_ range: ClosedRange<Int>) -> JobValue {
    range.upperBound == Int.max
      ? object(["type": "integer", "minimum": .int(range.lowerBound)])
      : object(["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)])
  }

  static func number(_ range: ClosedRange<Double>) -> JobValue {
    range.upperBound == Double.greatestFiniteMagnitude
      ? object(["type": "number", "minimum": .double(range.lowerBound)])
      : object(["type": "number", "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound)])
  }

  /// A mapping of these keys and no others.
  static func mapping(_ properties: [(key: String, value: JobValue)], required: [String] = []) -> JobValue {
    var entries: [JobValue.Entry] = [
      .init("type", "object"), .init("additionalProperties", .bool(false)),
      .init("properties", .map(properties.map { .init($0.key, $0.value) })),
    ]
    if !required.isEmpty { entries.append(.init("required", texts(required))) }
    return .map(entries)
  }

  /// A mapping of names of one's own.
  static func named(_ value: JobValue) -> JobValue {
    object(["type": "object", "propertyNames": reference("name"), "additionalProperties": value])
  }

  /// Several rules that hold together.
  static func described(_ text: String, _ schema: JobValue) -> JobValue {
    guard case .map(let entries) = schema else { return schema }
    return .map([.init("description", .string(text))] + entries)
  }

  static let name = pattern("^[A-Za-z][A-Za-z0-9_-]{0,63}$", "nightly")
  static let duration = pattern("^(0|[1-9][0-9]{0,11})[smhdwy]$", "10m")
  /// What stands for a value: `$parameters.history`, or an expression.
  static let indirect = pattern(#"^(\$[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)+|\s*\$\{\{[\s\S]*\}\}\s*)$"#, "$parameters.history")
  static let condition = pattern(#"^\s*\$\{\{[\s\S]*\}\}\s*$"#, "${{ weekday == \"sun\" }}")
  static let zone = object(["type": "string", "examples": texts(["UTC", "America/New_York"])])

  /// A whole schema.
  static func document(_ title: String, _ body: JobValue, definitions: [(key: String, value: JobValue)]) -> JobValue {
    guard case .map(let entries) = body else { return body }
    return .map(
      [.init("$schema", .string(draft)), .init("title", .string(title))] + entries
        + [.init("$defs", .map(definitions.map { .init($0.key, $0.value) }))])
  }
}
