/// What the `volume` of a price message means: the bots do not say.
public enum VolumeMeaning: String, Sendable, CaseIterable {
  /// It was traded since the message before.
  case traded
  /// It is all that was traded in the day until then.
  case total
  /// It says nothing of the hour.
  case none
}

/// Tells what was traded with each message of a ticker.
struct VolumeCounter {
  /// The last total, the time of its message, the hour of its receipt, and how many gaps there had been.
  private var last: (total: Amount, time: Int64?, hour: Int64, gaps: Int)?

  /// - Parameters:
  ///   - gaps: how often nothing was heard for a while, so far.
  /// - Returns: nil when it is not known.
  mutating func traded(_ message: PriceMessage, _ meaning: VolumeMeaning, hour: Int64, gaps: Int) -> Amount? {
    guard meaning != .none, let volume = message.volume.flatMap({ Amount($0) }) else { return nil }
    if meaning == .traded { return volume }
    let time = message.time?.nanoseconds
    guard let before = last else {
      last = (volume, time, hour, gaps)
      return nil
    }
    // An older message that was overtaken: the newer one had all of it.
    if let time, let then = before.time, time < then { return nil }
    last = (volume, time, hour, gaps)
    // What was traded in a gap that began in another hour belongs to nobody knows which.
    guard before.gaps == gaps || before.hour == hour else { return nil }
    if volume >= before.total { return volume - before.total }
    // Much less is a new day, which began at zero; a little less is a correction.
    return volume + volume < before.total ? volume : .zero
  }
}
