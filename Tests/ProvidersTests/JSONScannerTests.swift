import Foundation
import Testing

@testable import Providers

/// Reads a whole text and returns the error's text, or "valid".
private func verdict(_ bytes: [UInt8]) -> String {
  do {
    try bytes.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      var scanner = JSONScanner(bytes)
      try scanner.skipValue()
      try scanner.end()
    }
    return "valid"
  } catch {
    return "\(error)"
  }
}

private func strings(_ text: String) throws(JSONError) -> [String] {
  try Array(text.utf8).span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
    var (scanner, result) = (JSONScanner(bytes), [String]())
    try scanner.enterArray()
    while try scanner.nextElement() { result.append(scanner.string(try scanner.string())) }
    try scanner.end()
    return result
  }
}

@Suite struct `The JSON scanner` {
  @Test(arguments: [
    "{}", "[]", "[[],{}]", "0", "-1.5e+3", "\"\"", "true", "false", "null", " \t\r\n[1 , 2]\n", "{\"a\":{\"b\":[null]}}", "\u{feff}[1]",
    "\"\\ud83d\\ude00\"", "\"é€😀\"",
  ])
  func `takes what is JSON`(text: String) {
    #expect(verdict(Array(text.utf8)) == "valid")
  }

  @Test(arguments: [
    ("", "byte 0: the body ends inside a value"),
    ("[1,2", "byte 4: the body ends inside a value"),
    ("{\"a\":", "byte 5: the body ends inside a value"),
    ("\"ab", "byte 3: the body ends inside a value"),
    ("tru", "byte 3: the body ends inside a value"),
    ("[1,]", "byte 3: expected a value, found `]`"),
    ("{\"a\":1,}", "byte 7: expected a string, found `}`"),
    ("[1 2]", "byte 3: expected `,` or `]`, found `2`"),
    ("[1}", "byte 2: expected `,` or `]`, found `}`"),
    ("{\"a\" 1}", "byte 5: expected `:`, found `1`"),
    ("{a:1}", "byte 1: expected a string, found `a`"),
    ("NaN", "byte 0: expected a value, found `N`"),
    ("[01]", "byte 1: not a number of JSON's grammar"),
    ("[1.]", "byte 1: not a number of JSON's grammar"),
    ("[-]", "byte 1: not a number of JSON's grammar"),
    ("[+1]", "byte 1: expected a value, found `+`"),
    ("[1] x", "byte 4: something follows the end of the value"),
    ("\"a\nb\"", "byte 2: a string holds the control character 0xa"),
    ("\"\\x\"", "byte 1: a string holds an escape that JSON does not know"),
    ("\"\\ud800\"", "byte 1: a string holds an escape that JSON does not know"),
    ("\"\\udc00x\"", "byte 1: a string holds an escape that JSON does not know"),
    ("\"\\u12g4\"", "byte 5: a string holds an escape that JSON does not know"),
    ("<html>", "byte 0: expected a value, found `<`"),
  ])
  func `says where and why a text is not JSON`(text: String, expected: String) {
    #expect(verdict(Array(text.utf8)) == expected)
  }

  @Test(
    arguments: [
      [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff],
      [0x80],
      [0xe2, 0x28, 0xa1],
    ] as [[UInt8]])
  func `refuses bytes that are not UTF-8`(bytes: [UInt8]) {
    #expect(verdict([0x22] + bytes + [0x22]) == "byte 1: a string is not valid UTF-8")
  }

  @Test func `refuses UTF-16`() {
    #expect(verdict([0xff, 0xfe, 0x5b, 0, 0x5d, 0]) == "byte 0: expected a value, found 0xff")
    #expect(verdict([0, 0x5b, 0, 0x5d]) == "byte 0: expected a value, found 0x0")
  }

  @Test func `refuses what is nested too deep, however deep`() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(verdict(deep) == "byte 64: values are nested deeper than 64")
    #expect(verdict(Array((String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).utf8)) == "valid")
  }

  @Test func `resolves escapes`() throws {
    #expect(try strings(#"["a\"b\\\/\b\f\n\r\t", "\u00e9\ud83d\ude00", "é😀"]"#) == ["a\"b\\/\u{8}\u{c}\n\r\t", "é😀", "é😀"])
  }

  @Test(arguments: [2, 70])
  func `refuses a key that stands twice, also when one is escaped`(count: Int) throws {
    let others = (0..<count).map { "\"k\($0)\":1," }.joined()
    let body = "{\(others)\"same\":1,\"s\\u0061me\":2}"
    let error = #expect(throws: JSONError.self) {
      try Array(body.utf8).span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
        var scanner = JSONScanner(bytes)
        _ = try scanner.members()
      }
    }
    #expect(error?.fact == .duplicateKey("same"))
  }

  @Test func `takes nothing that Foundation refuses, however a body is cut or changed`() throws {
    let body = try Fixture.bytes("daily-adjusted-IBM-2023-12.json")
    for length in 0..<(body.count - 2) { #expect(verdict(Array(body.prefix(length))) != "valid", "cut at \(length)") }
    var generator = SeededGenerator(11)
    for _ in 0..<3000 {
      var changed = body
      changed[Int.random(in: 0..<body.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      guard verdict(changed) == "valid" else { continue }
      #expect(throws: Never.self, "seed 11") { try JSONSerialization.jsonObject(with: Data(changed)) }
    }
  }
}
