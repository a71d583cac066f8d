public import MarketData

extension AlertRule {
  /// The firing of a series that has stopped: once for each last bar, so a series that goes on and stops again is told of again.
  /// - Parameter missing: how many bars after it should have closed; of shares, sessions. The firing stands under the newest bar.
  /// - Returns: nil for another kind of rule, and while fewer are missing than it allows.
  public func staleness(_ series: CandleSeries, missing: Int) -> AlertFiring? {
    guard case .stale(let bars) = kind, missing >= bars, let last = series.openTimes.last, let close = series.close.last else { return nil }
    let observed = [Signal.Input("close", close), .init("missing_bars", Double(missing))].filter(\.value.isFinite)
    return AlertFiring(
      index: series.count - 1, barTime: last, observed: observed,
      sentence: "No bar came since the one of \(last); \(missing) \(missing == 1 ? "is" : "are") missing.")
  }
}
