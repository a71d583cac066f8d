extension JSONValue {
  /// The document that a value encodes: keys in snake_case and sorted, what is nil as `null`, so that every key is there.
  ///
  /// - Throws: what the value throws.
  public init(encoding value: some Encodable) throws {
    let node = DocumentNode()
    try value.encode(to: DocumentEncoder(node: node, codingPath: []))
    self = node.value
  }
}

/// A place in the document that is being made.
private final class DocumentNode {
  private enum Kind { case nothing, single, list, object }

  private var kind = Kind.nothing
  private var single = JSONValue.null
  private var nodes: [DocumentNode] = []
  private var members: [String: DocumentNode] = [:]

  var count: Int { nodes.count }

  func set(_ value: JSONValue) { (kind, single) = (.single, value) }
  func makeList() { kind = .list }
  func makeObject() { kind = .object }

  func append() -> DocumentNode {
    let node = DocumentNode()
    nodes.append(node)
    return node
  }

  func member(_ key: String) -> DocumentNode {
    let node = DocumentNode()
    members[key] = node
    return node
  }

  var value: JSONValue {
    switch kind {
    case .nothing: .object([])
    case .single: single
    case .list: .array(nodes.map(\.value))
    case .object: .object(members.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value.value) })
    }
  }
}

private struct DocumentEncoder: Encoder {
  let node: DocumentNode
  var codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.makeObject()
    return KeyedEncodingContainer(KeyedDocument(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.makeList()
    return ListDocument(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleDocument(node: node, codingPath: codingPath) }

  /// Encodes what has no form of its own here; numbers, texts and flags are written as they are.
  static func encode(_ value: some Encodable, to node: DocumentNode, at path: [any CodingKey]) throws {
    switch value {
    case let value as String: node.set(.string(value))
    case let value as Bool: node.set(.bool(value))
    case let value as Double: node.set(.double(value))
    case let value as Float: node.set(.double(Double(value)))
    case let value as any BinaryInteger: node.set(Int(exactly: value).map(JSONValue.int) ?? .string("\(value)"))
    // A dictionary's keys are data, not names: they stay as they are.
    case let value as [String: any Encodable]:
      node.makeObject()
      for (key, element) in value { try encode(element, to: node.member(key), at: path) }
    default: try value.encode(to: DocumentEncoder(node: node, codingPath: path))
    }
  }

  /// `logicalDate` as `logical_date`.
  static func snakeCase(_ key: String) -> String {
    var result = ""
    var previousIsLower = false
    for character in key {
      if character.isUppercase {
        if previousIsLower { result += "_" }
        result += character.lowercased()
      } else {
        result.append(character)
      }
      previousIsLower = character.isLowercase || character.isNumber
    }
    return result
  }
}

private struct KeyedDocument<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: DocumentNode
  var codingPath: [any CodingKey]

  private func member(_ key: Key) -> DocumentNode { node.member(DocumentEncoder.snakeCase(key.stringValue)) }

  private func optional(_ value: (some Encodable)?, _ key: Key) throws {
    guard let value else { return member(key).set(.null) }
    try DocumentEncoder.encode(value, to: member(key), at: codingPath + [key])
  }

  mutating func encodeNil(forKey key: Key) throws { member(key).set(.null) }
  mutating func encode(_ value: some Encodable, forKey key: Key) throws { try optional(value, key) }

  // What is nil is written, too: these are what an optional property calls.
  mutating func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try optional(value, key) }
  mutating func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try optional(value, key) }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
    DocumentEncoder(node: member(key), codingPath: codingPath + [key]).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    DocumentEncoder(node: member(key), codingPath: codingPath + [key]).unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder { DocumentEncoder(node: node.member("super"), codingPath: codingPath) }
  mutating func superEncoder(forKey key: Key) -> any Encoder { DocumentEncoder(node: member(key), codingPath: codingPath + [key]) }
}

private struct ListDocument: UnkeyedEncodingContainer {
  let node: DocumentNode
  var codingPath: [any CodingKey]
  var count: Int { node.count }

  mutating func encodeNil() throws { node.append().set(.null) }
  mutating func encode(_ value: some Encodable) throws { try DocumentEncoder.encode(value, to: node.append(), at: codingPath) }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    DocumentEncoder(node: node.append(), codingPath: codingPath).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    DocumentEncoder(node: node.append(), codingPath: codingPath).unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder { DocumentEncoder(node: node.append(), codingPath: codingPath) }
}

private struct SingleDocument: SingleValueEncodingContainer {
  let node: DocumentNode
  var codingPath: [any CodingKey]

  mutating func encodeNil() throws { node.set(.null) }

  mutating func encode(_ value: some Encodable) throws {
    try DocumentEncoder.encode(value, to: node, at: codingPath)
  }
}
