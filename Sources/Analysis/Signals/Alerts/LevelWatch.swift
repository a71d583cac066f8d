/// Notices when a value comes above a level, once until it has gone back far enough.
///
/// The value before must have been on the other side: one that begins beyond the level crosses nothing, and a touch is no crossing.
struct LevelWatch {
  private let level: Double
  /// At this value or below it the watch is armed again; not above the level.
  private let armedAt: Double
  private var isArmed = true
  private var isAbove: Bool?

  init(level: Double, armedAgainAt armedAt: Double) {
    (self.level, self.armedAt) = (level, min(armedAt, level))
  }

  /// Takes the next value, in order of time; one that is not finite is passed over.
  mutating func comesAbove(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    if value <= armedAt { isArmed = true }
    guard value != level else { return false }
    let wasAbove = isAbove
    isAbove = value > level
    guard isAbove == true, wasAbove == false, isArmed else { return false }
    isArmed = false
    return true
  }
}

/// Watches a level from one side or both. Each side is armed by itself: after a rise above the level the fall below it is told of, too,
/// and each of them again only after the value had gone back.
struct SidedWatch {
  private var rises: LevelWatch?
  private var falls: LevelWatch?

  /// - Parameter returned: how far beyond the level a value must have gone back.
  init(level: Double, _ side: AlertRule.Side, returned: Double) {
    if side.directions.contains(.bullish) { rises = LevelWatch(level: level, armedAgainAt: level - returned) }
    if side.directions.contains(.bearish) { falls = LevelWatch(level: -level, armedAgainAt: -level - returned) }
  }

  mutating func crosses(_ value: Double) -> Signal.Direction? {
    let (rose, fell) = (rises?.comesAbove(value) ?? false, falls?.comesAbove(-value) ?? false)
    return rose ? .bullish : fell ? .bearish : nil
  }
}
