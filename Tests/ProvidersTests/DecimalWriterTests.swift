import Foundation
import Testing

@testable import Providers

@Suite struct `A number in a file` {
  @Test(arguments: [
    ("0", "0"), ("-0.0", "-0"), ("1", "1"), ("45.0", "45"), ("0.1", "0.1"), ("4261.48", "4261.48"), ("1e-08", "0.00000001"),
    ("1.5e-08", "0.000000015"), ("0.30000000000000004", "0.30000000000000004"), ("1e-12", "0.000000000001"), ("9.5e-13", "9.5e-13"),
    ("1e15", "1000000000000000"), ("9007199254740993", "9007199254740992"), ("1e20", "100000000000000000000"), ("1e21", "1e21"),
    ("1.5e300", "1.5e300"), ("1.7976931348623157e308", "1.7976931348623157e308"), ("5e-324", "5e-324"), ("-2.5", "-2.5"),
    ("-1e-7", "-0.0000001"), ("123456.789012345", "123456.789012345"), ("0.000123", "0.000123"),
    ("99999999.99999999", "99999999.99999999"), ("12345678901234.5", "12345678901234.5"),
  ])
  func `is written`(number: String, text: String) throws {
    #expect(DecimalWriter.text(try #require(Double(number))) == text)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `reads back bit for bit, and is never longer than it must be`(seed: UInt64) {
    var generator = SeededGenerator(seed)
    for round in 0..<50_000 {
      let value: Double
      switch round % 4 {
      case 0: value = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
      case 1: value = Double(Int.random(in: 0...10_000_000_000_000, using: &generator)) / 1e8
      case 2: value = Double(Int.random(in: 0...1_000_000_000, using: &generator)) / 1e4 * 3
      default: value = Double.random(in: 0..<1e6, using: &generator).rounded()
      }
      guard value.isFinite else { continue }
      let text = DecimalWriter.text(value)
      #expect(Double(text)?.bitPattern == value.bitPattern, "seed \(seed): \(value)")
      #expect(DecimalReader.value(of: text)?.bitPattern == value.bitPattern, "seed \(seed): \(value)")
      #expect(significant(text) == significant("\(value)"), "seed \(seed): \(value)")
    }
  }

  /// The digits without zeros at either end, sign, point and exponent: what the shortest form is about.
  private func significant(_ text: String) -> String {
    let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
    return String(digits.reversed().drop { $0 == "0" }.reversed())
  }
}
