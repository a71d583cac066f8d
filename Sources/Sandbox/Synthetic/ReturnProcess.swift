import Foundation

/// The daily story of one instrument: regimes, clustered volatility, fat tails, and shapes that an analysis should find.
struct ReturnProcess {
  struct Day {
    /// Change of the logarithm of the price.
    let change: Double
    /// The day's volatility, for its range.
    let volatility: Double
    /// Times the usual volume.
    let activity: Double
  }

  /// Volatility of a normal day, as a fraction of the price.
  let usualVolatility: Double
  private var draw: Draw
  private var regime = Regime.normal
  private var drift = 0.0
  private var variance: Double
  /// Logarithm of the price over its anchor.
  private var deviation = 0.0
  private var pattern: (shape: Pattern, day: Int)?

  init(key: UInt64, usualVolatility: Double) {
    draw = Draw(key)
    self.usualVolatility = usualVolatility
    variance = usualVolatility * usualVolatility
  }

  /// - Parameter growth: the anchor's own change over the day; the price is pulled back to the anchor, gently.
  mutating func next(growth: Double) -> Day {
    changeRegime()
    choosePattern()
    let usual = usualVolatility * regime.volatility
    let volatility = min(max(variance.squareRoot(), usual * 0.4), usual * 3)
    var shock = draw.fatTailed()
    shock = min(max(shock, -7), 7)
    var (change, activity) = (growth + drift + volatility * shock, 1.0)
    if let (shape, day) = pattern {
      change = growth + volatility * shock * shape.noise(on: day) + shape.change(on: day, usualVolatility)
      activity = shape.activity(on: day)
      pattern = day + 1 < shape.days ? (shape, day + 1) : nil
    }
    change -= 0.012 * deviation
    change = min(max(change, -0.45), 0.45)
    deviation += change - growth
    variance = 0.04 * usual * usual + 0.09 * change * change + 0.87 * variance
    activity *= exp(0.35 * draw.normal() + 6 * min(change.magnitude, 0.25))
    if draw.happens(0.012) { activity *= 3 + 4 * draw.uniform() }
    return Day(change: change, volatility: volatility, activity: min(activity, 40))
  }

  private mutating func changeRegime() {
    if draw.happens(1.0 / 55) { regime = regime.successor(draw.uniform()) }
    if draw.happens(1.0 / 70) { drift = (draw.uniform() - 0.48) * 0.16 * usualVolatility * 2 }
  }

  private mutating func choosePattern() {
    guard pattern == nil, draw.happens(1.0 / 130) else { return }
    pattern = (Pattern.allCases[draw.index(Pattern.allCases.count)], 0)
  }
}

/// How restless a market is for weeks on end.
private enum Regime {
  case calm, normal, turbulent

  var volatility: Double {
    switch self {
    case .calm: 0.55
    case .normal: 1
    case .turbulent: 2.1
    }
  }

  /// - Parameter chance: in `0..<1`.
  func successor(_ chance: Double) -> Regime {
    switch self {
    case .calm: chance < 0.8 ? .normal : .turbulent
    case .normal: chance < 0.55 ? .calm : .turbulent
    case .turbulent: chance < 0.8 ? .normal : .calm
    }
  }
}

/// A shape that is planted into the path.
private enum Pattern: CaseIterable {
  /// Two equal peaks with a valley between them, then a fall through the valley's level: 32 days.
  case doubleTop
  /// The same upside down.
  case doubleBottom
  /// Twenty-four narrow days, then a wide one with much volume, and four that follow.
  case breakout
  case breakdown

  var days: Int {
    switch self {
    case .doubleTop, .doubleBottom: 32
    case .breakout, .breakdown: 29
    }
  }

  func change(on day: Int, _ volatility: Double) -> Double {
    switch self {
    case .doubleTop: legs(day) * volatility
    case .doubleBottom: -legs(day) * volatility
    case .breakout: burst(day) * volatility
    case .breakdown: -burst(day) * volatility
    }
  }

  /// Up 8 days, down 7, up 7, down 10: in units of the usual volatility per day.
  private func legs(_ day: Int) -> Double {
    switch day {
    case ..<8: 0.75
    case ..<15: -0.45
    case ..<22: 0.45
    default: -0.65
    }
  }

  private func burst(_ day: Int) -> Double {
    switch day {
    case ..<24: 0
    case 24: 3.2
    default: 0.6
    }
  }

  func noise(on day: Int) -> Double {
    switch self {
    case .doubleTop, .doubleBottom: 0.2
    case .breakout, .breakdown: 0.22
    }
  }

  func activity(on day: Int) -> Double {
    switch self {
    case .doubleTop, .doubleBottom: day == 24 ? 2 : 1
    case .breakout, .breakdown: day < 24 ? 0.7 : day == 24 ? 4 : 1.5
    }
  }
}
