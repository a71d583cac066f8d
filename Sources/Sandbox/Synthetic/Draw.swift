/// Numbers drawn from a key: the same key gives the same numbers, in every process and on every day.
///
/// Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators" (SplitMix64), OOPSLA 2014.
struct Draw {
  private var state: UInt64

  init(_ key: UInt64) { state = key }

  /// One key out of two, well mixed.
  static func key(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var draw = Draw(a ^ (b &* 0xD6E8_FEB8_6659_FD93))
    return draw.bits()
  }

  /// One key out of a name (FNV-1a).
  static func key(_ seed: UInt64, name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return key(seed, hash)
  }

  @inline(__always)
  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// In `0..<1`.
  @inline(__always)
  mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

  /// In `0..<count`.
  @inline(__always)
  mutating func index(_ count: Int) -> Int { Int((bits() >> 32) &* UInt64(count) >> 32) }

  mutating func happens(_ probability: Double) -> Bool { uniform() < probability }
}
