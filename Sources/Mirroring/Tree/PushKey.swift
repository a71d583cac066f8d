/// Makes keys that sort in the order in which they were made: 8 characters of the time, 12 of chance.
///
/// Two keys of the same millisecond differ by one in their last part, so they sort too.
/// - Source: Firebase, "The 2^120 Ways to Ensure Unique Identifiers".
public struct PushKey: Sendable {
  private static let alphabet = Array("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8)

  private var lastMillisecond: Int64 = -1
  private var chance: [Int] = []

  public init() {}

  /// - Parameters:
  ///   - millisecond: since 1970. Should the clock go back, the last one is used, and keys still ascend.
  ///   - random: where the chance comes from.
  public mutating func next(at millisecond: Int64, using random: inout some RandomNumberGenerator) -> String {
    let time = max(millisecond, lastMillisecond)
    if time == lastMillisecond, increment() {
      // One more than the last.
    } else {
      // After 64^12 keys in a millisecond it would be borrowed from the next.
      lastMillisecond = time == lastMillisecond ? time + 1 : time
      chance = (0..<12).map { _ in Int.random(in: 0..<64, using: &random) }
    }
    let stamp = stride(from: 42, through: 0, by: -6).map { Int(lastMillisecond >> Int64($0) & 63) }
    return String(decoding: (stamp + chance).map { PushKey.alphabet[$0] }, as: UTF8.self)
  }

  /// - Returns: false when all were at their last value.
  private mutating func increment() -> Bool {
    for index in chance.indices.reversed() {
      if chance[index] < 63 {
        chance[index] += 1
        return true
      }
      chance[index] = 0
    }
    return false
  }
}
