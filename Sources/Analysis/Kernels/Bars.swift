import MarketData

/// The columns of a series as contiguous memory, valid for the length of one call.
struct Bars {
  let count: Int
  let open: UnsafePointer<Double>
  let high: UnsafePointer<Double>
  let low: UnsafePointer<Double>
  let close: UnsafePointer<Double>
  let volume: UnsafePointer<Double>

  /// The mean of high, low and close.
  @inline(__always) func typicalPrice(_ index: Int) -> Double {
    (high[index] + low[index] + close[index]) / 3
  }

  /// The range of the bar, widened to the close before it.
  /// - Precondition: `index > 0`.
  @inline(__always) func trueRange(_ index: Int) -> Double {
    max(high[index], close[index &- 1]) - min(low[index], close[index &- 1])
  }

  /// Where the close lies in the range of the bar, -1 at the low and 1 at the high, times its volume; 0 for a bar without range.
  @inline(__always) func moneyFlow(_ index: Int) -> Double {
    let range = high[index] - low[index]
    guard range > 0 else { return 0 }
    return ((close[index] - low[index]) - (high[index] - close[index])) / range * volume[index]
  }
}

extension CandleSeries {
  /// A column written over the bars. `fill` as in ``Column/computed(count:warmUp:fill:)``.
  func column(warmUp: Int, _ fill: (Bars, UnsafeMutablePointer<Double>) -> Void) -> Column {
    columns(1, warmUp: warmUp) { fill($0, $1[0]) }[0]
  }

  /// Columns that one pass over the bars writes.
  func columns(_ columns: Int, warmUp: Int, _ fill: (Bars, [UnsafeMutablePointer<Double>]) -> Void) -> [Column] {
    Column.fused(columns, count: count, warmUp: warmUp) { outputs in
      withBars { fill($0, outputs) }
    }
  }

  /// - Precondition: the series is not empty.
  func withBars(_ body: (Bars) -> Void) {
    open.withUnsafeBufferPointer { open in
      high.withUnsafeBufferPointer { high in
        low.withUnsafeBufferPointer { low in
          close.withUnsafeBufferPointer { close in
            volume.withUnsafeBufferPointer { volume in
              body(
                Bars(
                  count: count, open: open.baseAddress!, high: high.baseAddress!, low: low.baseAddress!,
                  close: close.baseAddress!, volume: volume.baseAddress!))
            }
          }
        }
      }
    }
  }
}
