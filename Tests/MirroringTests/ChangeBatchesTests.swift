import Testing

@testable import Mirroring

@Suite struct `Changes for a database elsewhere` {
  private func change(_ path: String, _ value: String?, _ origin: Int = 0) throws -> WireChange {
    try WireChange(RealtimeChange(path: RealtimePath(escaped: path)!, value: value), origin: origin)
  }

  @Test func `are cut by count and by size, and keep their order`() throws {
    let changes = try (0..<7).map { try change("a/k\($0)", "\"\(String(repeating: "x", count: $0 == 3 ? 60 : 5))\"", $0) }
    let batches = BatchBounds(pathsMax: 3, bytesMax: 80).batches(changes)
    #expect(batches.map { $0.map(\.origin) } == [[0, 1, 2], [3], [4, 5, 6]])
    #expect(batches.flatMap(\.self) == changes)
  }

  @Test func `never put a path and one above or below it into one request`() throws {
    let changes = try [
      change("a/b/c", "1"), change("a/b", nil), change("a/bb", "2"), change("a/b/d", "3"), change("x", "4"), change("x", "5"),
    ]
    let batches = BatchBounds.firebase.batches(changes).map { $0.map(\.key) }
    #expect(batches == [["a/b/c"], ["a/b", "a/bb"], ["a/b/d", "x"], ["x"]])
  }

  @Test func `of a value that is larger than a request delete what was there and then tell it in parts`() throws {
    let value = "{\"p\":{\"q\":\"\(String(repeating: "q", count: 40))\",\"r\":\"\(String(repeating: "r", count: 40))\"},\"s\":1}"
    let batches = BatchBounds(pathsMax: 9, bytesMax: 70).batches([try change("a", value, 4)])
    #expect(batches.map { $0.map(\.key) } == [["a"], ["a/p"], ["a/p/q"], ["a/p/r", "a/s"]])
    #expect(batches[0][0].value == .null && batches[1][0].value == .null)
    #expect(batches.joined().allSatisfy { $0.origin == 4 })
  }

  @Test func `escape bare integers, which would turn their parent into an array`() throws {
    #expect(try change("quotes/x/700/5m", "{\"700\":{\"-1\":2},\"BRK.B\":3}").key == "quotes/x/%3700/5m")
    #expect(WireKey.text(of: "005930") == "%3005930" && WireKey.text(of: "-7") == "%2D7" && WireKey.text(of: "7a") == "7a")
    #expect(RealtimePath(escaped: WireKey.text(of: "005930"))?.keys == ["005930"])
  }

  @Test func `of any key can be read back`() {
    var generator = Seeded(3)
    let alphabet = Array("aZ0-9.$#[]/%é日\u{1}\u{7f}😀 _").map(String.init)
    for _ in 0..<5000 {
      let key = (0..<Int.random(in: 1...12, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }.joined()
      let text = WireKey.text(of: key)
      #expect(RealtimePath(escaped: text)?.keys == [key], "\(key.debugDescription)")
      #expect(!text.unicodeScalars.contains { ".$#[]/".unicodeScalars.contains($0) || $0.value < 32 || $0.value == 127 })
      #expect(Int(text) == nil)
    }
  }

  @Test(arguments: [
    ("{", "is not JSON"), ("NaN", "is not JSON"), ("{\"\":1}", "a key is empty"),
    ("{\"\(String(repeating: "k", count: 769))\":1}", "longer than 768 bytes"),
    (String(repeating: "{\"a\":", count: 31) + "1" + String(repeating: "}", count: 31), "more than 31 levels"),
    ("\"\(String(repeating: "x", count: 10_000_001))\"", "a text is longer"),
  ])
  func `that no database takes are refused with the reason`(value: String, reason: String) {
    #expect { _ = try change("a", value) } throws: { "\($0)".contains(reason) && "\($0)".hasPrefix("a: ") }
  }
}
