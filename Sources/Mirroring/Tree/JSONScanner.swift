/// Reads JSON byte by byte.
struct JSONScanner {
  let bytes: [UInt8]
  let options: RealtimeJSON.Options
  private var offset = 0
  private var count = 0
  /// Lines end between tokens only, and in comments.
  private var line = 1
  private var lineStart = 0

  init(bytes: [UInt8], options: RealtimeJSON.Options) {
    (self.bytes, self.options) = (bytes, options)
  }

  var isAtEnd: Bool { offset == bytes.count }

  /// The next byte; nil at the end.
  var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func expected(_ what: String) -> RealtimeJSONError { RealtimeJSONError(.expected(what), at: position(of: offset)) }

  /// The place of a byte of the line that is being read.
  private func position(of offset: Int) -> RealtimeJSON.Position { RealtimeJSON.Position(line: line, column: offset - lineStart + 1) }

  // MARK: - Values

  mutating func value(depth: Int) throws(RealtimeJSONError) -> RealtimeValue {
    count += 1
    if count > options.valuesMax { throw RealtimeJSONError(.count(options.valuesMax), at: position(of: offset)) }
    switch peek {
    case UInt8(ascii: "{"):
      var children: [String: RealtimeValue] = [:]
      let isData = options.keys == .data
      // Two ways to write one text are one key here, and would be two to Google's database: neither may be lost without a word.
      var written: [String: [UInt8]] = [:]
      try object(keys: options.keys, depth: depth) { (scanner, key, place, depth) throws(RealtimeJSONError) in
        let child = try scanner.value(depth: depth)
        let name = isData ? RealtimeKey.canonical(key) : key
        if !key.utf8.allSatisfy({ $0 < 0x80 }) {
          let bytes = Array(key.utf8)
          // `K` for kelvin is the letter K, which needs no mention until it meets it.
          let before = written[key] ?? (children[name] == nil ? bytes : Array(name.utf8))
          guard before == bytes else { throw RealtimeJSONError(.duplicateKey(key), at: place) }
          written[key] = bytes
        } else if let other = written[key], other != Array(key.utf8) {
          throw RealtimeJSONError(.duplicateKey(key), at: place)
        }
        children[name] = child.isNull ? nil : child
      }
      return children.isEmpty ? .null : .object(children)
    case UInt8(ascii: "["):
      var children: [String: RealtimeValue] = [:]
      var index = 0
      try array(depth: depth) { (scanner, depth) throws(RealtimeJSONError) in
        let child = try scanner.value(depth: depth)
        if !child.isNull { children[String(index)] = child }
        index += 1
      }
      return children.isEmpty ? .null : .object(children)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      return try word().map { .bool($0) } ?? .null
    default: return .number(try number())
    }
  }

  mutating func node(depth: Int) throws(RealtimeJSONError) -> RealtimeJSONNode {
    let position = position(of: offset)
    switch peek {
    case UInt8(ascii: "{"):
      var members: [RealtimeJSONNode.Member] = []
      try object(keys: options.keys, depth: depth) { (scanner, key, place, depth) throws(RealtimeJSONError) in
        members.append(RealtimeJSONNode.Member(key: key, position: place, value: try scanner.node(depth: depth)))
      }
      return RealtimeJSONNode(position: position, content: .object(members))
    case UInt8(ascii: "["):
      var items: [RealtimeJSONNode] = []
      try array(depth: depth) { (scanner, depth) throws(RealtimeJSONError) in items.append(try scanner.node(depth: depth)) }
      return RealtimeJSONNode(position: position, content: .array(items))
    case UInt8(ascii: "\""): return RealtimeJSONNode(position: position, content: .string(try string()))
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      return RealtimeJSONNode(position: position, content: try word().map { .bool($0) } ?? .null)
    default: return RealtimeJSONNode(position: position, content: .number(try number()))
    }
  }

  /// Reads an object; `body` reads the value of each member, at the depth that it is given.
  mutating func object(
    keys: RealtimeJSON.Options.Keys, depth: Int,
    _ body: (inout JSONScanner, String, RealtimeJSON.Position, Int) throws(RealtimeJSONError) -> Void
  ) throws(RealtimeJSONError) {
    try enter(depth)
    try skipBlank()
    if take(UInt8(ascii: "}")) { return }
    var seen = Set<String>()
    repeat {
      try skipBlank()
      let place = position(of: offset)
      guard peek == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
      let key = try string()
      if keys == .data { try judge(RealtimeKey.canonical(key), at: place) }
      if options.refusesDuplicates, !seen.insert(key).inserted { throw RealtimeJSONError(.duplicateKey(key), at: place) }
      try skipBlank()
      guard take(UInt8(ascii: ":")) else { throw expected("`:`") }
      try skipBlank()
      try body(&self, key, place, depth + 1)
      try skipBlank()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw expected("`,` or `}`") }
  }

  private mutating func array(
    depth: Int, _ body: (inout JSONScanner, Int) throws(RealtimeJSONError) -> Void
  ) throws(RealtimeJSONError) {
    try enter(depth)
    try skipBlank()
    if take(UInt8(ascii: "]")) { return }
    repeat {
      try skipBlank()
      try body(&self, depth + 1)
      try skipBlank()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw expected("`,` or `]`") }
  }

  private mutating func enter(_ depth: Int) throws(RealtimeJSONError) {
    guard depth < options.depthMax else { throw RealtimeJSONError(.depth(options.depthMax), at: position(of: offset)) }
    offset += 1
  }

  private func judge(_ key: String, at place: RealtimeJSON.Position) throws(RealtimeJSONError) {
    switch RealtimeKey.defect(of: key) {
    case nil: return
    case .forbiddenCharacter where key == ".value" || key == ".priority" || key == ".sv": return
    case .empty, .forbiddenCharacter: throw RealtimeJSONError(.key(key), at: place)
    case .tooLong: throw RealtimeJSONError(.keyTooLong, at: place)
    }
  }

  // MARK: - Leaves

  /// `true`, `false`, and nil for `null`.
  private mutating func word() throws(RealtimeJSONError) -> Bool? {
    for (text, value) in [("true", true), ("false", false), ("null", nil)] as [(StaticString, Bool?)] {
      let count = text.utf8CodeUnitCount
      guard offset + count <= bytes.count, (0..<count).allSatisfy({ text.utf8Start[$0] == bytes[offset + $0] }) else { continue }
      offset += count
      return value
    }
    throw expected("a value")
  }

  private mutating func number() throws(RealtimeJSONError) -> Double {
    let start = offset
    _ = take(UInt8(ascii: "-"))
    guard digits() > 0 else {
      offset = start
      throw expected("a value")
    }
    let first = bytes[start] == UInt8(ascii: "-") ? start + 1 : start
    if bytes[first] == UInt8(ascii: "0"), offset - first > 1 {
      throw RealtimeJSONError(.expected("no leading zero"), at: position(of: first))
    }
    let isInteger = peek != UInt8(ascii: ".") && peek != UInt8(ascii: "e") && peek != UInt8(ascii: "E")
    if isInteger, offset - first <= 15 {
      var value = 0
      for byte in bytes[first..<offset] { value = value * 10 + Int(byte - UInt8(ascii: "0")) }
      return Double(first == start ? value : -value)
    }
    if take(UInt8(ascii: ".")), digits() == 0 { throw expected("a digit") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      if digits() == 0 { throw expected("a digit") }
    }
    guard let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)), value.isFinite else {
      throw RealtimeJSONError(.expected("a number within a double's range"), at: position(of: start))
    }
    return value
  }

  /// Skips digits and tells how many.
  private mutating func digits() -> Int {
    let start = offset
    while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { offset += 1 }
    return offset - start
  }

  private mutating func string() throws(RealtimeJSONError) -> String {
    let start = offset
    offset += 1
    var end = offset
    while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\"), bytes[end] >= 32 { end += 1 }
    // Most strings have no escape: they are taken whole.
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      defer { offset = end + 1 }
      return try text(bytes[offset..<end], from: start)
    }
    var result: [UInt8] = []
    while true {
      guard let byte = peek else { throw expected("the closing quote") }
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return try text(result[...], from: start)
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &result)
      case 0..<32: throw expected("no control character in a string")
      default:
        result.append(byte)
        offset += 1
      }
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>, from start: Int) throws(RealtimeJSONError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RealtimeJSONError(.expected("UTF-8"), at: position(of: start))
    }
    return text
  }

  private mutating func escape(into result: inout [UInt8]) throws(RealtimeJSONError) {
    guard let byte = peek else { throw expected("an escape") }
    let plain: UInt8? =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
      case UInt8(ascii: "b"): 8
      case UInt8(ascii: "f"): 12
      case UInt8(ascii: "n"): 10
      case UInt8(ascii: "r"): 13
      case UInt8(ascii: "t"): 9
      default: nil
      }
    if let plain {
      offset += 1
      return result.append(plain)
    }
    guard byte == UInt8(ascii: "u") else { throw expected("an escape") }
    let start = offset - 1
    offset += 1
    var code = try hexadecimal()
    if code >> 10 == 0x36 {
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw expected("the second half of a surrogate pair") }
      let low = try hexadecimal()
      guard low >> 10 == 0x37 else { throw expected("the second half of a surrogate pair") }
      code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw RealtimeJSONError(.expected("a whole surrogate pair"), at: position(of: start))
    }
    result.append(contentsOf: UTF8.encode(scalar)!)
  }

  private mutating func hexadecimal() throws(RealtimeJSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw expected("four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  // MARK: - Between

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    offset += 1
    return true
  }

  mutating func skipBlank() throws(RealtimeJSONError) {
    while let byte = peek {
      switch byte {
      case 9, 13, 32: offset += 1
      case 10: breakLine()
      case UInt8(ascii: "/") where options.takesComments: try skipComment()
      default: return
      }
    }
  }

  private mutating func breakLine() {
    offset += 1
    (line, lineStart) = (line + 1, offset)
  }

  private mutating func skipComment() throws(RealtimeJSONError) {
    let start = position(of: offset)
    offset += 1
    if take(UInt8(ascii: "/")) {
      while let byte = peek, byte != 10 { offset += 1 }
    } else if take(UInt8(ascii: "*")) {
      while offset + 1 < bytes.count, bytes[offset] != UInt8(ascii: "*") || bytes[offset + 1] != UInt8(ascii: "/") {
        if bytes[offset] == 10 { breakLine() } else { offset += 1 }
      }
      guard offset + 1 < bytes.count else { throw RealtimeJSONError(.expected("the end of this comment"), at: start) }
      offset += 2
    } else {
      throw expected("a comment")
    }
  }
}
