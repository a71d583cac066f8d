import Foundation

/// `e` to the power of numbers at or below zero, two at a time: within one unit in the last place, and zero below -708.
///
/// Cheaper than two calls of `exp`, because neither is a call.
/// - Source: Tang, "Table-Driven Implementation of the Exponential Function in IEEE Floating-Point Arithmetic", ACM TOMS 15 (1989); the
///   constants are those of Arm's optimized routines.
struct NegativePowers {
  private let table: UnsafePointer<UInt64>

  /// Opens the table for the length of one call.
  @inline(__always) static func open(_ body: (NegativePowers) -> Void) {
    fractions.withUnsafeBufferPointer { body(NegativePowers(table: $0.baseAddress!)) }
  }

  /// The bits of 2^(i/128), less those that the exponent's shift brings with it.
  private static let fractions = (0..<128).map { exp2(Double($0) / 128).bitPattern &- UInt64($0) << 45 }

  @inline(__always) func callAsFunction(_ exponent: SIMD2<Double>) -> SIMD2<Double> {
    // The nearest multiple of ln(2)/128: its number stands in the last bits of the shifted quotient.
    let shifted = exponent * 0x1.71547652b82fep7 + 0x1.8p52
    let multiple = shifted - 0x1.8p52
    let rest = (exponent - multiple * 0x1.62e42fefa0000p-8) - multiple * 0x1.cf79abc9e3b39p-47
    let square = rest * rest
    let low = rest + square * (0x1.ffffffffffdbdp-2 + rest * 0x1.555555555543cp-3)
    let small = low + square * square * (0x1.55555cf172b91p-5 + rest * 0x1.1111167a4d017p-7)
    let number = unsafeBitCast(shifted, to: SIMD2<UInt64>.self)
    let fraction = SIMD2(table[Int(number.x & 127)], table[Int(number.y & 127)])
    let scale = unsafeBitCast(fraction &+ number &<< 45, to: SIMD2<Double>.self)
    return (scale + scale * small).replacing(with: 0, where: exponent .< -708)
  }
}
