public import MarketData

/// A rule that forms opinions from candles. A new one is a new file; nothing else needs to know it.
///
/// It looks at a bar only when that bar has closed, and never at a later one: the opinion on a bar is the same however many bars follow.
/// It speaks once per crossing, not on every bar beyond a threshold.
public protocol Strategy: Sendable {
  /// Unique among strategies and their parameters, and stable, because stored signals carry it: `rsi_14_30_70`.
  var name: String { get }

  /// How many bars before the first one judged must be loaded, so that the indicators have forgotten where history starts.
  ///
  /// 15 times the longest Wilder period, 7 times the longest exponential one: then what is left of the seed is below 1e-6 of what it was.
  /// Loading less is allowed; signals near a threshold may then differ from those of the whole history.
  var warmUp: Int { get }

  /// What it thinks of the bars from index `first` on; at most one opinion for a bar, oldest first.
  /// - Complexity: O(*n*).
  func opinions(on series: CandleSeries, from first: Int) -> [Opinion]
}

/// What a strategy thinks of one bar.
public struct Opinion: Sendable, Equatable {
  /// The index of the bar in the series.
  public let index: Int
  public let direction: Signal.Direction
  /// 0...1
  public let strength: Double
  public let inputs: [Signal.Input]
  /// What happened, in one sentence without numbers.
  public let sentence: String

  public init(index: Int, direction: Signal.Direction, strength: Double, inputs: [Signal.Input], sentence: String) {
    (self.index, self.direction, self.inputs, self.sentence) = (index, direction, inputs, sentence)
    self.strength = min(1, max(0, strength))
  }
}

/// Why parameters make no strategy.
public enum StrategyDefect: Error, Sendable, Equatable {
  /// A period below the least that the formula needs.
  case periodTooShort(parameter: String, value: Int, least: Int)
  /// The fast period is not below the slow one.
  case fastNotBelowSlow(fast: Int, slow: Int)
  /// Thresholds must satisfy 0 < low < high < 100.
  case thresholdsOutOfOrder(low: Double, high: Double)
  /// The width of a band in deviations must be a number above zero.
  case widthNotAboveZero(Double)
  /// The least confidence of a pattern must be 0 to 1.
  case confidenceOutOfRange(Double)
}

extension StrategyDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .periodTooShort(let parameter, let value, let least): "`\(parameter)` is \(value); it must be at least \(least)"
    case .fastNotBelowSlow(let fast, let slow): "`fast` is \(fast) and `slow` is \(slow); fast must be below slow"
    case .thresholdsOutOfOrder(let low, let high):
      "`low` is \(trimmed(low)) and `high` is \(trimmed(high)); they must satisfy 0 < low < high < 100"
    case .widthNotAboveZero(let width): "`deviations` is \(trimmed(width)); it must be a number above zero"
    case .confidenceOutOfRange(let least): "`confidence` is \(trimmed(least)); it must be 0 to 1"
    }
  }
}

/// A number for names and messages: `2`, not `2.0`.
func trimmed(_ number: Double) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// - Throws: ``StrategyDefect/periodTooShort(parameter:value:least:)``
func require(_ parameter: String, _ value: Int, atLeast least: Int) throws(StrategyDefect) {
  guard value >= least else { throw .periodTooShort(parameter: parameter, value: value, least: least) }
}

/// Maps evidence of 0 or more to 0..<1, rising: 0.5 at `half`.
func strength(ofEvidence evidence: Double, half: Double) -> Double {
  guard evidence > 0 else { return 0 }
  return evidence.isFinite ? evidence / (evidence + half) : 1
}

/// Bars that must precede the first judged one, for the smoothings used.
func warmUp(wilder: Int = 0, exponential: Int = 0, window: Int = 0) -> Int {
  max(15 * wilder, 7 * exponential, window)
}
