/// An exact amount of something that was traded, in units of 10^-18: what is added up thousands of times must not drift.
public struct Amount: Sendable, Hashable, Comparable, CustomStringConvertible {
  private let units: Int128

  /// Decimals; the digits of a message behind the last of them are left out.
  public static let places = 18
  /// So many digits a message may have before and behind the point together: sums of billions of messages fit.
  private static let digitsMax = 29

  public static let zero = Amount(units: 0)

  private init(units: Int128) { self.units = units }

  /// - Returns: nil below zero, and for 10^11 and more.
  public init?(_ number: FeedNumber) { self.init(number.text) }

  /// - Parameter text: a decimal number, perhaps with an exponent, as ``FeedNumber`` has it.
  public init?(_ text: String) {
    var (digits, behind, exponent) = ([UInt8](), 0, 0)
    var (isBehind, isNegative) = (false, false)
    var bytes = text.utf8[...]
    while let byte = bytes.popFirst() {
      switch byte {
      case 0x30...0x39:
        if isBehind { behind += 1 }
        if byte != 0x30 || !digits.isEmpty { digits.append(byte - 0x30) }
      case 0x2E: isBehind = true
      case 0x2D: isNegative = true
      case 0x2B: break
      case 0x65, 0x45:
        guard let value = Int(String(Substring(bytes))) else { return nil }
        exponent = value
        bytes = bytes[bytes.endIndex...]
      default: return nil
      }
    }
    guard !digits.isEmpty else {
      units = 0
      return
    }
    let shift = Self.places + exponent - behind
    guard !isNegative, digits.count + shift <= Self.digitsMax else { return nil }
    var sum: Int128 = 0
    for digit in digits.prefix(max(0, digits.count + shift)) { sum = sum * 10 + Int128(digit) }
    for _ in 0..<max(0, shift) { sum *= 10 }
    units = sum
  }

  /// What is beyond the largest amount is the largest.
  public static func + (a: Amount, b: Amount) -> Amount {
    let (sum, isTooMuch) = a.units.addingReportingOverflow(b.units)
    return Amount(units: isTooMuch ? .max : sum)
  }

  /// Zero where nothing is left.
  public static func - (a: Amount, b: Amount) -> Amount { Amount(units: max(0, a.units - b.units)) }
  public static func < (a: Amount, b: Amount) -> Bool { a.units < b.units }

  /// `1790.86`: all digits, and no more.
  public var description: String {
    let digits = String(units)
    let padded = String(repeating: "0", count: max(0, Self.places + 1 - digits.count)) + digits
    let part = padded.suffix(Self.places).reversed().drop { $0 == "0" }.reversed()
    return padded.dropLast(Self.places) + (part.isEmpty ? "" : "." + String(part))
  }
}
