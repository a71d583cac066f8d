import Foundation

/// What a run might have come to with other luck: its trades, or its bars, drawn again and again.
public struct MonteCarlo: Sendable, Equatable {
  /// More draws are refused.
  public static let pathsMax = 100_000

  public let seed: UInt64
  public let paths: Int
  /// Bars that stay together, so that calm and wild times do; nil for the third root of the bars, at least 5.
  public let block: Int?
  /// The fall, as a fraction above zero, whose probability is wanted as well.
  public let drawdownLimit: Double?

  /// - Throws: ``BacktestDefect/outOfRange(key:value:wanted:)``
  public init(seed: UInt64, paths: Int, block: Int? = nil, drawdownLimit: Double? = nil) throws(BacktestDefect) {
    try demand("monte_carlo.paths", Double(paths), "at least 1 and at most \(Self.pathsMax)") { 1...Double(Self.pathsMax) ~= $0 }
    if let block { try demand("monte_carlo.block", Double(block), "at least 1") { $0 >= 1 } }
    if let drawdownLimit { try demand("monte_carlo.drawdown_limit", drawdownLimit, "above 0 and below 1") { $0 > 0 && $0 < 1 } }
    (self.seed, self.paths, self.block, self.drawdownLimit) = (seed, paths, block, drawdownLimit)
  }

  /// The block that is used for so many changes.
  public func block(for changes: Int) -> Int {
    block ?? max(5, Int(cbrt(Double(changes)).rounded()))
  }

  /// Draws as many closed trades as there were, with replacement, and compounds what each earned: order and luck.
  /// - Returns: nil when no trade was closed.
  /// - Complexity: O(paths · trades).
  public func tradeBootstrap(_ run: BacktestRun) -> PathDistribution? {
    let earned = run.closedTrades.map(\.profitFraction)
    return distribution(of: earned) { generator, add in
      for _ in earned { add(earned[generator.index(below: earned.count)]) }
    }
  }

  /// Draws blocks of changes from bar to bar, round the end, until there are as many as there were.
  /// - Returns: nil when the run has fewer than two bars.
  /// - Complexity: O(paths · bars).
  public func blockBootstrap(_ run: BacktestRun) -> PathDistribution? {
    let changes = run.returns
    let block = block(for: changes.count)
    return distribution(of: changes) { generator, add in
      var left = changes.count
      while left > 0 {
        var index = generator.index(below: changes.count)
        for _ in 0..<min(block, left) {
          add(changes[index])
          index = index + 1 == changes.count ? 0 : index + 1
        }
        left -= min(block, left)
      }
    }
  }

  /// - Parameter path: adds the changes of one path. The generator begins with the seed for each method.
  @inline(__always)
  private func distribution(
    of changes: [Double], path: (inout SplitMix64, (Double) -> Void) -> Void
  ) -> PathDistribution? {
    guard !changes.isEmpty else { return nil }
    var generator = SplitMix64(seed: seed)
    var (finals, falls): ([Double], [Double]) = ([], [])
    for _ in 0..<paths {
      var (value, peak, deepest) = (1.0, 1.0, 0.0)
      path(&generator) { change in
        value *= 1 + change
        peak = value > peak ? value : peak
        deepest = min(deepest, value / peak - 1)
      }
      finals.append(value - 1)
      falls.append(deepest)
    }
    return PathDistribution(finals: finals, falls: falls, limit: drawdownLimit)
  }
}
