import Foundation
import MarketData

/// Price series with one shape in each, made by construction from a seed: straight legs between turns, with noise in closes and ranges.
///
/// As the recorded cases, a series ends where the shape does, before the price has left it.
struct PlantedShapes {
  static let kinds = [
    "double_top", "double_bottom", "head_shoulders", "inverse_head_shoulders", "bull_flag", "bear_flag", "bull_pennant", "bear_pennant",
    "ascending_triangle", "descending_triangle", "symmetrical_triangle",
  ]
  static let empty = ["none_trend", "none_range", "none_flat", "none_walk"]

  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// - Returns: the series, and the bars of the shape; nil when there is none.
  mutating func series(_ kind: String) -> (series: CandleSeries, bars: ClosedRange<Int>?) {
    switch kind {
    case "double_top": return planted(doubleTop(), noise: 0.001...0.004)
    case "double_bottom": return planted(doubleTop(), noise: 0.001...0.004, isMirrored: true)
    case "head_shoulders": return planted(headAndShoulders(), noise: 0.001...0.004)
    case "inverse_head_shoulders": return planted(headAndShoulders(), noise: 0.001...0.004, isMirrored: true)
    case "bull_flag": return planted(rest(narrowing: 1), noise: 0.002...0.004)
    case "bear_flag": return planted(rest(narrowing: 1), noise: 0.002...0.004, isMirrored: true)
    case "bull_pennant": return planted(rest(narrowing: 0.6), noise: 0.001...0.003)
    case "bear_pennant": return planted(rest(narrowing: 0.6), noise: 0.001...0.003, isMirrored: true)
    case "ascending_triangle": return planted(triangle(upper: 0, lower: 0.7), noise: 0.001...0.004)
    case "descending_triangle": return planted(triangle(upper: -0.7, lower: 0), noise: 0.001...0.004)
    case "symmetrical_triangle": return planted(triangle(upper: -0.4, lower: 0.35), noise: 0.001...0.004)
    default: return (featureless(kind), nil)
    }
  }

  /// Turns at (bar, logarithm of the price), and the first bar of the shape.
  private typealias Outline = (turns: [(bar: Int, level: Double)], start: Int)

  private mutating func doubleTop() -> Outline {
    let (rise, half) = (Int.random(in: 24...36, using: &random), Int.random(in: 7...15, using: &random))
    let (top, height) = (Double.random(in: 0.14...0.28, using: &random), Double.random(in: 0.07...0.12, using: &random))
    let second = top + height * Double.random(in: -0.08...0.08, using: &random)
    return (
      [
        (0, 0), (rise, top), (rise + half, top - height), (rise + 2 * half, second),
        (rise + 3 * half, second - height * Double.random(in: 0.6...0.85, using: &random)),
      ], rise
    )
  }

  private mutating func headAndShoulders() -> Outline {
    let (rise, leg) = (Int.random(in: 24...36, using: &random), Int.random(in: 8...11, using: &random))
    let (top, height) = (Double.random(in: 0.16...0.3, using: &random), Double.random(in: 0.12...0.2, using: &random))
    let shoulder = height * Double.random(in: 0.4...0.6, using: &random)
    let (left, neck) = (top, top - shoulder)
    func near(_ level: Double) -> Double { level + height * Double.random(in: -0.05...0.05, using: &random) }
    let tail = Int.random(in: 5...8, using: &random)
    return (
      [
        (0, 0), (rise, left), (rise + leg, neck), (rise + 2 * leg, neck + height), (rise + 3 * leg, near(neck)),
        (rise + 4 * leg, near(left)), (rise + 4 * leg + tail, neck + 0.35 * shoulder),
      ], rise
    )
  }

  private mutating func rest(narrowing: Double) -> Outline {
    let (pole, height) = (Int.random(in: 5...8, using: &random), Double.random(in: 0.17...0.32, using: &random))
    let (leg, legs) = (Int.random(in: 3...4, using: &random), narrowing < 1 ? 5 : 4)
    let drift = narrowing < 1 ? -0.03 * height : -0.16 * height
    var (swing, bar) = (height * Double.random(in: 0.18...0.26, using: &random), 30 + pole)
    var turns = [(bar: 0, level: 0.0), (30, 0.01), (bar, height)]
    for index in 0..<legs {
      bar += leg
      let falls = index % 2 == 0
      turns.append((bar, height + drift * Double(index + 1) / Double(legs) - (falls ? swing : 0.2 * swing)))
      swing *= narrowing
    }
    return (turns, 30)
  }

  /// - Parameters: how far each line comes in over the shape, as a share of its first gap.
  private mutating func triangle(upper: Double, lower: Double) -> Outline {
    let (rise, leg) = (Int.random(in: 24...28, using: &random), Int.random(in: 7...9, using: &random))
    let gap = Double.random(in: 0.1...0.18, using: &random)
    let start = rise + leg - 1
    var turns = [(bar: 0, level: 0.0), (rise, 0.16), (start, 0.16 + gap)]
    for index in 1...5 {
      let share = Double(index) / 5
      turns.append((start + index * leg, 0.16 + (index % 2 == 0 ? gap + upper * gap * share : lower * gap * share)))
    }
    return (turns, start)
  }

  private mutating func planted(
    _ outline: Outline, noise: ClosedRange<Double>, isMirrored: Bool = false
  ) -> (series: CandleSeries, bars: ClosedRange<Int>?) {
    let width = Double.random(in: noise, using: &random)
    var levels: [Double] = []
    for (from, to) in zip(outline.turns, outline.turns.dropFirst()) {
      for bar in from.bar..<to.bar {
        levels.append(from.level + (to.level - from.level) * Double(bar - from.bar) / Double(to.bar - from.bar))
      }
    }
    levels.append(outline.turns[outline.turns.count - 1].level)
    let series = series(levels.map { (isMirrored ? -$0 : $0) + width * normal() }, width)
    return (series, outline.start...levels.count - 1)
  }

  private mutating func featureless(_ kind: String) -> CandleSeries {
    let width = Double.random(in: 0.002...0.005, using: &random)
    var levels: [Double] = []
    var walk = 0.0
    for bar in 0..<111 {
      walk += width * normal()
      switch kind {
      case "none_trend": levels.append(0.0035 * Double(bar) + width * normal())
      case "none_range": levels.append(width * normal())
      case "none_walk": levels.append(walk)
      default: levels.append(0)
      }
    }
    return series(levels, kind == "none_flat" ? 0 : width)
  }

  private mutating func series(_ levels: [Double], _ width: Double) -> CandleSeries {
    let base = exp(Double.random(in: -3...8, using: &random))
    var before = base * exp(levels[0])
    return .of(
      levels.map { level in
        let close = base * exp(level)
        defer { before = close }
        let (up, down) = (1 + width * abs(normal()), 1 - width * abs(normal()))
        return Bar(open: before, high: max(before, close) * up, low: min(before, close) * down, close: close, volume: 1)
      })
  }

  private mutating func normal() -> Double {
    let (a, b) = (Double.random(in: 0..<1, using: &random), Double.random(in: 0..<1, using: &random))
    return (-2 * log(1 - a)).squareRoot() * cos(2 * .pi * b)
  }
}
