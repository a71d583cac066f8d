public import MarketData

extension ChartPattern {
  /// Whether the closes went half the way to the target before as far against it, within twice the span of the pattern.
  ///
  /// - Parameter series: the one that it was found in.
  /// - Returns: nil for a pattern that is not confirmed or has no target, and while neither has happened and there is time left; false when the
  ///   time is over.
  public func hit(in series: CandleSeries) -> Bool? {
    guard let confirmedAt, let target else { return nil }
    let confirmed = series.firstIndex(openingAtOrAfter: confirmedAt)
    guard confirmed < series.count else { return nil }
    let from = series.close[confirmed]
    let half = (target - from) / 2
    // A close that is beyond the target already says nothing more.
    guard half != 0, (half > 0) == (direction == .bullish) else { return nil }
    let end = confirmed + 2 * bars.count
    for index in (confirmed + 1)..<max(confirmed + 1, min(series.count, end + 1)) {
      let way = series.close[index] - from
      if half > 0 ? way >= half : way <= half { return true }
      if half > 0 ? way <= -half : way >= -half { return false }
    }
    return end < series.count ? false : nil
  }
}
