public import Scheduling

/// How far a provider's adjusted closes lie from those that its own dividends and splits give: whether its history can be trusted.
public struct AdjustmentDrift: Sendable, Equatable {
  /// Bars that were compared.
  public let bars: Int
  /// The largest difference as a fraction of our value: 0.004 is 0.4 %.
  public let worst: Double
  /// The open time of the bar where it is.
  public let at: Instant
  /// What was not applied, newest first.
  public let absurd: [Adjustment.AbsurdEvent]

  /// A larger difference is a finding. The rule's own rounding is within 0.4 % on nearly all recorded tickers.
  public static let tolerance = 0.01

  public var isTolerable: Bool { worst <= AdjustmentDrift.tolerance }

  /// - Parameters:
  ///   - actions: of the days of `series`.
  ///   - told: the provider's adjusted closes, one for each bar; bars without one are left out. They may be adjusted for events after the
  ///     last bar too: both are compared as multiples of the newest.
  /// - Returns: nil when no bar has one.
  public init?(of series: CandleSeries, for actions: [CorporateAction], against told: [Double?]) {
    precondition(told.count == series.count, "one adjusted close for each bar")
    let adjustment = Adjustment(of: series, for: actions)
    func own(_ index: Int) -> Double { series.close[index] / adjustment.shares[index] * adjustment.remaining[index] }
    guard let last = told.lastIndex(where: { $0 != nil }), let newest = told[last], newest > 0 else { return nil }
    let scale = own(last) / newest
    var (count, worst, at) = (0, 0.0, series.openTimes[last])
    for (index, value) in told.enumerated() {
      guard let value else { continue }
      count += 1
      let difference = abs(value * scale / own(index) - 1)
      if difference > worst { (worst, at) = (difference, series.openTimes[index]) }
    }
    (bars, self.worst, self.at, absurd) = (count, worst, at, adjustment.absurd)
  }

  /// For people: the observed value, where it is, and the limit.
  public var sentence: String {
    let figure = "the adjusted closes of \(counted(bars, "bar")) differ from ours by up to \(percent(worst)) (\(at.utcDay))"
    let verdict = isTolerable ? "" : ", more than \(percent(AdjustmentDrift.tolerance))"
    return ([figure + verdict] + absurd.prefix(3).map(\.description)).joined(separator: "; ")
  }
}
