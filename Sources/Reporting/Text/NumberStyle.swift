/// How a number is written for people: a fixed count of decimals, thousands separated, the minus sign of the page or of a file.
///
/// One style serves a whole column, so that decimal points stand below each other.
public struct NumberStyle: Sendable, Hashable {
  /// Digits after the point, `0...12`.
  public var decimals: Int
  /// Whether `+` stands before numbers above zero.
  public var showsPlus: Bool
  /// What follows the digits: `%`, ` ×`.
  public var suffix: String

  public init(decimals: Int, showsPlus: Bool = false, suffix: String = "") {
    (self.decimals, self.showsPlus, self.suffix) = (min(max(decimals, 0), 12), showsPlus, suffix)
  }

  /// What stands for a number that is not known. Never `0`.
  public static let missing = "missing"

  /// A share as percent: `0.0123` reads `+1.23%`.
  public static let change = NumberStyle(decimals: 2, showsPlus: true, suffix: "%")
  /// A share as percent, without sign: `0.0123` reads `1.2%`.
  public static let percent = NumberStyle(decimals: 1, suffix: "%")
  public static let ratio = NumberStyle(decimals: 2)
  public static let count = NumberStyle(decimals: 0)

  /// The style of a price column: as many decimals as the prices really have, but no more than the size of the largest one needs for
  /// about six significant digits.
  ///
  /// - Parameter values: any number of prices; those that are not finite are passed over.
  public static func prices(_ values: some Sequence<Double>) -> NumberStyle {
    var largest = 0.0
    var needed = 0
    for value in values where value.isFinite {
      largest = max(largest, abs(value))
      while needed < 10, !isWhole(value, at: needed) { needed += 1 }
    }
    return NumberStyle(decimals: min(max(needed, 2), allowedDecimals(below: largest)))
  }

  /// The number for a page: U+2212 as minus, a comma between thousands; ``missing`` for nil, NaN and infinity.
  public func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return Self.missing }
    let (digits, isNegative, isZero) = rounded(value)
    let sign = isZero ? "" : isNegative ? "\u{2212}" : showsPlus ? "+" : ""
    return sign + grouped(digits) + suffix
  }

  /// A share, written as percent by a style that ends in `%`.
  public func text(share: Double?) -> String { text(share.map { $0 * 100 }) }

  public func text(_ value: Int?) -> String { text(value.map(Double.init)) }

  /// Large amounts in three or four digits: `1.24 M`. Used where the exact figure stands in the table.
  public static func short(_ value: Double?) -> String {
    guard let value, value.isFinite else { return missing }
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
    for (size, name) in units where abs(value) >= size {
      let scaled = value / size
      let decimals = abs(scaled) >= 100 ? 0 : abs(scaled) >= 10 ? 1 : 2
      return NumberStyle(decimals: decimals, suffix: "\u{202F}" + name).text(scaled)
    }
    return NumberStyle(decimals: abs(value) >= 100 || value == 0 ? 0 : 2).text(value)
  }

  /// The digits of the magnitude (an ASCII point among them), rounded half to even on the exact binary value.
  private func rounded(_ value: Double) -> (digits: String, isNegative: Bool, isZero: Bool) {
    let scale = Self.powerOfTen(decimals)
    let magnitude = abs(value)
    let product = magnitude * scale
    guard product < 9e15 else {
      let whole = magnitude < 1e18 ? String(UInt64(magnitude)) : "\(magnitude)"
      return (whole + (decimals > 0 && magnitude < 1e18 ? "." + String(repeating: "0", count: decimals) : ""), value < 0, false)
    }
    var whole = UInt64(product)
    let rest = product - Double(whole)
    if rest == 0.5 {
      let error = (-product).addingProduct(magnitude, scale)
      if error > 0 || (error == 0 && whole % 2 == 1) { whole += 1 }
    } else if rest > 0.5 {
      whole += 1
    }
    let digits = String(whole)
    guard decimals > 0 else { return (digits, value < 0, whole == 0) }
    let filled = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (filled.dropLast(decimals) + "." + filled.suffix(decimals), value < 0, whole == 0)
  }

  private func grouped(_ digits: String) -> String {
    let whole = digits.prefix { $0 != "." }
    guard whole.count > 3, whole.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return digits }
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result + digits.dropFirst(whole.count)
  }

  private static func isWhole(_ value: Double, at decimals: Int) -> Bool {
    let scaled = value * powerOfTen(decimals)
    return abs(scaled - scaled.rounded()) <= abs(scaled) * 4e-16
  }

  private static func allowedDecimals(below largest: Double) -> Int {
    switch largest {
    case 1000...: 2
    case 10...: 3
    case 1...: 5
    case 0.1...: 6
    case 0.01...: 7
    case 0.001...: 8
    default: 10
    }
  }

  static func powerOfTen(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent { result *= 10 }
    return result
  }
}
