import Mirroring
import Testing

/// Nothing here may crash, and nothing may take time that grows faster than its input; the work itself is bounded, so no clock is asked.
@Suite struct `Hostile rules` {
  @Test(arguments: [
    String(repeating: "(", count: 100_000), String(repeating: "!", count: 100_000) + "true",
    String(repeating: "-", count: 20_000) + "1 == 1",
    String(repeating: "a[", count: 10_000), String(repeating: "true ? ", count: 5_000), String(repeating: "'", count: 9_999), "'\\", "/",
    "/[", "$", "\\",
    "\u{0}", "auth" + String(repeating: ".x", count: 10_000) + " == 1", "1" + String(repeating: " + 1", count: 5_000) + " == 2",
    String(repeating: "9", count: 400) + " == 1", "1e999 == 1", "/* ", "root.child(", "root.hasChildren([",
    "'a'.matches(/" + String(repeating: "(", count: 5_000),
    "'a'.matches(/" + String(repeating: "(a", count: 40) + String(repeating: "{9}", count: 1) + "/)",
    "'a'.matches(/((((a{99}){99}){99}){99}){99}/)",
    "'a'.matches(/a{999999999999999999999}/)", "'a'.matches(/" + String(repeating: "[a-z]", count: 3_000) + "/)",
  ])
  func `are refused, however deep, long or broken`(expression: String) {
    #expect(outcome(of: expression) == .refused)
  }

  @Test func `of many levels are refused`() {
    let deep = String(repeating: "{\"a\":", count: 40) + "{}" + String(repeating: "}", count: 40)
    #expect(throws: RulesMistakes.self) { try SecurityRules(reading: "{\"rules\":" + deep + "}") }
    #expect(throws: RulesMistakes.self) { try SecurityRules(reading: String(repeating: "[", count: 500_000)) }
    #expect(throws: RulesMistakes.self) { try SecurityRules(reading: String(repeating: "{\"rules\":", count: 100_000)) }
  }

  @Test func `of many mistakes tell the first hundred`() {
    let text = "{\"rules\": {" + (0..<5_000).map { "\"k\($0)\": {\".read\": \"x\"}" }.joined(separator: ",") + "}}"
    #expect { try SecurityRules(reading: text) } throws: { ($0 as? RulesMistakes)?.mistakes.count == 100 }
  }

  @Test func `with long chains are asked`() {
    #expect(outcome(of: String(repeating: "true && ", count: 1_500) + "true") == .isTrue)
    #expect(outcome(of: String(repeating: "false || ", count: 1_500) + "true") == .isTrue)
  }

  @Test(arguments: ["/^(a+)+$/", "/(a|a)*b/", "/(a*)*(a*)*(a*)*b/", "/(.*)(.*)(.*)(.*)(.*)x/", "/a?{0}(a?){100}a{100}b/"])
  func `that would go back and forth over a text for ever are asked at once`(pattern: String) {
    let data = RealtimeValue.string(String(repeating: "a", count: 5_000) + "!")
    let isKnown = !pattern.contains("?{")
    #expect(outcome(of: "root.val().matches(\(pattern))", data: data) == (isKnown ? .isFalse : .refused))
  }

  @Test func `that make too much work of too much text are false`() {
    let data = RealtimeValue.string(String(repeating: "a", count: 1_000_000))
    #expect(outcome(of: "root.val().matches(/(a?){300}b/)", data: data) == .failed)
    #expect(outcome(of: "root.val().matches(/^[a-z]+$/)", data: data) == .isTrue)
    let grown = "root.val()" + String(repeating: ".replace('a', 'aaaaaaaaaa')", count: 20) + " == ''"
    #expect(outcome(of: grown, data: .string("a")) == .failed)
  }

  @Test func `cannot be led down a path that data makes long`() {
    let data = RealtimeValue.string(String(repeating: "a/", count: 1_000_000))
    #expect(outcome(of: "root.child(root.val()).exists()", data: data) == .failed)
    #expect(outcome(of: "root.hasChildren([root.val()])", data: data) == .failed)
  }

  @Test func `made of random words never crash, and read or are refused`() {
    let words = [
      "auth", "root", "data", "now", "$x", "'a'", "\"", "'", "/a/", "/", "1", "0.5", "(", ")", "[", "]", ".", ",", "+", "-", "*", "%", "==",
      "!=", "<",
      ">=", "&&", "||", "!", "?", ":", "val()", "child('a')", "exists()", "matches(", "hasChildren(['a'])", "length", "null", "true",
      "query", "limitToFirst",
      "\\", "{", "é", "//", "/*",
    ]
    var (random, read) = (Seeded(6), 0)
    for _ in 0..<20_000 {
      let expression = (0..<Int.random(in: 1...9, using: &random)).map { _ in words.randomElement(using: &random)! }
        .joined(separator: Bool.random(using: &random) ? " " : "")
      if outcome(of: expression, captures: ["$x": "k"], data: .string("a")) != .refused { read += 1 }
    }
    #expect(read > 20, "seed 6: too few were read to have tried anything")
  }

  @Test func `over a great write cost what the write costs`() throws {
    let rules = try rules(
      #"{"q": {".write": true, "$s": {".validate": "newData.hasChildren(['p']) && newData.parent().exists()", "p": {".validate": "newData.isNumber()"}}}}"#
    )
    let children = Dictionary(uniqueKeysWithValues: (0..<100_000).map { ("s\($0)", RealtimeValue.node(["p": .number(Double($0))])) })
    let after = RealtimeValue.node(["q": .node(children)])
    #expect(rules.allowsWrite(changes: [["q"]], auth: .nobody, now: 0, root: .null, newRoot: after).isAllowed)
  }
}
