public import MarketData
public import Scheduling

/// Binance's public market data over REST: no key, limits by weight per minute and address.
///
/// - Source: Binance spot API documentation, "General endpoints" and "Market data endpoints".
public struct Binance: Sendable {
  /// Serves the public data only, and needs no key.
  public static let publicBaseURL = "https://data-api.binance.vision"
  /// Tells the weight used in the current minute.
  public static let usageHeader = "X-MBX-USED-WEIGHT-1M"

  let client: ProviderClient

  public init(_ client: ProviderClient) {
    self.client = client
  }

  /// The settings of the public host.
  public static func publicSettings(name: String = "binance", baseURL: String = publicBaseURL) throws(ProviderSettingsDefect)
    -> ProviderSettings
  {
    try ProviderSettings(name: name, baseURL: baseURL, usageHeader: usageHeader)
  }
}

extension Binance {
  /// What each request costs, in weight.
  public enum Weight {
    public static let klines = 2
    public static let exchangeInfo = 20

    /// - Parameter symbols: how many are asked for; nil for all.
    public static func ticker24hr(symbols: Int?) -> Int {
      switch symbols {
      case .some(0...20): 2
      case .some(21...100): 40
      default: 80
      }
    }
  }

  /// Rows that one klines request brings at most.
  public static let klinesPerRequest = 1000

  /// How many klines requests a span costs when no bar is missing; holes and off-grid bars may add one.
  ///
  /// - Parameters:
  ///   - from: the first open time that is wanted.
  ///   - logicalDate: what had not closed by then is not asked for.
  /// - Returns: 0 when no bar can have opened and closed in the span.
  public static func klineRequests(from: Instant, until logicalDate: Instant, interval: Interval) -> Int {
    let bars = from < logicalDate ? bars(from..<logicalDate, interval) : 0
    return (bars + klinesPerRequest - 1) / klinesPerRequest
  }

  /// How many bars of the grid open and close in a range.
  static func bars(_ range: Range<Instant>, _ interval: Interval) -> Int {
    var first = interval.openTime(containing: range.lowerBound)
    if first < range.lowerBound { first = interval.next(after: first) }
    let end = interval.openTime(containing: range.upperBound)
    guard first < end else { return 0 }
    if let length = interval.length { return Int((end - first).milliseconds / length.milliseconds) }
    let (a, b) = (first.utcDay, end.utcDay)
    return (b.year - a.year) * 12 + b.month - a.month
  }
}
