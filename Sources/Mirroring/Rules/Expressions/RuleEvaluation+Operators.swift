extension RuleEvaluation {
  mutating func binary(_ sign: RuleOperator, _ left: RuleExpression, _ right: RuleExpression) throws(RuleFailure) -> RealtimeValue {
    let (a, b) = (try value(left), try value(right))
    switch sign {
    case .equal: return .bool(try areEqual(a, b))
    case .unequal: return .bool(try !areEqual(a, b))
    case .less, .atMost, .greater, .atLeast: return .bool(try isOrdered(sign, a, b))
    case .add: return try sum(a, b)
    case .subtract, .multiply, .divide, .remainder:
      guard case .number(let x) = a, case .number(let y) = b else {
        throw .wrongType("`\(sign.rawValue)` between \(a.kindName) and \(b.kindName)")
      }
      return .number(RuleEvaluation.calculate(sign, x, y))
    }
  }

  private static func calculate(_ sign: RuleOperator, _ x: Double, _ y: Double) -> Double {
    switch sign {
    case .subtract: x - y
    case .multiply: x * y
    // The real database has no infinity: what is divided by zero is no number.
    case .divide: y == 0 ? .nan : x / y
    default: x.truncatingRemainder(dividingBy: y)
    }
  }

  /// Different types are different, which is no failure.
  private mutating func areEqual(_ a: RealtimeValue, _ b: RealtimeValue) throws(RuleFailure) -> Bool {
    switch (a, b) {
    case (.string(let x), .string(let y)):
      try spend(min(x.utf8.count, y.utf8.count))
      return x.utf8.elementsEqual(y.utf8)
    case (.object(let x), .object(let y)):
      guard x.count == y.count else { return false }
      for (key, child) in x {
        try spend(1 + key.utf8.count)
        guard let other = y[exactly: key], try areEqual(child, other) else { return false }
      }
      return true
    case (.null, .null): return true
    case (.bool(let x), .bool(let y)): return x == y
    case (.number(let x), .number(let y)): return x == y
    default: return false
    }
  }

  private mutating func isOrdered(_ sign: RuleOperator, _ a: RealtimeValue, _ b: RealtimeValue) throws(RuleFailure) -> Bool {
    switch (a, b) {
    case (.number(let x), .number(let y)): return sign.holds(x, y)
    case (.string(let x), .string(let y)):
      try spend(min(x.utf8.count, y.utf8.count))
      return sign.holds(TextBytes(x), TextBytes(y))
    case (.null, .null): return sign.holds(0, 0)
    default: throw .wrongType("`\(sign.rawValue)` between \(a.kindName) and \(b.kindName)")
    }
  }

  private mutating func sum(_ a: RealtimeValue, _ b: RealtimeValue) throws(RuleFailure) -> RealtimeValue {
    if case .number(let x) = a, case .number(let y) = b { return .number(x + y) }
    guard let x = a.joined, let y = b.joined, a.kind == .string || b.kind == .string else {
      throw .wrongType("`+` between \(a.kindName) and \(b.kindName)")
    }
    return .string(try bounded(x + y))
  }

  mutating func textCall(_ object: RuleExpression, _ method: RuleMethod, _ arguments: [RuleExpression]) throws(RuleFailure)
    -> RealtimeValue
  {
    let text = try text(object, method.rawValue)
    var others: [String] = []
    for argument in arguments { others.append(try self.text(argument, method.rawValue)) }
    try spend(text.utf8.count + others.reduce(0) { $0 + $1.utf8.count })
    switch method {
    case .contains: return .bool(TextBytes(text).firstIndex(of: TextBytes(others[0])) != nil)
    case .beginsWith: return .bool(text.utf8.starts(with: others[0].utf8))
    case .endsWith: return .bool(text.utf8.reversed().starts(with: others[0].utf8.reversed()))
    case .replace: return .string(try replacing(others[0], in: text, with: others[1]))
    case .toLowerCase: return .string(try bounded(text.lowercased()))
    case .toUpperCase: return .string(try bounded(text.uppercased()))
    default: throw .wrongType("`\(method.rawValue)` of a text")
    }
  }

  /// All of them, from the left.
  private mutating func replacing(_ old: String, in text: String, with new: String) throws(RuleFailure) -> String {
    guard !old.isEmpty else { return text }
    let (source, pattern, replacement) = (Array(text.utf8), Array(old.utf8), Array(new.utf8))
    let places = TextBytes.places(of: pattern, in: source)
    guard source.count + places.count * max(0, replacement.count - pattern.count) <= RuleEvaluation.textMax else { throw .tooLong }
    var (result, position) = ([UInt8](), 0)
    for place in places where place >= position {
      result += source[position..<place]
      result += replacement
      position = place + pattern.count
    }
    result += source[position...]
    try spend(result.count)
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func bounded(_ text: String) throws(RuleFailure) -> String {
    guard text.utf8.count <= RuleEvaluation.textMax else { throw .tooLong }
    try spend(text.utf8.count)
    return text
  }
}

extension RuleOperator {
  fileprivate func holds<Value: Comparable>(_ x: Value, _ y: Value) -> Bool {
    switch self {
    case .less: x < y
    case .atMost: x <= y
    case .greater: x > y
    default: x >= y
    }
  }
}

extension RealtimeValue {
  /// As it stands in a text that it is joined to; nil for what cannot be joined.
  fileprivate var joined: String? {
    switch self {
    case .string(let text): text
    case .number(let value):
      value.rounded() == value && abs(value) < 1e15 ? String(Int64(value)) : value.isNaN ? "NaN" : "\(value)"
    default: nil
    }
  }
}

/// A text by its bytes: compared by them, searched by them, in linear time.
private struct TextBytes: Comparable {
  let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  static func < (a: TextBytes, b: TextBytes) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

  func firstIndex(of other: TextBytes) -> Int? {
    other.bytes.isEmpty ? 0 : TextBytes.places(of: other.bytes, in: bytes, isFirstEnough: true).first
  }

  /// Where a pattern begins, overlapping ones too. Source: Knuth, Morris & Pratt, "Fast pattern matching in strings", 1977.
  static func places(of pattern: [UInt8], in source: [UInt8], isFirstEnough: Bool = false) -> [Int] {
    guard pattern.count <= source.count else { return [] }
    var border = [Int](repeating: 0, count: pattern.count)
    var length = 0
    for index in pattern.indices.dropFirst() {
      while length > 0, pattern[index] != pattern[length] { length = border[length - 1] }
      if pattern[index] == pattern[length] { length += 1 }
      border[index] = length
    }
    var places: [Int] = []
    length = 0
    for (index, byte) in source.enumerated() {
      while length > 0, byte != pattern[length] { length = border[length - 1] }
      if byte == pattern[length] { length += 1 }
      guard length == pattern.count else { continue }
      places.append(index - pattern.count + 1)
      if isFirstEnough { return places }
      length = border[length - 1]
    }
    return places
  }
}
