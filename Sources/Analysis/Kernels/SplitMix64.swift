/// The same numbers from the same seed, everywhere.
///
/// - Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  @inline(__always)
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// An index below `count`: a fraction of 53 bits times the count, rounded down.
  /// - Precondition: `0 < count <= 2^53`.
  @inline(__always)
  public mutating func index(below count: Int) -> Int {
    min(count - 1, Int(unit() * Double(count)))
  }

  /// A number in `0..<1`, one of 2^53 that lie evenly.
  @inline(__always)
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
