/// A strict reader of one JSON text, over bytes that are not copied: every step looks first whether there is another byte.
///
/// Values are told by where they lie; nothing is made of those that nobody asks for.
struct MessageScanner {
  /// Objects and lists in one another.
  static let depthMax = 16

  /// A value and where it lies: a text without its quotes, all others whole.
  struct Value {
    enum Kind { case text, number, object, list, yes, no, null }

    var kind: Kind
    var start: Int
    var end: Int
    /// A text that is not what its bytes say.
    var hasEscapes = false

    var count: Int { end - start }
  }

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    (self.bytes, position, end) = (bytes, 0, bytes.count)
  }

  /// Reads an object that was told before.
  init(_ bytes: UnsafeRawBufferPointer, inside value: Value) {
    (self.bytes, position, end) = (bytes, value.start, value.end)
  }

  /// Calls `body` for each member of the one object that the bytes are, with its name as it is written.
  mutating func members(_ body: (_ name: Value, _ value: Value) throws(MessageDefect) -> Void) throws(MessageDefect) {
    skipSpace()
    try object(depth: 1, body)
    skipSpace()
    guard position == end else { throw .malformed(offset: position) }
  }

  /// Whether a text is this one; an escaped one is taken for another.
  func isText(_ value: Value, _ other: StaticString) -> Bool {
    guard value.kind == .text, !value.hasEscapes, value.count == other.utf8CodeUnitCount else { return false }
    let start = other.utf8Start
    for index in 0..<value.count where bytes[value.start + index] != start[index] { return false }
    return true
  }

  /// The text of a value.
  func text(_ value: Value, _ name: String, bytesMax: Int) throws(MessageDefect) -> String {
    guard value.kind == .text else { throw .wrongType(name) }
    guard value.count <= bytesMax else { throw .tooLong(name) }
    let slice = UnsafeRawBufferPointer(rebasing: bytes[value.start..<value.end])
    guard value.hasEscapes else {
      guard let text = String(validating: slice, as: UTF8.self) else { throw .notUTF8 }
      return text
    }
    return try Self.unescaped(slice, offset: value.start)
  }

  /// The bytes of a value as they are written.
  func raw(_ value: Value) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[value.start..<value.end]) }

  // MARK: values

  private mutating func object(
    depth: Int, _ body: (_ name: Value, _ value: Value) throws(MessageDefect) -> Void
  ) throws(MessageDefect) {
    guard depth <= Self.depthMax else { throw .tooDeep }
    try expect(0x7B)
    skipSpace()
    if take(0x7D) { return }
    while true {
      skipSpace()
      let name = try string()
      skipSpace()
      try expect(0x3A)
      skipSpace()
      try body(name, try value(depth: depth))
      skipSpace()
      if take(0x7D) { return }
      try expect(0x2C)
    }
  }

  private mutating func value(depth: Int) throws(MessageDefect) -> Value {
    guard position < end else { throw .malformed(offset: position) }
    let start = position
    switch bytes[position] {
    case 0x22: return try string()
    case 0x7B:
      try object(depth: depth + 1) { _, _ throws(MessageDefect) in }
      return Value(kind: .object, start: start, end: position)
    case 0x5B:
      try list(depth: depth + 1)
      return Value(kind: .list, start: start, end: position)
    case 0x74:
      try word("true")
      return Value(kind: .yes, start: start, end: position)
    case 0x66:
      try word("false")
      return Value(kind: .no, start: start, end: position)
    case 0x6E:
      try word("null")
      return Value(kind: .null, start: start, end: position)
    default:
      try number()
      return Value(kind: .number, start: start, end: position)
    }
  }

  private mutating func list(depth: Int) throws(MessageDefect) {
    guard depth <= Self.depthMax else { throw .tooDeep }
    try expect(0x5B)
    skipSpace()
    if take(0x5D) { return }
    while true {
      skipSpace()
      _ = try value(depth: depth)
      skipSpace()
      if take(0x5D) { return }
      try expect(0x2C)
    }
  }

  private mutating func string() throws(MessageDefect) -> Value {
    try expect(0x22)
    let start = position
    var hasEscapes = false
    while position < end {
      switch bytes[position] {
      case 0x22:
        position += 1
        return Value(kind: .text, start: start, end: position - 1, hasEscapes: hasEscapes)
      case 0x5C:
        hasEscapes = true
        position += 2
      case 0..<0x20: throw .malformed(offset: position)
      default: position += 1
      }
    }
    throw .malformed(offset: min(position, end))
  }

  private mutating func number() throws(MessageDefect) {
    _ = take(0x2D)
    if take(0x30) {
      // No digit may follow a leading zero; whatever does is refused as what must come next.
    } else {
      try digits()
    }
    if take(0x2E) { try digits() }
    if take(0x65) || take(0x45) {
      if !take(0x2B) { _ = take(0x2D) }
      try digits()
    }
  }

  private mutating func digits() throws(MessageDefect) {
    let start = position
    while position < end, bytes[position] &- 0x30 < 10 { position += 1 }
    guard position > start else { throw .malformed(offset: position) }
  }

  private mutating func word(_ word: StaticString) throws(MessageDefect) {
    let count = word.utf8CodeUnitCount
    guard end - position >= count else { throw .malformed(offset: position) }
    for index in 0..<count where bytes[position + index] != word.utf8Start[index] { throw .malformed(offset: position + index) }
    position += count
  }

  private mutating func skipSpace() {
    while position < end {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(MessageDefect) {
    guard take(byte) else { throw .malformed(offset: position) }
  }

  // MARK: escapes

  private static func unescaped(_ bytes: UnsafeRawBufferPointer, offset: Int) throws(MessageDefect) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0x5C else {
        result.append(bytes[index])
        index += 1
        continue
      }
      guard index + 1 < bytes.count else { throw .malformed(offset: offset + index) }
      switch bytes[index + 1] {
      case 0x22, 0x5C, 0x2F: result.append(bytes[index + 1])
      case 0x62: result.append(0x08)
      case 0x66: result.append(0x0C)
      case 0x6E: result.append(0x0A)
      case 0x72: result.append(0x0D)
      case 0x74: result.append(0x09)
      case 0x75:
        guard var code = hex(bytes, index + 2) else { throw .malformed(offset: offset + index) }
        index += 4
        if code & 0xFC00 == 0xD800, index + 3 < bytes.count, bytes[index + 2] == 0x5C, bytes[index + 3] == 0x75,
          let low = hex(bytes, index + 4), low & 0xFC00 == 0xDC00
        {
          code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
          index += 6
        }
        guard let scalar = Unicode.Scalar(code) else { throw .malformed(offset: offset + index) }
        result.append(contentsOf: UTF8.encode(scalar)!)
      default: throw .malformed(offset: offset + index)
      }
      index += 2
    }
    guard let text = String(validating: result, as: UTF8.self) else { throw .notUTF8 }
    return text
  }

  private static func hex(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt32? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for index in start..<start + 4 {
      guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
