/// The last bars of a growing series: as many as the longest window of an indicator reads. Opens are not kept; no indicator reads them.
struct BarWindow: Sendable {
  /// How far back an indicator may look, the newest bar included.
  static let length = 200
  private static let capacity = 2 * length

  private(set) var count = 0
  /// Highs, lows, closes and volumes, each in a stretch of its own.
  private var columns = [Double](repeating: 0, count: 4 * capacity)

  /// The last bars, up to ``length``, each as high, low, close and volume.
  var numbers: [Double] {
    (max(0, count - Self.length)..<count).flatMap { bar in (0..<4).map { columns[$0 * Self.capacity + bar] } }
  }

  /// - Complexity: O(1), amortised.
  mutating func append(high: Double, low: Double, close: Double, volume: Double) {
    if count == Self.capacity { dropOldest() }
    columns[count] = high
    columns[Self.capacity + count] = low
    columns[2 * Self.capacity + count] = close
    columns[3 * Self.capacity + count] = volume
    count += 1
  }

  /// Keeps what an indicator may read at the next bar.
  private mutating func dropOldest() {
    for column in 0..<4 {
      for bar in 0..<Self.length { columns[column * Self.capacity + bar] = columns[column * Self.capacity + count - Self.length + bar] }
    }
    count = Self.length
  }

  /// - Precondition: there is a bar.
  @inline(__always) func withBars(_ body: (Bars) -> Void) {
    columns.withUnsafeBufferPointer { columns in
      let start = columns.baseAddress!
      let closes = start + 2 * Self.capacity
      body(
        Bars(count: count, open: closes, high: start, low: start + Self.capacity, close: closes, volume: start + 3 * Self.capacity))
    }
  }

  /// What a ``MarketData/Candle`` requires of its numbers.
  static func isCandle(high: Double, low: Double, close: Double, volume: Double) -> Bool {
    high.isFinite && volume.isFinite && low > 0 && volume >= 0 && low <= close && close <= high
  }
}
