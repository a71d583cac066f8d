/// What the bridge has done since it began.
public struct BridgeFigures: Sendable, Equatable {
  public var pricesReceived = 0
  public var pricesWithout = 0
  public var pricesTold = 0
  public var ordersReceived = 0
  public var ordersRepeated = 0
  public var ordersTold = 0
  /// Orders in the spill that the warehouse does not have yet.
  public var ordersSpilled = 0
  public var spillBytes = 0
  /// Orders that could not be written down before the end.
  public var ordersLost = 0
  public var gaps = 0
  public var rejected: [String: Int] = [:]
  public var linesLeftOut = 0
  public var tickers = 0
  /// Verdicts on the volume of hours.
  public var volumesTold = 0
  public var volumeFailures = 0
  public var sinkFailures = 0
  /// Changes that the sink will never take.
  public var sinkRefusals = 0
  public var storeFailures = 0
  public var isConnected = false
  /// Ever.
  public var hasConnected = false
  /// From the receipt to the sink's answer.
  public var orderLatency = Latency()
  public var priceLatency = Latency()

  /// Prices that were replaced by a newer one before they were told on.
  public var pricesCoalesced: Int { max(0, pricesReceived - pricesWithout - pricesTold) }
  public var rejectedCount: Int { rejected.values.reduce(0, +) }

  /// How long things took, in buckets of a millisecond.
  public struct Latency: Sendable, Equatable {
    private var buckets = [Int](repeating: 0, count: Self.most + 1)
    public private(set) var count = 0
    public private(set) var longest = 0

    /// Longer ones are counted as this, in milliseconds.
    public static let most = 10_000

    mutating func add(_ milliseconds: Int64) {
      let value = Int(max(0, min(milliseconds, 1 << 40)))
      buckets[min(value, Self.most)] += 1
      count += 1
      longest = max(longest, value)
    }

    /// The time, in milliseconds, that a share of them did not exceed; nil without any.
    public func quantile(_ share: Double) -> Int? {
      guard count > 0 else { return nil }
      var rest = Int((Double(count) * share).rounded(.up))
      for (value, number) in buckets.enumerated() {
        rest -= number
        if rest <= 0 { return value }
      }
      return Self.most
    }
  }
}
