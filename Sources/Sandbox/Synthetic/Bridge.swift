/// Cuts a bar into the shorter bars that it consists of: open of the first, highest high, lowest low, close of the last and the sums
/// of volume, trades and taker volume are exactly those of the whole.
struct Bridge {
  /// The unhalted first millisecond of the grid that the parts lie on.
  let gridStart: Int64
  let partLength: Int64
  /// How many parts the grid has.
  let count: Int
  /// Parts in which the exchange stood still: they do not exist.
  var halted: Range<Int> = 0..<0
  /// The first part after a halt opens this many milliseconds after its place on the grid.
  var late: Int64 = 0
  let units: Units

  /// - Parameter parts: they are appended here, oldest first; at least one.
  /// - Complexity: O(`count`), without allocation.
  func split(_ whole: Bar, key: UInt64, into parts: inout [Bar]) {
    var draw = Draw(key)
    let active = count - halted.count
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * (active + 1)) { scratch in
      let knots = UnsafeMutableBufferPointer(rebasing: scratch[..<(active + 1)])
      let weights = UnsafeMutableBufferPointer(rebasing: scratch[(active + 1)...])
      let (highest, lowest) = (draw.index(active), draw.index(active))
      place(knots, of: whole, highest: highest, lowest: lowest, draw: &draw)
      weigh(weights, by: knots, of: whole, draw: &draw)
      cut(whole, at: knots, weights: weights, highest: highest, lowest: lowest, draw: &draw, into: &parts)
    }
  }

  /// A way from open to close that passes near the high and the low where they fall, with noise.
  private func place(_ knots: UnsafeMutableBufferPointer<Double>, of whole: Bar, highest: Int, lowest: Int, draw: inout Draw) {
    let (open, close, high, low) = (Double(whole.open), Double(whole.close), Double(whole.high), Double(whole.low))
    let active = knots.count - 1
    var stops = (first: (Double(highest) + 0.5, high), second: (Double(lowest) + 0.5, low))
    if lowest < highest { stops = (stops.second, stops.first) }
    let bent = highest != lowest
    let amplitude = (high - low) * 0.12
    var noise = 0.0
    knots[0] = open
    for k in 1..<max(active, 1) {
      let x = Double(k)
      let base: Double
      if !bent {
        base = open + (close - open) * x / Double(active)
      } else if x < stops.first.0 {
        base = open + (stops.first.1 - open) * x / stops.first.0
      } else if x < stops.second.0 {
        base = stops.first.1 + (stops.second.1 - stops.first.1) * (x - stops.first.0) / (stops.second.0 - stops.first.0)
      } else {
        base = stops.second.1 + (close - stops.second.1) * (x - stops.second.0) / (Double(active) - stops.second.0)
      }
      noise = 0.7 * noise + (draw.uniform() - 0.5) * amplitude
      knots[k] = min(max(base + noise, low), high).rounded()
    }
    knots[active] = close
  }

  /// Shares of the volume: more where the price moved, running totals in `0...1`.
  private func weigh(
    _ weights: UnsafeMutableBufferPointer<Double>, by knots: UnsafeMutableBufferPointer<Double>, of whole: Bar, draw: inout Draw
  ) {
    let active = knots.count - 1
    let range = Double(max(1, whole.high - whole.low))
    var total = 0.0
    weights[0] = 0
    for k in 0..<active {
      let u = draw.uniform()
      total += 0.25 + 1.5 * u * u + 3 * (knots[k + 1] - knots[k]).magnitude / range
      weights[k + 1] = total
    }
    for k in 1...active { weights[k] /= total }
    weights[active] = 1
  }

  private func cut(
    _ whole: Bar, at knots: UnsafeMutableBufferPointer<Double>, weights: UnsafeMutableBufferPointer<Double>,
    highest: Int, lowest: Int, draw: inout Draw, into parts: inout [Bar]
  ) {
    let active = knots.count - 1
    let wick = Double(whole.high - whole.low) * 0.06
    var (volume, trades, taker) = (Int64(0), Int64(0), Int64(0))
    for k in 0..<active {
      let slot = k < halted.lowerBound ? k : k + halted.count
      let start = gridStart + Int64(slot) * partLength
      var bar = Bar(
        openTime: slot == halted.upperBound ? start + late : start, closeTime: start + partLength - 1,
        open: Int64(knots[k]), high: 0, low: 0, close: Int64(knots[k + 1]),
        volume: 0, quoteVolume: 0, trades: 0, takerVolume: 0, takerQuoteVolume: 0)
      let (up, down) = (Int64(draw.uniform() * wick), Int64(draw.uniform() * wick))
      bar.high = k == highest ? whole.high : min(whole.high, max(bar.open, bar.close) + up)
      bar.low = k == lowest ? whole.low : max(whole.low, min(bar.open, bar.close) - down)
      let share = weights[k + 1]
      let last = k == active - 1
      let (v, t, b) = (
        last ? whole.volume : Int64(Double(whole.volume) * share), last ? whole.trades : Int64(Double(whole.trades) * share),
        last ? whole.takerVolume : min(whole.takerVolume, Int64(Double(whole.takerVolume) * share))
      )
      (bar.volume, bar.trades, bar.takerVolume) = (v - volume, t - trades, min(b - taker, v - volume))
      (volume, trades, taker) = (v, t, taker + bar.takerVolume)
      bar.weighQuote(units)
      parts.append(bar)
    }
  }
}

extension Bar {
  /// Sets the quote volumes from the base volumes at the bar's mean price.
  mutating func weighQuote(_ units: Units) {
    let mean = Double(open + high + low + close) * 0.25 * units.quotePerTickLot
    quoteVolume = Int64((Double(volume) * mean).rounded())
    takerQuoteVolume = Int64((Double(takerVolume) * mean).rounded())
  }
}
