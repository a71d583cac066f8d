/// A regular expression as rules know them: no back-references, no look-around, found anywhere in a text.
///
/// Its time is linear in the text, whatever the pattern: all ways through it are followed at once.
///
/// - Source: K. Thompson, "Regular expression search algorithm", CACM, 1968; R. Cox, "Regular expression matching can be simple and
///   fast", 2007. The syntax is that of ECMAScript, as far as the rules have it.
struct TextPattern: Sendable {
  let source: String
  let ignoresCase: Bool
  let program: [Instruction]
  let classes: [ScalarClass]
  /// Nothing but the beginning of a text can match.
  let isAnchored: Bool

  /// Steps of a compiled pattern: repetitions are written out, so `(a{100}){100}` is too long.
  static let programMax = 2_000
  static let repetitionMax = 1_000

  enum Instruction: Sendable, Equatable {
    /// A scalar of the class.
    case scalar(Int)
    case split(Int, Int)
    case jump(Int)
    case start, end
    case match
  }

  struct Mistake: Error, Equatable {
    /// Scalars from the beginning of the pattern.
    let offset: Int
    let message: String
  }

  init(_ source: String, ignoresCase: Bool) throws(Mistake) {
    (self.source, self.ignoresCase) = (source, ignoresCase)
    var parser = PatternParser(source)
    let tree = try parser.parse()
    guard tree.size < TextPattern.programMax else {
      throw Mistake(offset: 0, message: "the pattern is too long once its repetitions are written out")
    }
    var compiler = PatternCompiler()
    compiler.add(tree)
    program = compiler.program + [.match]
    classes = compiler.classes
    isAnchored = tree.isAnchored
  }

  /// Whether the pattern is found in the text. The work is told to the evaluation, which may end it.
  func matches(_ text: String, _ evaluation: inout RuleEvaluation) throws(RuleFailure) -> Bool {
    var (current, next) = (StateSet(program.count), StateSet(program.count))
    add(0, to: &current, isStart: true, isEnd: text.isEmpty)
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    while !current.isMatched {
      guard index < scalars.endIndex, !(isAnchored && current.isEmpty) else { return false }
      let scalar = scalars[index]
      index = scalars.index(after: index)
      let isEnd = index == scalars.endIndex
      try evaluation.spend(1 + current.states.count)
      for state in current.states {
        guard case .scalar(let which) = program[state], classes[which].contains(scalar, ignoresCase: ignoresCase) else { continue }
        add(state + 1, to: &next, isStart: false, isEnd: isEnd)
      }
      if !isAnchored { add(0, to: &next, isStart: false, isEnd: isEnd) }
      swap(&current, &next)
      next.clear()
    }
    return true
  }

  /// Adds a state with all that can be reached from it without a scalar.
  private func add(_ state: Int, to set: inout StateSet, isStart: Bool, isEnd: Bool) {
    var waiting = [state]
    while let state = waiting.popLast() {
      guard set.insert(state) else { continue }
      switch program[state] {
      case .scalar: break
      case .split(let a, let b): waiting += [b, a]
      case .jump(let target): waiting.append(target)
      case .start: if isStart { waiting.append(state + 1) }
      case .end: if isEnd { waiting.append(state + 1) }
      case .match: set.isMatched = true
      }
    }
  }
}

/// States of a program, each once. Source: Briggs & Torczon, "An efficient representation for sparse sets", 1993.
private struct StateSet {
  private(set) var states: [Int] = []
  private var places: [Int]
  var isMatched = false

  init(_ count: Int) {
    places = Array(repeating: 0, count: count)
    states.reserveCapacity(count)
  }

  var isEmpty: Bool { states.isEmpty }

  mutating func insert(_ state: Int) -> Bool {
    let place = places[state]
    if place < states.count, states[place] == state { return false }
    places[state] = states.count
    states.append(state)
    return true
  }

  mutating func clear() {
    states.removeAll(keepingCapacity: true)
    isMatched = false
  }
}

/// A set of scalars.
struct ScalarClass: Sendable, Equatable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false

  static let digits = ScalarClass(ranges: [0x30...0x39])
  static let word = ScalarClass(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarClass(ranges: [
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
    0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  /// Everything but the ends of lines.
  static let dot = ScalarClass(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)

  /// The ranges that the class does not have.
  var complement: [ClosedRange<UInt32>] {
    var (result, next) = ([ClosedRange<UInt32>](), UInt32(0))
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if next < range.lowerBound { result.append(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    return next <= 0x10FFFF ? result + [next...0x10FFFF] : result
  }

  func contains(_ scalar: Unicode.Scalar, ignoresCase: Bool) -> Bool {
    let isListed = has(scalar.value) || ignoresCase && ScalarClass.otherCases(of: scalar).contains(where: has)
    return isListed != isNegated
  }

  private func has(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }

  /// Only those of one scalar: `ß` is not `SS`.
  private static func otherCases(of scalar: Unicode.Scalar) -> [UInt32] {
    switch scalar.value {
    case 0x41...0x5A: return [scalar.value + 32]
    case 0x61...0x7A: return [scalar.value - 32]
    case 0..<0x80: return []
    default:
      let variants = [scalar.properties.lowercaseMapping.unicodeScalars, scalar.properties.uppercaseMapping.unicodeScalars]
      return variants.compactMap { $0.count == 1 ? $0.first?.value : nil }
    }
  }
}
