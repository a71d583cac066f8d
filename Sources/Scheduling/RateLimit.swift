public import Foundation

/// One thing that a provider allows: so much within a window. A provider may have several; a request must fit all of them.
public struct RateLimit: Sendable, Hashable {
  /// What is counted.
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    /// Every request counts one, whatever its weight.
    case requests
    /// A request counts its weight.
    case weight
  }

  /// When what was counted is given back.
  public enum Window: Sendable, Hashable {
    /// Whole windows laid end to end from 1970-01-01T00:00Z: calendar minutes, hours, UTC days.
    case fixed(Duration)
    /// The time that ends now. What was counted is given back one window later, up to a sixtieth of the window late.
    case rolling(Duration)
    /// A calendar day of a zone, 23 to 25 hours long where the clocks change.
    case daily(TimeZone)
    /// From the request's start to its end. One whose end was never told (a crash) is given back after the lease.
    case inFlight(lease: Duration)
  }

  /// Tells the limits of one provider apart, in stored rows and in messages: `weight per minute`.
  public let name: String
  /// What the provider allows in a window; `1...RateCounter.usedMax`.
  public let capacity: Int
  public let unit: Unit
  public let window: Window
  /// The part of the capacity that is used, above 0 and up to 1: the rest is room for other programs behind the same address.
  public let share: Double
  /// The provider's usage header speaks of this limit.
  public let isReported: Bool

  /// - Parameter share: above 0 and up to 1; `0.9` leaves a tenth of the capacity unused.
  public init(
    name: String, capacity: Int, unit: Unit, window: Window, share: Double = 1, isReported: Bool = false
  ) throws(RateLimitDefect) {
    guard !name.isEmpty else { throw .noName }
    guard (1...RateCounter.usedMax).contains(capacity) else { throw .capacity(capacity, limit: name) }
    guard share > 0, share <= 1 else { throw .share(share, limit: name) }
    guard window.hasUsableLength else { throw .windowLength(limit: name) }
    (self.name, self.capacity, self.unit, self.window) = (name, capacity, unit, window)
    (self.share, self.isReported) = (share, isReported)
  }

  /// A limit that the provider announced and nobody configured.
  init(announced: AnnouncedLimit, share: Double) {
    let window = Window.fixed(announced.per)
    (name, capacity, unit) = ("\(announced.unit.rawValue) \(window)", announced.capacity, announced.unit)
    (self.window, self.share, isReported) = (window, share, false)
  }

  /// The same limit, with a smaller capacity where it has a larger one.
  /// - Parameter capacity: `1...RateCounter.usedMax`
  func narrowed(to capacity: Int) -> RateLimit { RateLimit(self, capacity: Swift.min(self.capacity, capacity)) }

  private init(_ limit: RateLimit, capacity: Int) {
    (name, self.capacity, unit, window) = (limit.name, capacity, limit.unit, limit.window)
    (share, isReported) = (limit.share, limit.isReported)
  }

  /// What may be used of the capacity: its share rounded down, at least 1.
  public var usable: Int { share == 1 ? capacity : max(1, Int(Double(capacity) * share + 1e-6)) }

  /// What a request of this weight takes from the limit.
  public func cost(ofWeight weight: Int) -> Int { unit == .requests ? 1 : weight }

  /// The same limit with another capacity: the provider announced a new one.
  public func with(capacity: Int) throws(RateLimitDefect) -> RateLimit {
    try RateLimit(name: name, capacity: capacity, unit: unit, window: window, share: share, isReported: isReported)
  }
}

/// Why a limit cannot be one.
public enum RateLimitDefect: Error, Sendable, Hashable {
  case noName
  case capacity(Int, limit: String)
  case share(Double, limit: String)
  case windowLength(limit: String)
}

extension RateLimitDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noName: "a rate limit has no name; give each limit of a provider one of its own"
    case .capacity(let capacity, let limit): "the limit `\(limit)` allows \(capacity); write a number from 1 to \(RateCounter.usedMax)"
    case .share(let share, let limit): "the limit `\(limit)` has the share \(share); write one above 0 and up to 1, such as 0.9"
    case .windowLength(let limit):
      "the window of the limit `\(limit)` cannot be used; write whole milliseconds, up to \(RateLimit.Window.daysMax) days"
    }
  }
}

extension RateLimit: CustomStringConvertible {
  /// `6000 weight per 1 min`, `25 requests per day of America/New_York`
  public var description: String { "\(capacity) \(unit.rawValue) \(window)" }
}

extension RateLimit.Window: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fixed(let length): "per \(words(length))"
    case .rolling(let length): "in any \(words(length))"
    case .daily(let zone): "per day of \(zone.identifier)"
    case .inFlight: "at once"
    }
  }
}

private func words(_ length: Duration) -> String {
  let milliseconds = length.milliseconds
  let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")]
  for (size, unit) in units where milliseconds % size == 0 { return "\(milliseconds / size) \(unit)" }
  return "\(milliseconds) ms"
}
