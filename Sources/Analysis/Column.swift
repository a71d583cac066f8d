/// One number per candle of a series, or none: what an indicator answers with.
///
/// Undefined (the warm-up, a ratio without a denominator, an overflow) reads as nil, never as NaN or infinity.
public struct Column: Sendable {
  /// NaN where undefined; readers never see it.
  let storage: [Double]

  /// - Parameter storage: one number per candle, oldest first; what is not finite counts as undefined.
  init(_ storage: [Double]) {
    self.storage = storage
  }

  /// - Parameter values: one entry per candle, oldest first. A number that is not finite counts as undefined.
  public init(_ values: [Double?]) {
    storage = values.map { $0 ?? .nan }
  }

  /// As many as the series has candles.
  public var count: Int { storage.count }

  /// The value at the candle with this index, 0 for the oldest; nil where it is undefined.
  /// - Precondition: `0 <= index < count`.
  public subscript(index: Int) -> Double? {
    let value = storage[index]
    return value.isFinite ? value : nil
  }

  /// The value at the newest candle; nil when undefined or when there is no candle.
  public var last: Double? { storage.isEmpty ? nil : self[storage.count - 1] }

  /// The index of the oldest defined value; nil when there is none.
  public var firstIndex: Int? { storage.firstIndex { $0.isFinite } }

  /// One entry per candle, oldest first.
  public var values: [Double?] { storage.map { $0.isFinite ? $0 : nil } }
}

extension Column: Equatable {
  /// Equal when the same entries are defined and hold the same bits (so 0 and -0 differ).
  public static func == (a: Column, b: Column) -> Bool {
    a.count == b.count
      && zip(a.storage, b.storage).allSatisfy { $0.bitPattern == $1.bitPattern || (!$0.isFinite && !$1.isFinite) }
  }
}

extension Column {
  /// A column whose first `warmUp` entries are undefined and whose others `fill` writes.
  ///
  /// `fill` is not called when nothing is left to write; else it must write each entry from `warmUp` on.
  static func computed(count: Int, warmUp: Int, fill: (UnsafeMutablePointer<Double>) -> Void) -> Column {
    fused(1, count: count, warmUp: warmUp) { fill($0[0]) }[0]
  }

  /// Several columns that one pass writes: `fill` gets a pointer for each. Else as ``computed(count:warmUp:fill:)``.
  static func fused(_ columns: Int, count: Int, warmUp: Int, fill: ([UnsafeMutablePointer<Double>]) -> Void) -> [Column] {
    guard count > warmUp else { return Array(repeating: undefined(count: count), count: columns) }
    return nested(columns, count, []) { outputs in
      for output in outputs { output.initialize(repeating: .nan, count: warmUp) }
      fill(outputs)
    }
  }

  /// No value at any of `count` candles.
  static func undefined(count: Int) -> Column {
    Column([Double](repeating: .nan, count: count))
  }

  /// Opens the uninitialized storage of one array inside that of another, so that no element is written twice.
  private static func nested(
    _ columns: Int, _ count: Int, _ open: [UnsafeMutablePointer<Double>], fill: ([UnsafeMutablePointer<Double>]) -> Void
  ) -> [Column] {
    guard columns > 0 else {
      fill(open)
      return []
    }
    var rest: [Column] = []
    let storage = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      preferLargePages(buffer.baseAddress!, bytes: count * MemoryLayout<Double>.stride)
      rest = nested(columns - 1, count, open + [buffer.baseAddress!], fill: fill)
      initialized = count
    }
    return [Column(storage)] + rest
  }
}
