/// Where the paths of a simulation ended, and how far they fell on the way.
public struct PathDistribution: Sendable, Equatable {
  /// The values that 5, 25, 50, 75 and 95 % of the paths do not exceed, interpolated.
  public struct Quantiles: Sendable, Equatable {
    public let p05, p25, p50, p75, p95: Double?
  }

  /// As a fraction of the start.
  public let finalReturn: Quantiles
  /// 0 or below; the start is the first peak.
  public let maximumDrawdown: Quantiles
  /// The part of the paths that ended below the start, 0...1.
  public let lossProbability: Double
  /// The part of the paths that fell by more than the limit; nil when none was stated.
  public let drawdownProbability: Double?
  /// The mean final return.
  public let meanFinal: Double?

  /// - Precondition: both have one value per path, and there is a path.
  init(finals: [Double], falls: [Double], limit: Double?) {
    let paths = Double(finals.count)
    lossProbability = Double(finals.count { $0 < 0 }) / paths
    drawdownProbability = limit.map { limit in Double(falls.count { $0 < -limit }) / paths }
    meanFinal = whenFinite(finals.reduce(0, +) / paths)
    (finalReturn, maximumDrawdown) = (Quantiles(of: finals), Quantiles(of: falls))
  }
}

extension PathDistribution.Quantiles {
  /// - Parameter values: at least one, in any order.
  init(of values: [Double]) {
    let sorted = values.sorted()
    func value(_ part: Double) -> Double? {
      let place = part * Double(sorted.count - 1)
      let below = Int(place)
      let (low, high) = (sorted[below], sorted[min(below + 1, sorted.count - 1)])
      return whenFinite(low + (high - low) * (place - Double(below)))
    }
    self.init(p05: value(0.05), p25: value(0.25), p50: value(0.5), p75: value(0.75), p95: value(0.95))
  }
}
