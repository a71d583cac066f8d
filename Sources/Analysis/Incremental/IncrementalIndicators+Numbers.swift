import MarketData
import Scheduling

extension IncrementalIndicators {
  /// The state as numbers, to be kept between nights: what ``init(numbers:)`` reads back, bit for bit.
  ///
  /// All are finite, so that JSON can hold them: the version of this form, 1; the interval in milliseconds, 0 for a month; the bars so far;
  /// the milliseconds at which the newest opened; three sets of averages, as sums of powers of two, that are not a number, infinite and
  /// minus infinity, as sums over volumes can become; the averages, zero where one of these; last, oldest first, up to 200 bars, each as
  /// high, low, close and volume.
  public var numbers: [Double] {
    let averages = averages.numbers
    let exceptions = AverageExceptions(of: averages)
    let head = [Self.version, Self.milliseconds(interval), Double(count), Double(lastOpenTime?.milliseconds ?? 0)]
    return head + exceptions.sets + averages.map { $0.isFinite ? $0 : 0 } + window.numbers
  }

  /// - Returns: nil for numbers that are no state, or one of another version.
  /// - Complexity: O(1): a state has 834 numbers at most.
  public init?(numbers: [Double]) {
    let bars = 7 + RunningAverages().numbers.count
    guard numbers.count >= bars, numbers.allSatisfy(\.isFinite), numbers[0] == Self.version,
      let interval = Interval.allCases.first(where: { Self.milliseconds($0) == numbers[1] }),
      let count = Self.whole(numbers[2]), count >= 0, numbers.count == bars + 4 * min(count, BarWindow.length),
      let openTime = Self.whole(numbers[3]),
      let values = AverageExceptions(sets: Array(numbers[4..<7]))?.applied(to: numbers[7..<bars]),
      count > 0 || numbers[3...].allSatisfy({ $0 == 0 })
    else { return nil }
    self.init(interval: interval)
    for bar in stride(from: bars, to: numbers.count, by: 4) {
      let (high, low, close, volume) = (numbers[bar], numbers[bar + 1], numbers[bar + 2], numbers[bar + 3])
      guard BarWindow.isCandle(high: high, low: low, close: close, volume: volume) else { return nil }
      window.append(high: high, low: low, close: close, volume: volume)
    }
    (self.count, lastOpenTime) = (count, count > 0 ? Instant(milliseconds: Int64(openTime)) : nil)
    averages.numbers = values
  }

  private static let version = 1.0

  private static func milliseconds(_ interval: Interval) -> Double { Double(interval.length?.milliseconds ?? 0) }

  /// - Returns: nil for a fraction, and for what is too large for a number to be exact.
  private static func whole(_ number: Double) -> Int? {
    abs(number) <= 0x1p53 ? Int(exactly: number) : nil
  }
}

/// Which averages are not finite.
private struct AverageExceptions {
  private static let values = [Double.nan, .infinity, -.infinity]
  /// Places as bits, for each of the values.
  private var places: [UInt64] = [0, 0, 0]

  init(of averages: [Double]) {
    for (place, average) in averages.enumerated() where !average.isFinite {
      places[average.isNaN ? 0 : average > 0 ? 1 : 2] |= 1 << UInt64(place)
    }
  }

  /// - Returns: nil when these are no sets, or a place is in two of them.
  init?(sets: [Double]) {
    let places = sets.compactMap { UInt64(exactly: $0) }
    guard places.count == 3, places[0] & places[1] | places[0] & places[2] | places[1] & places[2] == 0 else { return nil }
    self.places = places
  }

  var sets: [Double] { places.map { Double($0) } }

  /// - Returns: nil when a set names a place that is not there, or one whose number is not zero.
  func applied(to numbers: ArraySlice<Double>) -> [Double]? {
    var result = Array(numbers)
    for (set, value) in zip(places, Self.values) {
      guard set >> UInt64(result.count) == 0 else { return nil }
      for place in result.indices where set >> UInt64(place) & 1 == 1 {
        guard result[place] == 0 else { return nil }
        result[place] = value
      }
    }
    return result
  }
}

extension RunningAverages {
  /// All of them, in an order that never changes within a version.
  fileprivate var numbers: [Double] {
    get { Self.parts.map { self[keyPath: $0] } }
    set { for (part, number) in zip(Self.parts, newValue) { self[keyPath: part] = number } }
  }

  private static var parts: [WritableKeyPath<RunningAverages, Double>] {
    [
      \.exponential.x, \.exponential.y, \.exponential.z, \.exponential.w, \.macd.prices.x, \.macd.prices.y, \.macd.signal,
      \.moves.x, \.moves.y, \.trueRange, \.trend.sums.x, \.trend.sums.y, \.trend.sums.z, \.trend.average, \.onBalance, \.distribution,
      \.oscillator.line, \.oscillator.averages.x, \.oscillator.averages.y, \.day.x, \.day.y, \.period.high, \.period.low, \.period.close,
      \.periodBefore.high, \.periodBefore.low, \.periodBefore.close,
    ]
  }
}
