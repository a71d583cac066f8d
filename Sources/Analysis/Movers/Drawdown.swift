/// The deepest fall from a running peak, as a fraction of that peak.
///
/// - Parameter closes: closing prices, oldest first, all above zero. Any length.
/// - Returns: a value in `0..<1`; `0.25` reads "a quarter was lost". Zero for fewer than two closes.
/// - Complexity: O(*n*) time, O(1) space.
/// - Source: Magdon-Ismail & Atiya, "Maximum Drawdown", Risk, October 2004.
public func maximumDrawdown(of closes: some Sequence<Double>) -> Double {
  var (peak, deepest) = (0.0, 0.0)
  for close in closes {
    peak = max(peak, close)
    deepest = max(deepest, (peak - close) / peak)
  }
  return deepest
}

/// How far the last close lies below the highest one, as a fraction of that: 0 at a new peak, and for no close.
///
/// - Parameter closes: closing prices, oldest first, all above zero.
/// - Complexity: O(*n*).
public func drawdown(of closes: some BidirectionalCollection<Double>) -> Double {
  guard let peak = closes.max(), let last = closes.last else { return 0 }
  return (peak - last) / peak
}
