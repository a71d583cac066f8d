/// An object of a scenario, whose fields are asked for by name. It remembers which were, so that the others can be told.
struct ScenarioFields {
  private let path: String
  private let members: [String: JSONDocument]
  private var asked: Set<String> = []

  /// - Parameter path: what stands before the keys in messages: empty, or `grid.`.
  init(_ document: JSONDocument, path: String = "") throws(ScenarioDefect) {
    guard case .object(let members) = document else {
      throw .wrongKind(key: path.isEmpty ? "scenario" : String(path.dropLast()), value: Self.shown(document), wanted: "an object")
    }
    (self.path, self.members) = (path, Dictionary(members.map { ($0.key, $0.value) }) { _, last in last })
  }

  /// Keys that nothing asked for, sorted.
  var ignored: [String] { members.keys.filter { !asked.contains($0) }.sorted().map { path + $0 } }

  /// - Returns: nil when it is absent or null.
  mutating func document(_ key: String) -> JSONDocument? {
    asked.insert(key)
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  mutating func object(_ key: String) throws(ScenarioDefect) -> ScenarioFields? {
    guard let value = document(key) else { return nil }
    return try ScenarioFields(value, path: path + key + ".")
  }

  mutating func number(_ key: String) throws(ScenarioDefect) -> Double? {
    guard let value = document(key) else { return nil }
    guard case .number(let number) = value else { throw wrong(key, value, "a number") }
    return number
  }

  mutating func integer(_ key: String) throws(ScenarioDefect) -> Int? {
    guard let value = document(key) else { return nil }
    return try whole(value, key)
  }

  mutating func integers(_ key: String) throws(ScenarioDefect) -> [Int] {
    guard let value = document(key) else { throw .missing(key: path + key) }
    guard case .array(let items) = value else { throw wrong(key, value, "a list of whole numbers") }
    var result: [Int] = []
    for item in items { result.append(try whole(item, key)) }
    return result
  }

  mutating func flag(_ key: String) throws(ScenarioDefect) -> Bool {
    guard let value = document(key) else { return false }
    guard case .bool(let flag) = value else { throw wrong(key, value, "true or false") }
    return flag
  }

  mutating func text(_ key: String) throws(ScenarioDefect) -> String? {
    guard let value = document(key) else { return nil }
    guard case .string(let text) = value else { throw wrong(key, value, "a text") }
    return text
  }

  func required<Value>(_ key: String, _ value: Value?) throws(ScenarioDefect) -> Value {
    guard let value else { throw .missing(key: path + key) }
    return value
  }

  private func whole(_ value: JSONDocument, _ key: String) throws(ScenarioDefect) -> Int {
    guard case .number(let number) = value, let whole = Int(exactly: number), abs(whole) <= 1 << 53 else {
      throw wrong(key, value, "a whole number")
    }
    return whole
  }

  private func wrong(_ key: String, _ value: JSONDocument, _ wanted: String) -> ScenarioDefect {
    .wrongKind(key: path + key, value: Self.shown(value), wanted: wanted)
  }

  private static func shown(_ value: JSONDocument) -> String {
    switch value {
    case .object: "an object"
    case .array: "a list"
    case .string(let text): "`\(text.prefix(40))`"
    default: String(value.text.dropLast())
    }
  }
}
