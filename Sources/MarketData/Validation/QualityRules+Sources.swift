public import Scheduling

/// What a source did to a series besides delivering it.
public struct SourceRecord: Sendable {
  /// A row that was no candle.
  public struct Rejected: Sendable {
    public let reason: String

    public init(reason: String) { self.reason = reason }
  }

  /// A close that the source changed after it had delivered it; both above zero.
  public struct Restated: Sendable {
    public let openTime: Instant
    public let old: Double
    public let new: Double

    public init(openTime: Instant, old: Double, new: Double) {
      (self.openTime, self.old, self.new) = (openTime, old, new)
    }
  }

  /// Of the last days.
  public var rejected: [Rejected]
  public var restated: [Restated]

  public init(rejected: [Rejected] = [], restated: [Restated] = []) {
    (self.rejected, self.restated) = (rejected, restated)
  }
}

extension QualityRules {
  /// What the source sent that is no candle, and what it took back.
  public func judge(_ record: SourceRecord, of series: CandleSeries) -> [QualityVerdict] {
    [rejected(record, series), restatement(record, series)]
  }

  private func rejected(_ record: SourceRecord, _ series: CandleSeries) -> QualityVerdict {
    guard let first = record.rejected.first else {
      return QualityVerdict(.rejected, failure: nil, sentence: series.place + "every row of the last days is a candle")
    }
    let kinds = Set(record.rejected.map(\.reason)).count
    let sentence =
      "\(counted(record.rejected.count, "row")) of the last days went to quarantine: \(first.reason)"
      + (kinds > 1 ? ", and \(counted(kinds - 1, "other reason"))" : "")
    return QualityVerdict(
      .rejected, failure: record.rejected.count > rejectedRowsMax ? .error : nil, count: record.rejected.count,
      sentence: series.place + sentence)
  }

  private func restatement(_ record: SourceRecord, _ series: CandleSeries) -> QualityVerdict {
    guard let worst = record.restated.max(by: { $0.move < $1.move }) else {
      return QualityVerdict(.restatement, failure: nil, value: 0, sentence: series.place + "no close was restated in the last days")
    }
    let large = record.restated.filter { $0.move > restatedMoveMax }
    let sentence =
      "\(counted(record.restated.count, "close")) restated in the last days, the most \(series.name(of: worst.openTime)) by "
      + "\(percent(worst.move)) (limit \(percent(restatedMoveMax)))"
    return QualityVerdict(
      .restatement, failure: large.isEmpty ? nil : .warning, count: record.restated.count, value: worst.move,
      sentence: series.place + sentence, affected: QualityVerdict.AffectedBars((large.isEmpty ? record.restated : large).map(\.openTime)))
  }

  /// Whether another source says the same of the bars that both have.
  ///
  /// - Returns: nil when they have no bar in common.
  /// - Complexity: O(bars of both).
  public func agreement(of series: CandleSeries, with other: CandleSeries, from source: String) -> QualityVerdict? {
    let theirs = Dictionary(zip(other.openTimes, other.close), uniquingKeysWith: { first, _ in first })
    let common = zip(series.openTimes, series.close).compactMap { time, close in theirs[time].map { (time, close, $0) } }
      .suffix(agreementBars).map { SourceRecord.Restated(openTime: $0.0, old: $0.1, new: $0.2) }
    guard let worst = common.max(by: { $0.move < $1.move }) else { return nil }
    let differing = common.filter { $0.move > agreementMoveMax }
    let sentence =
      differing.isEmpty
      ? "agrees with \(source) in the last \(counted(common.count, "bar")) that both have"
      : "\(source) says otherwise in \(differing.count) of the last \(counted(common.count, "bar")) that both have, the most "
        + "\(series.name(of: worst.openTime)): \(worst.new) instead of \(worst.old) (\(percent(worst.move)), limit \(percent(agreementMoveMax)))"
    return QualityVerdict(
      .agreement, failure: differing.isEmpty ? nil : .warning, count: differing.count, value: worst.move,
      sentence: series.place + sentence, affected: QualityVerdict.AffectedBars(differing.map(\.openTime)))
  }
}

extension SourceRecord.Restated {
  /// By how much the two differ, as a fraction of the smaller one: the same either way.
  fileprivate var move: Double { max(old, new) / min(old, new) - 1 }
}
