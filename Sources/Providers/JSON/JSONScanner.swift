/// Reads JSON value by value, strictly, without building a tree.
///
/// The caller walks the shape that it expects and is told at which byte the body departs from it:
///
///     try scanner.enterArray()
///     while try scanner.nextElement() { let text = try scanner.string() }
///     try scanner.end()
///
/// Every access is bounds-checked. A byte order mark is tolerated; NaN, comments, trailing commas, control characters and
/// invalid UTF-8 in strings are not. No allocation, except where a caller asks for a String.
/// - Source: RFC 8259.
public struct JSONScanner {
  /// What a value is, told by its first byte.
  public enum Kind: Sendable { case object, array, string, number, literal }

  /// A string as it stands in the body, without its quotes.
  public struct Text: Sendable {
    public let range: Range<Int>
    /// It holds a backslash: its bytes are not its characters.
    public let isEscaped: Bool
  }

  public static let depthMaxDefault = 64

  let bytes: UnsafeRawBufferPointer
  /// The next byte to be read.
  public internal(set) var offset: Int
  private var depth = 0
  private let depthMax: Int
  /// The innermost container was entered and its first element not asked for.
  private var isAtFirst = false

  /// - Parameter bytes: must outlive the scanner.
  public init(_ bytes: UnsafeRawBufferPointer, depthMax: Int = JSONScanner.depthMaxDefault) {
    self.bytes = bytes
    self.depthMax = depthMax
    let hasMark = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf
    offset = hasMark ? 3 : 0
  }

  /// What comes next, without reading it.
  public mutating func kind() throws(JSONError) -> Kind {
    skipBlanks()
    switch current {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
    default: throw mismatch("a value")
    }
  }

  public mutating func enterArray() throws(JSONError) { try enter(UInt8(ascii: "["), "`[`") }

  /// Moves to the next element of the array entered last.
  /// - Returns: false at its end, which is then behind us.
  public mutating func nextElement() throws(JSONError) -> Bool {
    try next(closing: UInt8(ascii: "]"), "`,` or `]`")
  }

  public mutating func enterObject() throws(JSONError) { try enter(UInt8(ascii: "{"), "`{`") }

  /// Moves to the next member of the object entered last, behind its colon.
  /// - Returns: its key; nil at the end of the object, which is then behind us.
  public mutating func nextKey() throws(JSONError) -> Text? {
    guard try next(closing: UInt8(ascii: "}"), "`,` or `}`") else { return nil }
    let key = try string()
    try expect(UInt8(ascii: ":"), "`:`")
    return key
  }

  /// The same, refusing a key that `keys` has seen: two readers could take two different values for it.
  public mutating func nextKey(notIn keys: inout JSONKeys) throws(JSONError) -> Text? {
    guard let key = try nextKey() else { return nil }
    guard keys.count < keys.countMax else { throw JSONError(offset: key.range.lowerBound, fact: .tooManyKeys(keysMax: keys.countMax)) }
    guard keys.insert(key, of: self) else { throw JSONError(offset: key.range.lowerBound, fact: .duplicateKey(string(key))) }
    return key
  }

  /// Reads one value of any kind and forgets it. Its grammar is checked all the same.
  public mutating func skipValue() throws(JSONError) {
    switch try kind() {
    case .string: _ = try string()
    case .number: _ = try number()
    case .literal: try skipLiteral()
    case .array:
      try enterArray()
      while try nextElement() { try skipValue() }
    case .object:
      try enterObject()
      while try nextKey() != nil { try skipValue() }
    }
  }

  /// Only white space may follow.
  public mutating func end() throws(JSONError) {
    skipBlanks()
    guard offset >= bytes.count else { throw JSONError(offset: offset, fact: .trailingBytes) }
  }
}

extension JSONScanner {
  /// The byte at `index`; 0, which no JSON holds outside a mistake, behind the end.
  @inline(__always)
  func byte(at index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  @inline(__always)
  var current: UInt8 { byte(at: offset) }

  @inline(__always)
  mutating func skipBlanks() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x0a, 0x0d, 0x09: offset += 1
      default: return
      }
    }
  }

  mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONError) {
    skipBlanks()
    guard current == byte else { throw mismatch(expected) }
    offset += 1
  }

  /// The error of finding something else here.
  func mismatch(_ expected: String) -> JSONError {
    offset < bytes.count
      ? JSONError(offset: offset, fact: .unexpected(bytes[offset], expected: expected))
      : JSONError(offset: bytes.count, fact: .unexpectedEnd)
  }

  private mutating func enter(_ bracket: UInt8, _ expected: String) throws(JSONError) {
    try expect(bracket, expected)
    depth += 1
    guard depth <= depthMax else { throw JSONError(offset: offset - 1, fact: .tooDeep(depthMax: depthMax)) }
    isAtFirst = true
  }

  private mutating func next(closing bracket: UInt8, _ expected: String) throws(JSONError) -> Bool {
    skipBlanks()
    let wasAtFirst = isAtFirst
    isAtFirst = false
    if current == bracket {
      offset += 1
      depth -= 1
      return false
    }
    if wasAtFirst { return true }
    guard current == UInt8(ascii: ",") else { throw mismatch(expected) }
    offset += 1
    return true
  }

  private mutating func skipLiteral() throws(JSONError) {
    for literal: StaticString in ["true", "false", "null"] where starts(with: literal) {
      offset += literal.utf8CodeUnitCount
      return
    }
    throw offset + 4 >= bytes.count ? JSONError(offset: bytes.count, fact: .unexpectedEnd) : mismatch("a value")
  }

  private func starts(with literal: StaticString) -> Bool {
    holds(literal, at: offset..<(offset + literal.utf8CodeUnitCount))
  }

  /// Whether the bytes of `range` are those of `literal`; false when the range leaves the body.
  func holds(_ literal: StaticString, at range: Range<Int>) -> Bool {
    guard range.count == literal.utf8CodeUnitCount, range.upperBound <= bytes.count else { return false }
    let expected = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    return bytes[range].elementsEqual(expected)
  }
}
