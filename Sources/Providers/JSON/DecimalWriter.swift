/// Writes numbers as the shortest decimal text that reads back to the same bits, for files that other programs read.
///
/// Plain notation from 1e-12 to below 1e21: `0.00000001`, never `1e-08`; a whole number has no point: `45`, never `45.0`. Outside
/// of that an exponent without plus sign or zeros in front: `5e-324`, `1.5e300`. Both are valid JSON, and read by `DecimalReader`,
/// Python's `float()`, C's `strtod` and spreadsheets. Negative zero stays `-0`.
public enum DecimalWriter {
  /// - Parameter value: finite.
  public static func append(_ value: Double, to bytes: inout [UInt8]) {
    precondition(value.isFinite, "a number that is not finite has no decimal text")
    if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    if appendShort(magnitude, to: &bytes) { return }
    var text = magnitude.description
    text.withUTF8 { appendDescription($0, to: &bytes) }
  }

  public static func text(_ value: Double) -> String {
    var bytes: [UInt8] = []
    append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Digits in front of and behind the point between which no exponent is written.
  private static let plainExponents = -12...20

  /// Numbers of up to eight decimals and 15 digits, which prices are.
  ///
  /// Different decimals of up to 15 digits never have the same nearest Double, so one that reads back is the shortest.
  private static func appendShort(_ magnitude: Double, to bytes: inout [UInt8]) -> Bool {
    let scaled = (magnitude * 1e8).rounded()
    guard scaled < 1e15, scaled / 1e8 == magnitude else { return false }
    let (whole, fraction) = UInt64(scaled).quotientAndRemainder(dividingBy: 100_000_000)
    appendDigits(whole, to: &bytes)
    guard fraction > 0 else { return true }
    bytes.append(UInt8(ascii: "."))
    var (rest, unit) = (fraction, UInt64(10_000_000))
    while rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
    return true
  }

  static func appendDigits(_ number: UInt64, to bytes: inout [UInt8]) {
    var (unit, rest) = (UInt64(1), number)
    while number / unit >= 10 { unit *= 10 }
    while unit > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
  }

  /// Rewrites Swift's description, which has the shortest digits: `1.5e-08`, `45.0`.
  private static func appendDescription(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    let mark = text.firstIndex(of: UInt8(ascii: "e")) ?? text.count
    let point = text[..<mark].firstIndex(of: UInt8(ascii: ".")) ?? mark
    var digits = Array(text[..<point]) + text[..<mark].dropFirst(point + 1)
    var exponent = point - 1
    if mark < text.count { exponent += Int(String(decoding: text[(mark + 1)...], as: UTF8.self))! }
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    exponent -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    appendDigits(digits, exponent: exponent, to: &bytes)
  }

  /// - Parameters:
  ///   - digits: without zeros at either end; at least one.
  ///   - exponent: of the first digit.
  private static func appendDigits(_ digits: [UInt8], exponent: Int, to bytes: inout [UInt8]) {
    let isPlain = plainExponents.contains(exponent)
    // How many digits stand before the point.
    let whole = isPlain ? exponent + 1 : 1
    if whole > 0 {
      bytes += digits.prefix(whole)
      bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, whole - digits.count)))
    } else {
      bytes.append(UInt8(ascii: "0"))
    }
    if digits.count > whole {
      bytes.append(UInt8(ascii: "."))
      bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, -whole)))
      bytes += digits.dropFirst(max(0, whole))
    }
    if !isPlain { bytes += "e\(exponent)".utf8 }
  }
}
