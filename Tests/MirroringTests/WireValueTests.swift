import Foundation
import Testing

@testable import Mirroring

@Suite struct `A value on the wire` {
  @Test(arguments: [
    (
      "{\"a\":[1,2.50,\"x\\n\\u00e9\\ud83d\\ude00\"],\"b\":{\"c\":null,\"d\":true}}",
      "{\"a\":[1,2.50,\"x\\né😀\"],\"b\":{\"c\":null,\"d\":true}}"
    ),
    (" [ ] ", "[]"), ("{}", "{}"),
    ("{\"\\\"\":{\"b\":[false]}}", "{\"\\\"\":{\"b\":[false]}}"), ("-0.5e-7", "-0.5e-7"), ("\"\\u0000\\/\"", "\"\\u0000/\""),
  ])
  func `is read and written with the digits it had`(text: String, written: String) {
    #expect(WireValue(json: text)?.json == written)
    #expect(WireValue(json: written)?.json == written)
    #expect(WireValue(json: text)?.byteCount { $0 } == written.utf8.count)
  }

  @Test(arguments: [
    "", "nan", "NaN", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "\"\\ud800\"", "\"\u{1}\"", "1 2", "{a:1}", "\"", "tru", "-", "1e",
    String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
  ])
  func `is none when the text is not JSON`(text: String) { #expect(WireValue(json: text) == nil) }

  @Test(arguments: [
    ("0.1", true), ("1.50", true), ("9007199254740992", true), ("9007199254740993", false), ("123456789012345678", false),
    ("1e2", true), ("100.0", true), ("58958.17", true), ("0.1000000000000000055511151231257827", false), ("1e400", false), ("0", true),
    ("-0", true), ("5e-324", true), ("1.7976931348623157e308", true), ("12345678.123456789012", false),
  ])
  func `goes as a number only when a double holds all its digits`(text: String, isExact: Bool) {
    #expect(WireNumber.isExact(text) == isExact)
    #expect(WireValue.number(text).asTree() == (isExact ? .number(text) : .string(text)))
  }

  @Test func `of every double that Swift prints is exact`() {
    var generator = Seeded(7)
    for _ in 0..<20_000 {
      let double = Double(bitPattern: generator.next())
      if double.isFinite { #expect(WireNumber.isExact("\(double)"), "\(double)") }
    }
  }

  @Test func `as a tree has no arrays and nothing empty`() {
    let value = WireValue(json: "{\"a\":[\"x\",null,[]],\"b\":{},\"c\":null,\"d\":{\"e\":[]},\"f\":1}")!
    #expect(value.asTree().json == "{\"a\":{\"i0\":\"x\"},\"f\":1}")
    #expect(value.asTree(keepingArrays: true).json == "{\"a\":[\"x\",null,null],\"f\":1}")
    #expect(WireValue(json: "{\"a\":{}}")!.asTree() == .null)
  }

  @Test func `is the same for a database of doubles whatever zeros it was written with`() {
    #expect(WireValue(json: "{\"a\":1.50}")!.isSame(as: WireValue(json: "{\"a\":1.5}")!))
    #expect(!WireValue(json: "{\"a\":1}")!.isSame(as: WireValue(json: "{\"a\":\"1\"}")!))
    #expect(!WireValue(json: "{\"a\":1}")!.isSame(as: WireValue(json: "{\"a\":1,\"b\":2}")!))
  }
}

/// SplitMix64.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
