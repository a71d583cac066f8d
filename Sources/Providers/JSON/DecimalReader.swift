/// Turns decimal text into the nearest Double, by JSON's strict grammar: `-0.5`, `12`, `1e-8`; never `+5`, `.5`, `1.`, `01`, `0x1p3`,
/// `nan`, `inf`.
///
/// The result has the same bits as `Double(String)`; up to 19 digits take no allocation.
public enum DecimalReader {
  /// Reads a whole text.
  /// - Returns: nil when any byte is not part of the number, or when it is too large for a Double.
  public static func value(of text: some StringProtocol) -> Double? {
    var copy = String(text)
    return copy.withUTF8 { utf8 in
      let bytes = UnsafeRawBufferPointer(utf8)
      var index = 0
      guard let value = read(bytes, from: &index), index == bytes.count else { return nil }
      return value
    }
  }

  /// Reads the number that starts at `index` and moves `index` behind it.
  /// - Returns: nil when there is none, or it is too large for a Double; `index` is then anywhere inside the body.
  @inline(__always)
  static func read(_ bytes: UnsafeRawBufferPointer, from index: inout Int) -> Double? {
    let start = index
    let isNegative = byte(bytes, index) == UInt8(ascii: "-")
    if isNegative { index += 1 }
    var mantissa: UInt64 = 0
    let firstDigit = index
    scanDigits(bytes, &index, &mantissa)
    let wholeDigits = index - firstDigit
    guard wholeDigits == 1 || (wholeDigits > 1 && bytes[firstDigit] != UInt8(ascii: "0")) else { return nil }
    var decimals = 0
    if byte(bytes, index) == UInt8(ascii: ".") {
      index += 1
      let firstDecimal = index
      scanDigits(bytes, &index, &mantissa)
      decimals = index - firstDecimal
      guard decimals > 0 else { return nil }
    }
    let hasExponent = byte(bytes, index) | 0x20 == UInt8(ascii: "e")
    if !hasExponent, wholeDigits + decimals <= 19, let magnitude = quotient(mantissa, decimals) {
      return isNegative ? -magnitude : magnitude
    }
    return readLong(bytes, from: start, &index)
  }

  /// Where the number that starts at `start` ends; nil when there is none.
  static func end(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var (index, ignored) = (start, UInt64(0))
    if byte(bytes, index) == UInt8(ascii: "-") { index += 1 }
    let firstDigit = index
    scanDigits(bytes, &index, &ignored)
    guard index == firstDigit + 1 || (index > firstDigit && bytes[firstDigit] != UInt8(ascii: "0")) else { return nil }
    if byte(bytes, index) == UInt8(ascii: ".") {
      index += 1
      let firstDecimal = index
      scanDigits(bytes, &index, &ignored)
      guard index > firstDecimal else { return nil }
    }
    guard byte(bytes, index) | 0x20 == UInt8(ascii: "e") else { return index }
    index += 1
    if byte(bytes, index) == UInt8(ascii: "+") || byte(bytes, index) == UInt8(ascii: "-") { index += 1 }
    let firstExponent = index
    scanDigits(bytes, &index, &ignored)
    return index > firstExponent ? index : nil
  }
}

extension DecimalReader {
  /// The byte at `index`, 0 behind the end.
  @inline(__always)
  private static func byte(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  /// Adds the digits that stand at `index`; beyond 19 the mantissa wraps and must not be used.
  @inline(__always)
  private static func scanDigits(_ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ mantissa: inout UInt64) {
    while index < bytes.count {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      index += 1
    }
  }

  /// `mantissa / 10^decimals`, rounded once, to nearest, ties to even.
  ///
  /// Both sides of the division are exact up to 2^53 and 10^22, and IEEE division rounds once. A larger mantissa is divided in
  /// 128 bits, the remainder kept as a sticky bit.
  /// - Source: W. D. Clinger, "How to Read Floating Point Numbers Accurately", PLDI 1990, for the exact case.
  @inline(__always)
  private static func quotient(_ mantissa: UInt64, _ decimals: Int) -> Double? {
    if mantissa <= 1 << 53 { return Double(mantissa) / powers[decimals] }
    return wideQuotient(mantissa, decimals)
  }

  /// - Parameters:
  ///   - mantissa: above 2^53, of at most 19 digits.
  ///   - decimals: 0...18, because `mantissa` has a digit before them.
  private static func wideQuotient(_ mantissa: UInt64, _ decimals: Int) -> Double? {
    guard decimals <= 19 else { return nil }
    var divisor: UInt64 = 1
    for _ in 0..<decimals { divisor &*= 10 }
    let shift = mantissa.leadingZeroBitCount
    let high = mantissa << UInt64(shift)
    // (high, 0) is mantissa * 2^(shift + 64); its quotient has at least 64 bits.
    let (top, rest) = high.quotientAndRemainder(dividingBy: divisor)
    let (bottom, remainder) = divisor.dividingFullWidth((rest, 0))
    var (significand, exponent) = (bottom, -(shift + 64))
    var isInexact = remainder != 0
    if top != 0 {
      let extra = 64 - top.leadingZeroBitCount
      significand = extra == 64 ? top : top << UInt64(64 - extra) | bottom >> UInt64(extra)
      isInexact = isInexact || (extra == 64 ? bottom != 0 : bottom << UInt64(64 - extra) != 0)
      exponent += extra
    }
    if isInexact { significand |= 1 }
    return Double(significand) * Double(sign: .plus, exponent: exponent, significand: 1)
  }

  /// Exponents and numbers of more than 19 digits.
  private static func readLong(_ bytes: UnsafeRawBufferPointer, from start: Int, _ index: inout Int) -> Double? {
    guard let end = end(of: bytes, from: start) else { return nil }
    index = end
    guard let value = Double(String(decoding: bytes[start..<end], as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  private static let powers: [23 of Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
