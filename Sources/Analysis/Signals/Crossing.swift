/// Notices when one line crosses another, once per crossing.
///
/// A touch is no crossing: up, equal, up stays silent; so lines alternate between crossing up and down. Differences within 1e-12 of the
/// lines count as equal, so that rounding in a flat market crosses nothing. Lines that were equal from the start cross when they part.
struct Crossing {
  private enum Side { case unknown, level, above, below }

  private var side = Side.unknown

  /// Takes the next pair of values, in order of time; a pair with an undefined one is passed over.
  /// - Returns: bullish when `line` came above `other`, bearish when it came below, else nil.
  mutating func update(_ line: Double?, over other: Double?) -> Signal.Direction? {
    guard let line, let other else { return nil }
    let difference = line - other
    guard abs(difference) > 1e-12 * max(abs(line), abs(other)) else {
      if side == .unknown { side = .level }
      return nil
    }
    let before = side
    side = difference > 0 ? .above : .below
    return before == .unknown || before == side ? nil : side == .above ? .bullish : .bearish
  }
}
