/// Random numbers that a seed repeats: Steele, Lea and Flood's SplitMix64.
struct Moments: RandomNumberGenerator {
  var state: UInt64

  /// A sequence of its own for each trial, so that one trial can be repeated without the others.
  init(seed: UInt64, trial: Int) { state = seed &+ UInt64(trial) &* 0xD134_2543_DE82_EF95 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
