/// A set of scalars.
struct ScalarClass: Sendable, Equatable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false

  static let digits = ScalarClass(ranges: [0x30...0x39])
  static let word = ScalarClass(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarClass(ranges: [
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
    0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  /// Everything but the ends of lines.
  static let dot = ScalarClass(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)

  /// The ranges that the class does not have.
  var complement: [ClosedRange<UInt32>] {
    var (result, next) = ([ClosedRange<UInt32>](), UInt32(0))
    for range in ordered.ranges {
      if next < range.lowerBound { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    return next <= 0x10FFFF ? result + [next...0x10FFFF] : result
  }

  /// The same set, its ranges ascending and apart: as ``contains(_:ignoresCase:)`` needs them.
  var ordered: ScalarClass {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return ScalarClass(ranges: result, isNegated: isNegated)
  }

  /// - Complexity: O(log *n*) in the number of ranges, which must be ordered.
  func contains(_ scalar: Unicode.Scalar, ignoresCase: Bool) -> Bool {
    let isListed = has(scalar.value) || ignoresCase && ScalarClass.otherCases(of: scalar).contains(where: has)
    return isListed != isNegated
  }

  private func has(_ value: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }

  /// Only those of one scalar: `ß` is not `SS`. Nothing outside ASCII is a case of something inside: `[a-z]` lets neither `ſ` nor the
  /// sign of Kelvin pass, which other letters turn into. Source: ECMAScript, Canonicalize.
  private static func otherCases(of scalar: Unicode.Scalar) -> [UInt32] {
    switch scalar.value {
    case 0x41...0x5A: return [scalar.value + 32]
    case 0x61...0x7A: return [scalar.value - 32]
    case 0..<0x80: return []
    default:
      let variants = [scalar.properties.lowercaseMapping.unicodeScalars, scalar.properties.uppercaseMapping.unicodeScalars]
      return variants.compactMap { $0.count == 1 ? $0.first?.value : nil }.filter { $0 >= 0x80 }
    }
  }
}
