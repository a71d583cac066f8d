import Foundation

/// How likely a Sharpe ratio is more than chance, given the shape of the changes that it was measured on.
public enum SharpeInference {
  /// The probability that the true Sharpe ratio of one bar is above `benchmark`, 0...1.
  ///
  /// - Parameters:
  ///   - sharpe: of one bar, not of a year.
  ///   - count: how many changes it was measured on.
  ///   - kurtosis: raw; 3 for a normal distribution. Both moments biased.
  /// - Returns: nil where the formula has no value: fewer than two changes, or a shape so odd that the variance is not above zero.
  /// - Source: Bailey & López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012).
  public static func probability(
    of sharpe: Double, above benchmark: Double = 0, count: Int, skewness: Double, kurtosis: Double
  ) -> Double? {
    let variance = 1 - skewness * sharpe + (kurtosis - 1) / 4 * (sharpe * sharpe)
    guard count > 1, variance > 0 else { return nil }
    return whenFinite(NormalDistribution.probability(upTo: (sharpe - benchmark) * Double(count - 1).squareRoot() / variance.squareRoot()))
  }

  /// The best Sharpe ratio of one bar that is expected of so many trials without any skill; zero for a single one.
  ///
  /// - Parameter deviation: that of the Sharpe ratios of one bar over all trials, 0 or above.
  /// - Source: Bailey & López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014).
  public static func expectedMaximum(trials: Int, deviation: Double) -> Double? {
    guard trials > 1 else { return trials == 1 ? 0 : nil }
    let gamma = 0.5772156649
    guard let typical = NormalDistribution.quantile(1 - 1 / Double(trials)),
      let extreme = NormalDistribution.quantile(1 - 1 / (Double(trials) * exp(1)))
    else { return nil }
    return whenFinite(deviation * ((1 - gamma) * typical + gamma * extreme))
  }
}

/// How many rules were tried before this one, and how far their results lie apart.
public struct SharpeTrials: Sendable, Equatable {
  /// At least 1.
  public let count: Int
  /// The deviation of their Sharpe ratios of one bar, 0 or above.
  public let deviation: Double

  /// - Throws: ``BacktestDefect/outOfRange(key:value:wanted:)``
  public init(count: Int, deviation: Double) throws(BacktestDefect) {
    try demand("trials", Double(count), "at least 1") { $0 >= 1 }
    try demand("trial_sharpe_std", deviation, "a number of at least 0") { $0 >= 0 && $0.isFinite }
    (self.count, self.deviation) = (count, deviation)
  }

  /// - Parameters:
  ///   - sharpes: of one bar, of those trials that have one.
  ///   - count: of all trials, at least 1.
  /// - Returns: nil for fewer than two ratios, which have no spread.
  public init?(ofSharpes sharpes: [Double], count: Int) {
    // `try?`: a spread comes of two ratios at least and is a finite number, so nothing is left to refuse.
    guard let spread = sampleDeviation(of: sharpes), let trials = try? SharpeTrials(count: count, deviation: spread) else { return nil }
    self = trials
  }
}
