/// A JSON value on its way to a database elsewhere: numbers are kept as they were written, so that no digit is lost unseen.
public enum WireValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// As it stands in the text: `1.50`, `-3e7`, `12345678901234567890`.
  case number(String)
  case string(String)
  case array([WireValue])
  /// Keys as people mean them.
  case object([String: WireValue])

  /// As a tree without arrays and without anything empty: an array is an object with the keys `i0`, `i1`, … (bare integers would come
  /// back as an array with holes), what is empty is null, and a number that a double cannot hold is a text.
  ///
  /// - Parameter keepingArrays: for a database that stores them; one directly in another is an object even there.
  public func asTree(keepingArrays: Bool = false) -> WireValue {
    switch self {
    case .null, .bool, .string: return self
    case .number(let text): return WireNumber.isExact(text) ? self : .string(text)
    case .array(let elements) where keepingArrays:
      if elements.isEmpty { return .null }
      return .array(
        elements.map { if case .array(let inner) = $0 { WireValue.array(inner).asTree() } else { $0.asTree(keepingArrays: true) } })
    case .array(let elements):
      return .tree(elements.enumerated().map { ("i\($0.offset)", $0.element.asTree()) })
    case .object(let children): return .tree(children.map { ($0.key, $0.value.asTree(keepingArrays: keepingArrays)) })
    }
  }

  private static func tree(_ children: [(String, WireValue)]) -> WireValue {
    let present = children.filter { $0.1 != .null }
    return present.isEmpty ? .null : .object(Dictionary(present) { $1 })
  }

  /// How many levels are below: 0 for a leaf.
  var depth: Int {
    switch self {
    case .object(let children): 1 + (children.values.map(\.depth).max() ?? 0)
    case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
    default: 0
    }
  }
}

/// What a double can hold.
enum WireNumber {
  /// Whether reading the text as a double and writing it again gives the same number.
  ///
  /// Integers up to 2^53 and what was printed from a double are exact; ids of 18 digits and amounts with more digits than a double has are not.
  static func isExact(_ text: String) -> Bool {
    // A double holds every number of up to 15 digits.
    if text.utf8.count <= 15, !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return true }
    guard let double = Double(text), double.isFinite else { return false }
    return digits(of: text) == digits(of: "\(double)")
  }

  /// The significant digits and the power of ten behind the last of them.
  private static func digits(of text: String) -> Decimal {
    var (digits, exponent, seen, isFraction) = ([UInt8](), 0, false, false)
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        exponent += Int(String(decoding: rest, as: UTF8.self)) ?? 0
        rest = rest.suffix(0)
      default:
        if isFraction { exponent -= 1 }
        if byte != UInt8(ascii: "0") { seen = true }
        if seen { digits.append(byte) }
      }
    }
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    return digits.isEmpty
      ? Decimal(isNegative: false, digits: [], exponent: 0) : Decimal(isNegative: isNegative, digits: digits, exponent: exponent)
  }

  private struct Decimal: Equatable {
    let isNegative: Bool
    let digits: [UInt8]
    let exponent: Int
  }
}
