/// A limit as the provider announces it itself: Binance's exchangeInfo. It makes what is configured stricter, never wider.
public struct AnnouncedLimit: Sendable, Hashable {
  public let unit: RateLimit.Unit
  /// The length of the window.
  public let per: Duration
  /// `1...RateCounter.usedMax`
  public let capacity: Int

  /// - Returns: nil for what cannot be a limit: none or too much of it, or a window that nobody keeps.
  public init?(unit: RateLimit.Unit, per: Duration, capacity: Int) {
    guard (1...RateCounter.usedMax).contains(capacity), RateLimit.Window.fixed(per).hasUsableLength else { return nil }
    (self.unit, self.per, self.capacity) = (unit, per, capacity)
  }
}

extension [RateLimit] {
  /// These limits, each no wider than what is announced for its unit and length of window, and beside them what is announced and not
  /// configured. Two limits of one name become the stricter one.
  ///
  /// - Complexity: O(limits × announced), both a handful.
  public func narrowed(by announced: [AnnouncedLimit]) -> [RateLimit] {
    var result: [RateLimit] = []
    for limit in self {
      let said = announced.filter { $0.unit == limit.unit && $0.per == limit.window.length }.map(\.capacity).min()
      let narrowed = said.map { limit.narrowed(to: $0) } ?? limit
      if let index = result.firstIndex(where: { $0.name == limit.name }) {
        result[index] = result[index].narrowed(to: narrowed.capacity)
      } else {
        result.append(narrowed)
      }
    }
    // The room that is left to others behind the same address is left in every window.
    let share = map(\.share).min() ?? 1
    for said in announced where !contains(where: { $0.unit == said.unit && $0.window.length == said.per }) {
      result.append(RateLimit(announced: said, share: share))
    }
    return result
  }
}

extension RateLimit.Window {
  /// The length of a window that the clock or the moment begins; nil for a day of a zone, and for what is in flight.
  public var length: Duration? {
    switch self {
    case .fixed(let length), .rolling(let length): length
    case .daily, .inFlight: nil
    }
  }
}
