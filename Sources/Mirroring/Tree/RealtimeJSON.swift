/// JSON as the realtime database reads and writes it.
///
/// Reading is strict (RFC 8259 and nothing more, whole UTF-8, no lone surrogate, no number beyond a double) and bounded in depth and size.
public enum RealtimeJSON {
  /// A place in a text.
  public struct Position: Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// From 1, in bytes.
    public let column: Int

    public init(line: Int, column: Int) {
      (self.line, self.column) = (line, column)
    }

    /// `1:2`
    public var description: String { "\(line):\(column)" }
  }

  /// What a reader takes.
  public struct Options: Sendable {
    /// Which keys an object may have.
    public enum Keys: Sendable {
      /// Those of the tree, and `.value`, `.priority` and `.sv`.
      case data
      /// Any text, as in a file of rules.
      case any
    }

    public var keys: Keys
    /// Whether `// …` and `/* … */` may stand where a blank may.
    public var takesComments: Bool
    /// Refused when a key stands twice in one object; else the last one counts.
    public var refusesDuplicates: Bool
    public var depthMax: Int
    public var bytesMax: Int
    /// So many values of any kind, also within others: each costs much more memory than the two bytes that it may be written with.
    public var valuesMax: Int

    public init(
      keys: Keys = .data, takesComments: Bool = false, refusesDuplicates: Bool = false, depthMax: Int = RealtimeKey.depthMax,
      bytesMax: Int = 256 << 20, valuesMax: Int = .max
    ) {
      (self.keys, self.takesComments, self.refusesDuplicates) = (keys, takesComments, refusesDuplicates)
      (self.depthMax, self.bytesMax, self.valuesMax) = (depthMax, bytesMax, valuesMax)
    }

    /// What a client writes into the tree.
    public static let data = Options()
    /// A file of security rules: comments, any key, no key twice.
    public static let rules = Options(keys: .any, takesComments: true, refusesDuplicates: true, depthMax: 64, bytesMax: 4 << 20)
  }

  /// The value that bytes say. Arrays are objects, nothing in it is empty; `.sv`, `.value` and `.priority` stand as they were sent.
  /// - Complexity: O(bytes).
  public static func value(of bytes: [UInt8], _ options: Options = .data) throws(RealtimeJSONError) -> RealtimeValue {
    try read(bytes, options) { (scanner) throws(RealtimeJSONError) in try scanner.value(depth: 0) }
  }

  /// The members of the object that bytes say, in their order, null ones too: what a PATCH is.
  ///
  /// The keys are not judged: those of a PATCH are paths.
  public static func members(of bytes: [UInt8], _ options: Options = .data) throws(RealtimeJSONError) -> [Member] {
    try read(bytes, options) { (scanner) throws(RealtimeJSONError) in
      guard scanner.peek == UInt8(ascii: "{") else {
        _ = try scanner.value(depth: 0)
        throw RealtimeJSONError(.notAnObject, at: Position(line: 1, column: 1))
      }
      var members: [Member] = []
      try scanner.object(keys: .any, depth: 0) { (scanner, key, position, depth) throws(RealtimeJSONError) in
        members.append(Member(key: key, position: position, value: try scanner.value(depth: depth)))
      }
      return members
    }
  }

  /// The text as it stands: arrays, nulls, the order of members, and the place of everything.
  public static func document(of bytes: [UInt8], _ options: Options = .rules) throws(RealtimeJSONError) -> RealtimeJSONNode {
    try read(bytes, options) { (scanner) throws(RealtimeJSONError) in try scanner.node(depth: 0) }
  }

  /// One member of an object.
  public struct Member: Sendable, Hashable {
    public let key: String
    /// Of the key.
    public let position: Position
    public let value: RealtimeValue
  }

  private static func read<Result>(
    _ bytes: [UInt8], _ options: Options, _ body: (inout JSONScanner) throws(RealtimeJSONError) -> Result
  ) throws(RealtimeJSONError) -> Result {
    guard bytes.count <= options.bytesMax else {
      throw RealtimeJSONError(.size(options.bytesMax), at: Position(line: 1, column: 1))
    }
    var scanner = JSONScanner(bytes: bytes, options: options)
    try scanner.skipBlank()
    let result = try body(&scanner)
    try scanner.skipBlank()
    guard scanner.isAtEnd else { throw scanner.expected("the end of the text") }
    return result
  }
}

/// JSON as it stands in a text, with the place of each part.
public struct RealtimeJSONNode: Sendable, Hashable {
  /// Of its first byte.
  public let position: RealtimeJSON.Position
  public let content: Content

  public indirect enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([RealtimeJSONNode])
    case object([Member])
  }

  public struct Member: Sendable, Hashable {
    public let key: String
    /// Of the key's first byte, its quote.
    public let position: RealtimeJSON.Position
    public let value: RealtimeJSONNode
  }

  /// What it is as a value of the tree.
  public var value: RealtimeValue {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let items):
      .node(Dictionary(uniqueKeysWithValues: items.enumerated().map { (String($0.offset), $0.element.value) }))
    case .object(let members): .node(Dictionary(members.map { ($0.key, $0.value.value) }) { $1 })
    }
  }
}
