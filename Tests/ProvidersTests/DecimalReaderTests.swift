import Testing

@testable import Providers

@Suite struct `Decimal text` {
  @Test(arguments: [
    "0", "-0", "1", "0.1", "4261.48000000", "0.00000001", "1e-8", "1E+2", "12.5e3", "9007199254740992", "9007199254740993",
    "18446744073709551615", "1234567890.12345678", "0.1234567890123456789", "123456789012345678901234567890", "1e308", "1e-400",
    "0.000000000000000000000000000001", "2.2250738585072014e-308", "9999999999999999999", "9007199254740993.0",
  ])
  func `has the bits of Double of String`(text: String) throws {
    let value = try #require(DecimalReader.value(of: text))
    #expect(value.bitPattern == Double(text)!.bitPattern)
  }

  @Test(arguments: [
    "", "-", "+5", ".5", "1.", "01", "-01", "0x1p3", "nan", "NaN", "inf", "Infinity", "-inf", "1e999", "-1e999", "1e", "1e+", " 1",
    "1 ", "1,5", "1_000", "1.2.3", "--1", "١", "1\0", "1d",
  ])
  func `is refused when it is not of JSON's grammar`(text: String) {
    #expect(DecimalReader.value(of: text) == nil)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `of any length and number of decimals has the bits of Double of String`(seed: UInt64) {
    var generator = SeededGenerator(seed)
    for _ in 0..<40_000 {
      let text = DecimalText.random(&generator)
      #expect(DecimalReader.value(of: text)?.bitPattern == Double(text)!.bitPattern, "seed \(seed): \(text)")
    }
  }

  @Test func `close to the middle between two Doubles is rounded to even`() {
    var generator = SeededGenerator(7)
    for _ in 0..<20_000 {
      // Odd multiples of half a unit in the last place, and their neighbours.
      let middle = (UInt64.random(in: (1 << 53)..<(1 << 54), using: &generator) | 1)
      for mantissa in [middle - 1, middle, middle + 1] {
        #expect(DecimalReader.value(of: "\(mantissa)") == Double("\(mantissa)")!)
        #expect(DecimalReader.value(of: "\(mantissa).00") == Double("\(mantissa)")!)
      }
    }
  }
}

enum DecimalText {
  static func random(_ generator: inout SeededGenerator) -> String {
    let digits = Int.random(in: 1...21, using: &generator)
    let whole = Int.random(in: 0...digits, using: &generator)
    var text = Bool.random(using: &generator) ? "-" : ""
    for index in 0..<max(whole, 1) {
      text += whole == 0 ? "0" : "\(Int.random(in: index == 0 && whole > 1 ? 1...9 : 0...9, using: &generator))"
    }
    if whole < digits { text += "." }
    for _ in whole..<digits { text += "\(Int.random(in: 0...9, using: &generator))" }
    return text
  }
}
