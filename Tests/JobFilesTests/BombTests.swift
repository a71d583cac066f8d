import JobFiles
import JobGraph
import Testing

/// Builds a file that costs more than it weighs.
struct Bomb: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var text: @Sendable () -> String
  var code: DiagnosticCode

  init(_ name: String, _ code: DiagnosticCode, _ text: @escaping @Sendable () -> String) {
    (testDescription, self.code, self.text) = (name, code, text)
  }

  static let all = [
    Bomb("aliases of aliases", .refusedYAML) {
      (1..<12).reduce("a0: &a0 [x]\n") { text, level in
        text + "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
      }
    },
    Bomb("aliases as keys", .refusedYAML) {
      (1..<30).reduce("k0: &a0 [x, x]\n") { $0 + "k\($1): &a\($1) { ? *a\($1 - 1) : 1 }\n" }
    },
    Bomb("one value used often", .refusedYAML) { "a: &a [x]\nb: [" + String(repeating: "*a,", count: 100_000) + "]" },
    Bomb("brackets without end", .tooLarge) { String(repeating: "[", count: 999_000) },
    Bomb("braces without end", .tooLarge) { String(repeating: "{a: ", count: 249_000) },
    Bomb("values far inside", .tooLarge) { String(repeating: "[", count: 990) + String(repeating: "1,", count: 150_000) },
    Bomb("lists in lists", .tooLarge) { String(repeating: "- ", count: 400) + "x" },
    Bomb("keys of keys", .tooLarge) { String(repeating: "? ", count: 499_000) },
    Bomb("values without end", .tooLarge) { "a: [" + String(repeating: "x,", count: 150_000) + "]" },
    Bomb("lines without end", .tooLarge) { "a:\n" + String(repeating: "- x\n", count: 240_000) },
    Bomb("a byte too many", .tooLarge) { "#" + String(repeating: "x", count: 1_000_000) },
    Bomb("nothing but NUL", .forbiddenCharacter) { String(repeating: "\0", count: 900_000) },
    Bomb("a tag on each value", .tooManyMistakes) { "a: [" + String(repeating: "!x y,", count: 90_000) + "]" },
    Bomb("a mistake in each line", .tooManyMistakes) { (0..<40_000).map { "key_\($0): 1\n" }.joined() },
    Bomb("a key on each line", .duplicateKey) { "job: j\nsteps:\n" + String(repeating: "  a: 1\n", count: 90_000) },
  ]
}

@Suite struct `A file that is too much` {
  @Test(arguments: Bomb.all)
  func `is refused`(bomb: Bomb) {
    let loader = JobLoader(configuration: configuration, operations: operations)
    let (job, diagnostics) = loader.load(Array(bomb.text().utf8), file: "Jobs/j.yaml")
    #expect(job == nil)
    #expect(diagnostics.contains { $0.code == bomb.code }, "\(diagnostics.first?.line ?? "nothing")")
    #expect(diagnostics.count <= 1003)
    #expect(diagnostics.allSatisfy { $0.rendered().count < 3000 })
  }

  @Test func `is one byte more than the bound, not the bound`() {
    let frame = "job: j\nsteps: { a: { uses: report.run } }\n#"
    let text = frame + String(repeating: "x", count: StrictYAML.bytesMax - frame.utf8.count)
    let loader = JobLoader(configuration: configuration, operations: operations)
    #expect(loader.load(Array(text.utf8), file: "Jobs/j.yaml").job != nil)
    #expect(loader.load(Array((text + "x").utf8), file: "Jobs/j.yaml").diagnostics.map(\.code) == [.tooLarge])
  }

  @Test(arguments: [(30, true), (31, false)])
  func `is one level more than the bound`(brackets: Int, isFine: Bool) {
    let nested = String(repeating: "[", count: brackets - 1) + String(repeating: "]", count: brackets - 1)
    let text = "job: j\nparameters: { a: [\(nested)] }\nsteps: { a: { uses: report.run } }\n"
    #expect((mistakes(text) == "") == isFine)
  }

  @Test(arguments: [false, true])
  func `is not a chain of ten thousand steps`(isReversed: Bool) throws {
    let lines = (0..<10_000).map { "  s\($0): { uses: report.run\($0 == 0 ? "" : ", needs: [s\($0 - 1)]") }\n" }
    let text = "job: j\nsteps:\n" + (isReversed ? lines.reversed() : lines).joined()
    let (job, diagnostics) = JobLoader(configuration: configuration, operations: operations).load(Array(text.utf8), file: "Jobs/j.yaml")
    #expect(diagnostics == [])
    #expect(try #require(job).steps.count == 10_000)
  }

  @Test func `is not a circle of ten thousand steps, which is told in one mistake`() throws {
    let text = "job: j\nsteps:\n" + (0..<10_000).map { "  s\($0): { uses: report.run, needs: [s\(($0 + 1) % 10_000)] }\n" }.joined()
    let diagnostics = JobLoader(configuration: configuration, operations: operations).load(Array(text.utf8), file: "Jobs/j.yaml")
      .diagnostics
    #expect(diagnostics.map(\.code) == [.cycle])
    #expect(diagnostics[0].others.count == 9999)
    #expect(
      diagnostics[0].message.hasPrefix("steps wait for each other: s0 -> s1 -> s2") && diagnostics[0].message.hasSuffix("s9999 -> s0"))
  }
}
