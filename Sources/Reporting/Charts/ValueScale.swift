/// Maps values to heights of a chart: the highest value at the top.
struct ValueScale: Equatable {
  let low: Double
  let high: Double
  let top: Double
  let bottom: Double

  /// A scale over all finite values, with a little air; a single value stands in the middle.
  ///
  /// - Returns: nil when there is no finite value.
  init?(covering values: some Sequence<Double>, top: Double, bottom: Double, air: Double = 0.05) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    // Halves first: the span of two huge numbers is no number any more.
    let span = high / 2 - low / 2
    let margin = span > 0 ? min(span * 2 * air, Double.greatestFiniteMagnitude / 8) : max(abs(high) * 0.01, 1e-12)
    let limit = Double.greatestFiniteMagnitude
    self.init(low: max(low - margin, -limit), high: min(high + margin, limit), top: top, bottom: bottom)
  }

  init(low: Double, high: Double, top: Double, bottom: Double) {
    (self.low, self.high, self.top, self.bottom) = (low, high, top, bottom)
  }

  func y(_ value: Double) -> Double {
    let share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return bottom - min(max(share, -1), 2) * (bottom - top)
  }

  /// Round values inside the scale, about `count` of them, one, two or five times a power of ten apart.
  func ticks(about count: Int) -> [Double] {
    let step = Self.niceStep((high / 2 - low / 2) * 2 / Double(max(1, count)))
    guard step > 0, step.isFinite else { return [] }
    let first = (low / step).rounded(.up)
    guard abs(first) < 1e15 else { return [] }
    var ticks: [Double] = []
    var index = first
    while index * step <= high, ticks.count < 50 {
      ticks.append(index * step)
      index += 1
    }
    return ticks
  }

  /// The decimals that tell the ticks apart.
  func tickStyle(_ ticks: [Double]) -> NumberStyle {
    guard ticks.count > 1 else { return NumberStyle.prices(ticks) }
    let step = ticks[1] - ticks[0]
    var decimals = 0
    while decimals < 12, NumberStyle.powerOfTen(decimals) * step < 0.999 { decimals += 1 }
    return NumberStyle(decimals: decimals)
  }

  /// The smallest of 1, 2, 5 times a power of ten that is not below `raw`.
  static func niceStep(_ raw: Double) -> Double {
    guard raw > 0, raw.isFinite else { return 0 }
    var power = 1.0
    while power * 10 <= raw { power *= 10 }
    while power > raw { power /= 10 }
    for factor in [1.0, 2, 5] where factor * power >= raw * (1 - 1e-9) { return factor * power }
    return 10 * power
  }
}
