/// A bar in whole units, so that parts add up to the whole exactly.
struct Bar: Equatable, Sendable {
  /// Milliseconds since 1970.
  var openTime: Int64
  /// The last millisecond of the bar.
  var closeTime: Int64
  /// Prices in ticks.
  var open, high, low, close: Int64
  /// In lot steps.
  var volume: Int64
  /// In millionths of the quote asset.
  var quoteVolume: Int64
  var trades: Int64
  /// In lot steps.
  var takerVolume: Int64
  /// In millionths of the quote asset.
  var takerQuoteVolume: Int64

  /// Takes in the bar that follows within the same interval.
  mutating func absorb(_ next: Bar) {
    high = max(high, next.high)
    low = min(low, next.low)
    close = next.close
    volume += next.volume
    quoteVolume += next.quoteVolume
    trades += next.trades
    takerVolume += next.takerVolume
    takerQuoteVolume += next.takerQuoteVolume
  }

  /// What an exchange would show of the bar at `now`, while it is still open: the same open, a part of the way and of the volume.
  func partial(at now: Int64) -> Bar {
    guard closeTime >= now else { return self }
    let share = Double(max(0, now - openTime)) / Double(closeTime + 1 - openTime)
    func part(_ whole: Int64) -> Int64 { Int64(Double(whole) * share) }
    var bar = self
    bar.close = open + part(close - open)
    bar.high = min(high, max(open, bar.close) + part(high - max(open, close)))
    bar.low = max(low, min(open, bar.close) - part(min(open, close) - low))
    bar.volume = part(volume)
    bar.quoteVolume = part(quoteVolume)
    bar.trades = part(trades)
    bar.takerVolume = part(takerVolume)
    bar.takerQuoteVolume = part(takerQuoteVolume)
    return bar
  }
}

/// The units that a symbol's bars are counted in.
struct Units: Equatable, Sendable {
  /// Decimals of a price; a tick is ten to the minus that.
  let priceDecimals: Int
  /// Decimals of a quantity.
  let lotDecimals: Int

  var tick: Double { 1 / powerOfTen(priceDecimals) }
  var lot: Double { 1 / powerOfTen(lotDecimals) }
  /// Millionths of the quote asset in one tick times one lot.
  var quotePerTickLot: Double { 1e6 / powerOfTen(priceDecimals + lotDecimals) }
}

/// - Parameter exponent: 0...18
func powerOfTen(_ exponent: Int) -> Double {
  var result = 1.0
  for _ in 0..<exponent { result *= 10 }
  return result
}
