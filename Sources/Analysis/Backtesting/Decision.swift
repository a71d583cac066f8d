/// What a rule wants at the close of a bar. It is filled at the open of the next one, and on the last bar never.
public enum Decision: UInt8, Sendable {
  /// Leave things as they are.
  case keep
  /// Be long; ignored while long.
  case buy
  /// Be flat; ignored while flat.
  case sell
}

/// Which of two lines is the upper one.
///
/// Differences within 1e-12 of the second line count as none, so that rounding in a flat market crosses nothing.
enum Side {
  @inline(__always) static func isAbove(_ line: Double, _ other: Double) -> Bool { line > other + 1e-12 * abs(other) }
  @inline(__always) static func isBelow(_ line: Double, _ other: Double) -> Bool { line < other - 1e-12 * abs(other) }

  /// Above now and not before. An undefined number (NaN) crosses nothing.
  @inline(__always) static func crossesUp(_ before: Double, _ otherBefore: Double, _ now: Double, _ other: Double) -> Bool {
    isAbove(now, other) && !isAbove(before, otherBefore) && !before.isNaN && !otherBefore.isNaN
  }

  /// Below now and not before. An undefined number (NaN) crosses nothing.
  @inline(__always) static func crossesDown(_ before: Double, _ otherBefore: Double, _ now: Double, _ other: Double) -> Bool {
    isBelow(now, other) && !isBelow(before, otherBefore) && !before.isNaN && !otherBefore.isNaN
  }
}
