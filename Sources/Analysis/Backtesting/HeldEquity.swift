/// The equity of a run where it can change: the cash at the start, then the close of each bar in which a position was held.
///
/// Between positions it stays, so these values and the number of bars tell all of mean, deviation and drawdown. The grid and the single
/// run both count on this, in the same order, and so agree bit for bit. Valid for the length of one call.
struct HeldEquity {
  /// The first one is the cash.
  private let values: UnsafeMutablePointer<Double>
  /// The changes between them.
  private let changes: UnsafeMutablePointer<Double>
  private var count = 1

  /// Opens one with room for `bars` bars.
  @inline(__always)
  static func open(bars: Int, _ body: (inout HeldEquity) -> Void) {
    withScratch(bars + 1, of: Double.self) { values in
      withScratch(bars + 1, of: Double.self) { changes in
        var held = HeldEquity(values: values, changes: changes)
        body(&held)
      }
    }
  }

  private init(values: UnsafeMutablePointer<Double>, changes: UnsafeMutablePointer<Double>) {
    (self.values, self.changes) = (values, changes)
  }

  @inline(__always) mutating func begin(cash: Double) {
    values[0] = cash
    count = 1
  }

  /// Adds one bar.
  @inline(__always) mutating func append(_ equity: Double) {
    values[count] = equity
    count += 1
  }

  /// Adds the bars of a range, at `units` times their close.
  @inline(__always) mutating func append(_ units: Double, of closes: UnsafePointer<Double>, in range: Range<Int>) {
    let output = values + count
    let input = closes + range.lowerBound
    for index in 0..<range.count { output[index] = units * input[index] }
    count += range.count
  }

  var last: Double { values[count - 1] }

  /// The changes of all bars together.
  /// - Parameter bars: how many bars the run had.
  func moments(bars: Int) -> ReturnMoments {
    let held = count - 1
    for index in 0..<held { changes[index] = values[index + 1] / values[index] - 1 }
    return ReturnMoments(UnsafeBufferPointer(start: changes, count: held), count: max(0, bars - 1))
  }

  /// The deepest fall from a running peak, as a fraction of it: 0 or below.
  func drawdown() -> Double {
    var (peak, low, deepest) = (values[0], values[0], 0.0)
    var index = 1
    while index < count {
      let end = min(index + 8, count)
      var (highest, lowest) = (values[index], values[index])
      for other in index..<end {
        highest = values[other] > highest ? values[other] : highest
        lowest = values[other] < lowest ? values[other] : lowest
      }
      if highest <= peak {
        low = lowest < low ? lowest : low
      } else {
        for other in index..<end {
          if values[other] > peak {
            deepest = min(deepest, low / peak - 1)
            (peak, low) = (values[other], values[other])
          } else if values[other] < low {
            low = values[other]
          }
        }
      }
      index = end
    }
    return min(deepest, low / peak - 1)
  }
}

extension HeldEquity {
  /// Takes over the bars in which a run held a position.
  mutating func take(_ run: BacktestRun) {
    begin(cash: run.cash)
    for trade in run.trades {
      for bar in trade.entryIndex..<trade.exitIndex + 1 { append(run.equity[bar - run.range.lowerBound]) }
    }
  }
}
