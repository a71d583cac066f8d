/// A pattern as a tree.
indirect enum PatternTree {
  case empty
  case scalar(ScalarClass)
  case start, end
  case sequence([PatternTree])
  case either([PatternTree])
  /// At least so many, at most so many; nil: any number.
  case repeated(PatternTree, Int, Int?)

  /// Steps that it compiles to; bounded, whatever the repetitions multiply to.
  var size: Int {
    let size =
      switch self {
      case .empty: 0
      case .scalar, .start, .end: 1
      case .sequence(let parts): parts.reduce(0) { $0 + $1.size }
      case .either(let parts): parts.reduce(2 * parts.count) { $0 + $1.size }
      case .repeated(let part, let low, let high): (part.size + 1) * max(high ?? (low + 1), 1) + 2
      }
    return min(size, 1_000_000)
  }

  /// Each way through it begins with `^`.
  var isAnchored: Bool {
    switch self {
    case .start: true
    case .sequence(let parts): parts.first?.isAnchored == true
    case .either(let parts): parts.allSatisfy(\.isAnchored)
    case .empty, .scalar, .end, .repeated: false
    }
  }
}

/// Reads a pattern. What the rules do not have is refused by name, so that no rule means something else on another server.
struct PatternParser {
  private let text: [Unicode.Scalar]
  private var position = 0
  private var nesting = 0

  private static let nestingMax = 50

  init(_ source: String) {
    text = Array(source.unicodeScalars)
  }

  mutating func parse() throws(TextPattern.Mistake) -> PatternTree {
    guard text.count <= 4_096 else { throw mistake("the pattern is too long") }
    let tree = try either()
    guard position == text.count else { throw mistake("a `)` without a `(`") }
    return tree
  }

  private func mistake(_ message: String, at offset: Int? = nil) -> TextPattern.Mistake {
    TextPattern.Mistake(offset: offset ?? position, message: message)
  }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func either() throws(TextPattern.Mistake) -> PatternTree {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .either(branches)
  }

  private mutating func sequence() throws(TextPattern.Mistake) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = position
      let part = try atom()
      parts.append(try repetition(of: part, at: start))
    }
    return parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repetition(of part: PatternTree, at start: Int) throws(TextPattern.Mistake) -> PatternTree {
    let bounds: (low: Int, high: Int?)
    switch next {
    case "*": bounds = (0, nil)
    case "+": bounds = (1, nil)
    case "?": bounds = (0, 1)
    case "{":
      bounds = try counts()
      position -= 1
    default: return part
    }
    position += 1
    switch part {
    case .start, .end: throw mistake("an anchor cannot be repeated", at: start)
    default: break
    }
    // Whether few or many are tried first does not change whether there is a match.
    _ = take("?")
    if let scalar = next, scalar == "*" || scalar == "+" || scalar == "?" || scalar == "{" {
      throw mistake("a repetition of a repetition needs parentheses")
    }
    return .repeated(part, bounds.low, bounds.high)
  }

  /// `{2}`, `{2,}`, `{2,5}`
  private mutating func counts() throws(TextPattern.Mistake) -> (low: Int, high: Int?) {
    let start = position
    position += 1
    guard let low = count() else { throw mistake("`{` begins a number of repetitions; write `\\{` for the character", at: start) }
    var high: Int? = low
    if take(",") { high = next == "}" ? nil : count() ?? -1 }
    guard take("}") else { throw mistake("a number of repetitions that does not end", at: start) }
    guard low <= TextPattern.repetitionMax, high ?? low <= TextPattern.repetitionMax else {
      throw mistake("more than \(TextPattern.repetitionMax) repetitions", at: start)
    }
    guard high ?? low >= low else { throw mistake("the numbers of repetitions are in the wrong order", at: start) }
    return (low, high)
  }

  private mutating func count() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  private mutating func atom() throws(TextPattern.Mistake) -> PatternTree {
    let start = position
    guard let scalar = next else { return .empty }
    position += 1
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .scalar(.dot)
    case "(": return try group(from: start)
    case "[": return .scalar(try set(from: start))
    case "\\": return .scalar(try escape(from: start))
    case "*", "+", "?": throw mistake("`\(scalar)` repeats nothing", at: start)
    case "{", "}", "]": throw mistake("write `\\\(scalar)` for the character", at: start)
    default: return .scalar(ScalarClass(ranges: [scalar.value...scalar.value]))
    }
  }

  private mutating func group(from start: Int) throws(TextPattern.Mistake) -> PatternTree {
    if next == "?" { throw mistake("rules have no `(?`: no look-around and no groups of other kinds", at: start) }
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= PatternParser.nestingMax else { throw mistake("the groups are nested too deep", at: start) }
    let inner = try either()
    guard take(")") else { throw mistake("a group that does not end", at: start) }
    return inner
  }

  private mutating func escape(from start: Int) throws(TextPattern.Mistake) -> ScalarClass {
    guard let scalar = next else { throw mistake("a backslash with nothing behind it", at: start) }
    position += 1
    switch scalar {
    case "d": return .digits
    case "D": return ScalarClass(ranges: ScalarClass.digits.complement)
    case "w": return .word
    case "W": return ScalarClass(ranges: ScalarClass.word.complement)
    case "s": return .space
    case "S": return ScalarClass(ranges: ScalarClass.space.complement)
    case "1"..."9": throw mistake("rules have no back-references", at: start)
    case "n": return one(0x0A)
    case "r": return one(0x0D)
    case "t": return one(0x09)
    case "f": return one(0x0C)
    case "v": return one(0x0B)
    case "x": return one(try hexadecimal(2, from: start))
    case "u": return one(try hexadecimal(4, from: start))
    case "0", "a"..."z", "A"..."Z": throw mistake("rules have no `\\\(scalar)`", at: start)
    default: return one(scalar.value)
    }
  }

  private func one(_ value: UInt32) -> ScalarClass { ScalarClass(ranges: [value...value]) }

  private mutating func hexadecimal(_ count: Int, from start: Int) throws(TextPattern.Mistake) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let scalar = next, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw mistake("an escape needs \(count) hexadecimal digits", at: start)
      }
      value = value * 16 + UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func set(from start: Int) throws(TextPattern.Mistake) -> ScalarClass {
    var result = ScalarClass(ranges: [], isNegated: take("^"))
    while let scalar = next, scalar != "]" {
      let first = try member(scalar)
      guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
        result.ranges += first.ranges
        continue
      }
      let dash = position
      position += 1
      let last = try member(text[position])
      guard let low = first.single, let high = last.single, low <= high else { throw mistake("this is no range", at: dash) }
      result.ranges.append(low...high)
    }
    guard take("]") else { throw mistake("a set that does not end", at: start) }
    guard !result.ranges.isEmpty else { throw mistake("an empty set", at: start) }
    return result
  }

  private mutating func member(_ scalar: Unicode.Scalar) throws(TextPattern.Mistake) -> ScalarClass {
    let start = position
    position += 1
    return scalar == "\\" ? try escape(from: start) : one(scalar.value)
  }
}

extension ScalarClass {
  fileprivate var single: UInt32? {
    ranges.count == 1 && ranges[0].count == 1 && !isNegated ? ranges[0].lowerBound : nil
  }
}

/// Writes a tree out as steps.
struct PatternCompiler {
  private(set) var program: [TextPattern.Instruction] = []
  private(set) var classes: [ScalarClass] = []

  mutating func add(_ tree: PatternTree) {
    switch tree {
    case .empty: break
    case .scalar(let set):
      let known = classes.firstIndex(of: set)
      if known == nil { classes.append(set) }
      program.append(.scalar(known ?? classes.count - 1))
    case .start: program.append(.start)
    case .end: program.append(.end)
    case .sequence(let parts): for part in parts { add(part) }
    case .either(let branches): add(branches)
    case .repeated(let part, let low, let high): add(part, low, high)
    }
  }

  private mutating func add(_ branches: [PatternTree]) {
    var ends: [Int] = []
    for branch in branches.dropLast() {
      let split = program.count
      program.append(.split(split + 1, split + 1))
      add(branch)
      ends.append(program.count)
      program.append(.jump(0))
      program[split] = .split(split + 1, program.count)
    }
    add(branches[branches.count - 1])
    for end in ends { program[end] = .jump(program.count) }
  }

  private mutating func add(_ part: PatternTree, _ low: Int, _ high: Int?) {
    for _ in 0..<low { add(part) }
    guard let high else {
      let split = program.count
      program.append(.split(0, 0))
      add(part)
      program.append(.jump(split))
      program[split] = .split(split + 1, program.count)
      return
    }
    var splits: [Int] = []
    for _ in low..<high {
      splits.append(program.count)
      program.append(.split(0, 0))
      add(part)
    }
    for split in splits { program[split] = .split(split + 1, program.count) }
  }
}
