import Mirroring
import Testing

/// Patterns as somebody would write them who does not care how long it takes: every way is tried, one after the other.
private indirect enum Model {
  case letter(Character), dot, start, end, any([Character], isNegated: Bool)
  case then([Model]), either([Model]), times(Model, Int, Int?)

  /// Where the pattern may end that begins at a place.
  func ends(_ text: [Character], from place: Int) -> Set<Int> {
    switch self {
    case .letter(let one): place < text.count && text[place] == one ? [place + 1] : []
    case .dot: place < text.count ? [place + 1] : []
    case .start: place == 0 ? [0] : []
    case .end: place == text.count ? [place] : []
    case .any(let set, let isNegated): place < text.count && set.contains(text[place]) != isNegated ? [place + 1] : []
    case .then(let parts): parts.reduce([place]) { places, part in Set(places.flatMap { part.ends(text, from: $0) }) }
    case .either(let parts): Set(parts.flatMap { $0.ends(text, from: place) })
    case .times(let part, let low, let high): Model.ends(of: part, low, high, text, place)
    }
  }

  private static func ends(of part: Model, _ low: Int, _ high: Int?, _ text: [Character], _ place: Int) -> Set<Int> {
    var (now, found) = (Set([place]), low == 0 ? Set([place]) : [])
    // More rounds than there are letters bring nothing new.
    for round in stride(from: 1, through: high ?? low + text.count + 1, by: 1) {
      now = Set(now.flatMap { part.ends(text, from: $0) })
      if round >= low { found.formUnion(now) }
    }
    return found
  }

  func isFound(in text: String) -> Bool {
    let text = Array(text)
    return (0...text.count).contains { !ends(text, from: $0).isEmpty }
  }

  var written: String {
    switch self {
    case .letter(let one): String(one)
    case .dot: "."
    case .start: "^"
    case .end: "$"
    case .any(let set, let isNegated): "[" + (isNegated ? "^" : "") + String(set) + "]"
    case .then(let parts): parts.map(\.written).joined()
    case .either(let parts): "(" + parts.map(\.written).joined(separator: "|") + ")"
    case .times(let part, let low, let high):
      "(" + part.written + ")" + ((low, high) == (0, nil) ? "*" : (low, high) == (1, nil) ? "+" : "{\(low),\(high.map(String.init) ?? "")}")
    }
  }

  static func random(_ size: Int, _ random: inout Seeded) -> Model {
    func some(_ count: ClosedRange<Int>) -> [Model] {
      (0..<Int.random(in: count, using: &random)).map { _ in Model.random(size - 1, &random) }
    }
    switch size > 0 ? Int.random(in: 0..<10, using: &random) : Int.random(in: 0..<5, using: &random) {
    case 0, 1: return .letter("abc".randomElement(using: &random)!)
    case 2: return .dot
    case 3: return [.start, .end].randomElement(using: &random)!
    case 4: return .any(["a", "b"], isNegated: Bool.random(using: &random))
    case 5, 6: return .then(some(0...3))
    case 7: return .either(some(1...3))
    default:
      let low = Int.random(in: 0...2, using: &random)
      return .times(Model.random(size - 1, &random), low, Bool.random(using: &random) ? nil : low + Int.random(in: 0...2, using: &random))
    }
  }
}

@Suite struct `A pattern that is matched in linear time` {
  @Test func `is found where trying everything finds it`() throws {
    var (random, found, count) = (Seeded(5), 0, 0)
    for _ in 0..<3_000 {
      let model = Model.random(3, &random)
      // Nothing between slashes is a comment.
      guard !model.written.isEmpty else { continue }
      for _ in 0..<4 {
        let text = String((0..<Int.random(in: 0...5, using: &random)).map { _ in "abcd".randomElement(using: &random)! })
        let expected = model.isFound(in: text)
        let outcome = outcome(of: "'\(text)'.matches(/\(model.written)/)")
        #expect(outcome == (expected ? .isTrue : .isFalse), "seed 5: /\(model.written)/ in `\(text)`")
        (found, count) = (found + (expected ? 1 : 0), count + 1)
      }
    }
    #expect(found > count / 10 && found < count * 9 / 10)
  }

  /// Letters that turn into one of ASCII when their case changes: the long s, and the sign of Kelvin.
  @Test(arguments: ["\u{17f}", "\u{212a}", "\u{130}", "\u{131}"])
  func `takes no other letter for one of ASCII`(letter: String) {
    #expect(outcome(of: "root.val().matches(/^[a-z]$/i)", data: .string(letter)) == .isFalse)
    #expect(outcome(of: "root.val().matches(/^(s|k|i)$/i)", data: .string(letter)) == .isFalse)
  }

  @Test func `may list thousands of ranges`() {
    let set = (0..<1_300).map { String(Unicode.Scalar(0x4E00 + 2 * UInt32($0))!) }.joined()
    let data = RealtimeValue.string(String(repeating: "\u{4E01}", count: 100_000) + "\u{4E00}")
    #expect(outcome(of: "root.val().matches(/[\(set)]$/)", data: data) == .isTrue)
    #expect(outcome(of: "root.val().matches(/^[\(set)]+$/)", data: data) == .isFalse)
  }
}
