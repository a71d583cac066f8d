import Foundation
import Scheduling
import Testing

/// Values as a test writes them; each records a failure when the text is wrong.
func instant(_ text: String) throws -> Instant { try #require(Instant(iso8601: text)) }
func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }
func zone(_ identifier: String) throws -> TimeZone { try #require(TimeZone(identifier: identifier)) }

/// A generator of random numbers that repeats itself for a seed.
///
/// Source: Sebastiano Vigna, SplitMix64, public domain.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
