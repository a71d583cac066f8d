public import Scheduling

/// One OHLCV bar whose numbers have been checked: a `Candle` that exists is a valid one.
public struct Candle: Sendable, Equatable {
  public let openTime: Instant
  /// The last millisecond of the bar as the market states it; outages cut it short.
  public let closeTime: Instant
  public let open: Double
  public let high: Double
  public let low: Double
  public let close: Double
  /// In units of the base asset, or shares. Zero when nothing was traded.
  public let volume: Double
  /// What only some sources tell about a bar.
  public let trading: Trading?

  /// Who traded how much: a crypto exchange tells it, a stock feed does not.
  public struct Trading: Sendable, Equatable {
    /// Volume in units of the quote asset.
    public let quoteVolume: Double
    public let trades: Int
    /// Base volume whose buyer was the taker.
    public let takerBuyVolume: Double
    /// The same in units of the quote asset.
    public let takerBuyQuoteVolume: Double

    public init(quoteVolume: Double, trades: Int, takerBuyVolume: Double, takerBuyQuoteVolume: Double) {
      (self.quoteVolume, self.trades) = (quoteVolume, trades)
      (self.takerBuyVolume, self.takerBuyQuoteVolume) = (takerBuyVolume, takerBuyQuoteVolume)
    }
  }

  /// - Throws: ``CandleDefect`` naming the first rule that the numbers break.
  public init(
    openTime: Instant, closeTime: Instant, open: Double, high: Double, low: Double, close: Double, volume: Double,
    trading: Trading? = nil
  ) throws(CandleDefect) {
    guard open.isFinite, high.isFinite, low.isFinite, close.isFinite, volume.isFinite else { throw .notFinite }
    guard open > 0, high > 0, low > 0, close > 0 else { throw .priceNotAboveZero }
    guard volume >= 0 else { throw .negativeVolume }
    guard low <= min(open, close), max(open, close) <= high else { throw .bodyOutsideRange }
    guard closeTime >= openTime else { throw .closesBeforeOpen }
    (self.openTime, self.closeTime) = (openTime, closeTime)
    (self.open, self.high, self.low, self.close, self.volume) = (open, high, low, close, volume)
    self.trading = trading
  }
}

/// The rule that the numbers of a bar break.
public enum CandleDefect: String, Error, Sendable, CaseIterable {
  /// A price or the volume is NaN or infinite.
  case notFinite = "not_finite"
  /// A price is zero or negative.
  case priceNotAboveZero = "price_not_above_zero"
  case negativeVolume = "negative_volume"
  /// Open or close lies above the high or below the low.
  case bodyOutsideRange = "body_outside_range"
  case closesBeforeOpen = "closes_before_open"
}
