/// What someone wants to be told once: a price, an indicator or a shape that crosses a line.
///
/// A firing depends on no later bar. A level fires when a value comes to its other side, and again only after the value had gone back
/// (``AlertRule/returnedShare``, ``AlertRule/returnedPoints``), so that a value that trembles around a level is told of once.
public struct AlertRule: Sendable, Equatable {
  public let kind: Kind

  public enum Kind: Sendable, Equatable {
    /// The close comes to the other side of a price.
    case price(level: Double, Side)
    /// The relative strength index comes above, or below, a level.
    case rsi(period: Int, level: Double, Side)
    /// The MACD (12, 26, 9) crosses its signal line; nil: either way.
    case macdCross(Signal.Direction?)
    /// A chart pattern of at least this confidence is confirmed; all kinds when there is none.
    case pattern(kinds: [ChartPattern.Kind], confidence: Double)
    /// The volume is unusual beside so many bars before, and was not on the bar before.
    case volumeSpike(period: Int)
    /// The regime by rules went over to another one for two bars.
    case regimeChange(RegimePart)
    /// The close lies more than this share below the highest close so far.
    case drawdown(limit: Double)
    /// The price comes down to a stop, or through it.
    case stop(Stop, by: Touch)
    /// So many of the newest bars that should have closed are missing: said by ``staleness(_:missing:)``, never by a bar.
    case stale(bars: Int)
  }

  /// Where a stop lies.
  public enum Stop: Sendable, Equatable {
    case price(Double)
    /// This share below the highest close since the trail began: with the history, and anew once the price has come back from a hit,
    /// 1 % above that stop or this share above the lowest close since.
    case trailing(Double)
  }

  /// What of a bar must reach a stop.
  public enum Touch: String, Sendable, CaseIterable {
    case low, close
  }

  /// From which side a level is crossed.
  public enum Side: String, Sendable, CaseIterable {
    case above, below
    case crosses

    var directions: [Signal.Direction] {
      switch self {
      case .above: [.bullish]
      case .below: [.bearish]
      case .crosses: [.bullish, .bearish]
      }
    }
  }

  public enum RegimePart: String, Sendable, CaseIterable {
    case any, trend, volatility
  }

  /// So far must a price go back to the other side of its level before it is told of again: 1 %.
  public static let returnedShare = 0.01
  /// So far must an RSI go back.
  public static let returnedPoints = 2.0

  /// - Throws: ``AlertDefect`` for numbers that make no rule.
  public init(_ kind: Kind) throws(AlertDefect) {
    switch kind {
    case .price(let level, _): guard level > 0, level.isFinite else { throw .level(level, least: 0, most: nil) }
    case .rsi(let period, let level, _):
      guard (2...AlertRule.periodMax).contains(period) else { throw .period(period) }
      guard 0 < level, level < 100 else { throw .level(level, least: 0, most: 100) }
    case .pattern(_, let confidence): guard (0...1).contains(confidence) else { throw .confidence(confidence) }
    case .volumeSpike(let period): guard (2...AlertRule.periodMax).contains(period) else { throw .period(period) }
    case .drawdown(let limit): guard 0 < limit, limit < 1 else { throw .limit(limit) }
    case .stop(.price(let level), _): guard level > 0, level.isFinite else { throw .level(level, least: 0, most: nil) }
    case .stop(.trailing(let share), _): guard 0 < share, share < 1 else { throw .trail(share) }
    case .stale(let bars): guard (1...AlertRule.periodMax).contains(bars) else { throw .bars(bars) }
    case .macdCross, .regimeChange: break
    }
    self.kind = kind
  }

  /// Whether a price is written in it.
  public var isOfPrice: Bool {
    switch kind {
    case .price, .stop(.price, _): true
    default: false
    }
  }

  /// The longest period that a rule can have.
  public static let periodMax = 1000
}

/// Why numbers make no alert.
public enum AlertDefect: Error, Sendable, Equatable {
  /// A level outside of what the value can reach; `most` nil: any number above `least`.
  case level(Double, least: Double, most: Double?)
  case period(Int)
  case confidence(Double)
  case limit(Double)
  case trail(Double)
  case bars(Int)
}

extension AlertDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .level(let level, let least, let most):
      "the level is \(trimmed(level)); it must be above \(trimmed(least))" + (most.map { " and below \(trimmed($0))" } ?? "")
    case .period(let period): "the period is \(period); it must be 2 to \(AlertRule.periodMax)"
    case .confidence(let confidence): "the confidence is \(trimmed(confidence)); it must be 0 to 1"
    case .limit(let limit): "the drawdown is \(percentText(limit)); it must be above 0% and below 100%"
    case .trail(let share): "the stop trails \(percentText(share)) behind; it must be above 0% and below 100%"
    case .bars(let bars): "the number of bars is \(bars); it must be 1 to \(AlertRule.periodMax)"
    }
  }
}

extension AlertRule: CustomStringConvertible {
  /// The condition with all its numbers, for a reader: `close crosses 100000`. Two rules that differ read otherwise.
  public var description: String {
    switch kind {
    case .price(let level, .crosses): "close crosses \(trimmed(level))"
    case .price(let level, let side): "close comes \(side.rawValue) \(trimmed(level))"
    case .rsi(let period, let level, .crosses): "RSI \(period) crosses \(trimmed(level))"
    case .rsi(let period, let level, let side): "RSI \(period) comes \(side.rawValue) \(trimmed(level))"
    case .macdCross(nil): "MACD crosses its signal line"
    case .macdCross(let direction?): "MACD crosses \(direction == .bullish ? "above" : "below") its signal line"
    case .pattern(let kinds, let confidence):
      (kinds.isEmpty ? "a pattern" : kinds.map(\.words).joined(separator: " or "))
        + " is confirmed, confidence \(trimmed(confidence)) or more"
    case .volumeSpike(let period): "volume is unusual beside \(period) bars"
    case .regimeChange(.any): "trend or volatility regime changes"
    case .regimeChange(let part): "\(part.rawValue) regime changes"
    case .drawdown(let limit): "close falls more than \(percentText(limit)) below its highest one"
    case .stop(.price(let level), let touch): "\(touch.rawValue) comes down to the stop at \(trimmed(level))"
    case .stop(.trailing(let share), let touch): "\(touch.rawValue) comes down to the stop \(percentText(share)) below the highest close"
    case .stale(1): "the newest bar is missing"
    case .stale(let bars): "the newest \(bars) bars are missing"
    }
  }
}

extension ChartPattern.Kind {
  /// `double top`
  var words: String { rawValue.replacing("_", with: " ") }
}

/// `20%`, for a share.
func percentText(_ share: Double) -> String {
  guard abs(share) < 1e9 else { return "\(share * 100)%" }
  return trimmed((share * 1e8).rounded() / 1e6) + "%"
}
