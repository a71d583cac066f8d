import Foundation
import Scheduling

extension QualityRules {
  /// Closes that jump further than the last ``window`` returns explain.
  ///
  /// The z-score is (return - median) / (1.4826 · MAD); a jump near a ratio such as 2:1 is named a possible split, and one on the day
  /// of a split that is known is judged without it.
  ///
  /// - Source: Iglewicz & Hoaglin, "How to Detect and Handle Outliers", 1993 (median and MAD).
  func outliers(in series: CandleSeries, _ context: Context) -> QualityVerdict {
    let jumps = series.jumps(beyond: outlierMove, actions: context.actions, window: window).filter { abs($0.z) > outlierZ }
    let recent = jumps.filter { series.openTimes[$0.index] >= recentStart(of: series, context) }
    guard let worst = (recent.isEmpty ? jumps : recent).max(by: { abs($0.z) < abs($1.z) }) else {
      return QualityVerdict(.outliers, failure: nil, sentence: series.place + "no close is out of the ordinary")
    }
    let shown = recent.isEmpty ? jumps : recent
    let change = exp(worst.move) - 1
    var sentence = "the close \(change < 0 ? "fell" : "rose") \(percent(abs(change))) at \(series.name(of: series.openTimes[worst.index]))"
    sentence += " (z \(String(format: "%.1f", worst.z)), limit \(outlierZ))"
    if let ratio = worst.splitRatio { sentence += ", which looks like a split \(ratio)" }
    if shown.count > 1 { sentence += "; \(shown.count - 1) more" }
    if recent.isEmpty { sentence += "; none in the last days" }
    return QualityVerdict(
      .outliers, failure: recent.isEmpty ? nil : .warning, count: jumps.count, value: worst.z, sentence: series.place + sentence,
      affected: QualityVerdict.AffectedBars(shown.map { series.openTimes[$0.index] }))
  }

  /// Stretches in which the close does not move at all.
  func flatRuns(in series: CandleSeries, _ context: Context) -> QualityVerdict {
    let runs = series.flatRuns(atLeast: flatRunBars)
    let recent = runs.filter { series.openTimes[$0.upperBound - 1] >= recentStart(of: series, context) }
    let shown = recent.isEmpty ? runs : recent
    guard let longest = shown.max(by: { $0.count < $1.count }) else {
      return QualityVerdict(.flatRun, failure: nil, sentence: series.place + "no close stays the same for \(flatRunBars) bars")
    }
    let (from, to) = (series.openTimes[longest.lowerBound], series.openTimes[longest.upperBound - 1])
    var sentence = "\(longest.count) equal closes from \(series.name(of: from)) to \(series.name(of: to))"
    if shown.count > 1 { sentence += " and \(counted(shown.count - 1, "shorter run"))" }
    if recent.isEmpty { sentence += "; none in the last days" }
    return QualityVerdict(
      .flatRun, failure: recent.isEmpty ? nil : .warning, count: runs.count, value: Double(longest.count),
      sentence: series.place + sentence, affected: QualityVerdict.AffectedBars(shown.lazy.joined().lazy.map { series.openTimes[$0] }))
  }

  /// Bars without any trade among the last ``window``.
  func zeroVolume(in series: CandleSeries) -> QualityVerdict {
    if series.volume.allSatisfy({ $0 == 0 }) {
      return QualityVerdict(.zeroVolume, failure: nil, count: series.count, sentence: series.place + "the source tells no volume")
    }
    let range = max(0, series.count - window)..<series.count
    let idle = QualityVerdict.AffectedBars(range.lazy.filter { series.volume[$0] == 0 }.map { series.openTimes[$0] })
    let share = Double(idle.total) / Double(range.count)
    return QualityVerdict(
      .zeroVolume, failure: share > zeroVolumeShareMax ? .warning : nil, count: idle.total, value: share,
      sentence: series.place + "\(idle.total) of the last \(counted(range.count, "bar")) without volume (\(percent(share)))", affected: idle
    )
  }
}

/// A change from one close to the next that is large in itself.
struct Jump {
  let index: Int
  /// The log return, without the split that is known for the day.
  let move: Double
  let z: Double
  /// From the volume of the bar before to that of the bar; zero when both are.
  let volumeChange: Double

  /// `4:1`, when the prices before and after are nearly in a ratio that splits have, and the volume moved the other way.
  var splitRatio: String? {
    guard abs(move) > log(1.45), volumeChange * move <= 0 else { return nil }
    let ratio = exp(abs(move))
    for (many, few) in [(2, 1), (3, 1), (4, 1), (5, 1), (7, 1), (10, 1), (15, 1), (20, 1), (50, 1), (100, 1), (3, 2)] {
      if abs(ratio * Double(few) / Double(many) - 1) < 0.04 { return move < 0 ? "\(many):\(few)" : "\(few):\(many)" }
    }
    return nil
  }
}

extension CandleSeries {
  /// - Parameter limit: of the absolute log return.
  fileprivate func jumps(beyond limit: Double, actions: [CorporateAction], window: Int) -> [Jump] {
    let splits = splitMoves(actions)
    func move(_ index: Int) -> Double {
      let raw = log(close[index] / close[index - 1])
      // A series that has been adjusted already does not jump on the day; then the smaller move is the true one.
      guard let split = splits[index], abs(raw + split) < abs(raw) else { return raw }
      return raw + split
    }
    var jumps: [Jump] = []
    // Fewer than 30 returns are no measure of what is ordinary.
    for index in close.indices.dropFirst(31) {
      let move = move(index)
      guard abs(move) > limit else { continue }
      let earlier = (max(1, index - window)..<index).map { log(close[$0] / close[$0 - 1]) }
      let z = robustScore(of: move, among: earlier)
      jumps.append(Jump(index: index, move: move, z: z, volumeChange: volume[index] - volume[index - 1]))
    }
    return jumps
  }

  /// What known splits add to the log return of a bar, by its index.
  private func splitMoves(_ actions: [CorporateAction]) -> [Int: Double] {
    var moves: [Int: Double] = [:]
    for action in actions {
      guard case .split(let factor) = action.kind else { continue }
      let index = firstIndex(atOrAfter: action.date.midnight)
      if index < count { moves[index, default: 0] += log(CorporateAction.snapped(factor)) }
    }
    return moves
  }

  /// The first bar that does not open before `instant`, by bisection.
  private func firstIndex(atOrAfter instant: Instant) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if openTimes[middle] < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The maximal runs of equal closes that have at least so many bars.
  fileprivate func flatRuns(atLeast length: Int) -> [Range<Int>] {
    var (runs, start): ([Range<Int>], Int) = ([], 0)
    for index in close.indices where index + 1 == count || close[index + 1] != close[index] {
      if index + 1 - start >= length { runs.append(start..<(index + 1)) }
      start = index + 1
    }
    return runs
  }
}

/// How far a value lies from the median, in units of the spread that a normal distribution with this MAD has.
///
/// - Parameter sample: not empty. A spread under 0.01 % counts as 0.01 %, so that a flat series gives no infinite scores.
private func robustScore(of value: Double, among sample: [Double]) -> Double {
  let center = median(of: sample)
  let spread = 1.4826 * median(of: sample.map { abs($0 - center) })
  return (value - center) / max(spread, 1e-4)
}

private func median(of values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
