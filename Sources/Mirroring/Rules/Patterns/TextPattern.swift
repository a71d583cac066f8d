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
    classes = compiler.classes.map(\.ordered)
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
