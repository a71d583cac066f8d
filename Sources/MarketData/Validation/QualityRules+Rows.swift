import Scheduling

extension QualityRules {
  /// Whether the rows of an answer, as they came, can become a series: each open time once, in order of time.
  ///
  /// - Parameter rows: before they are sorted. Newest first throughout is an order too.
  /// - Complexity: O(*rows*).
  public static func judgeRows(_ rows: [Candle], symbol: Symbol, interval: Interval) -> [QualityVerdict] {
    let series = CandleSeries(symbol: symbol, interval: interval)
    return [duplicates(in: rows, series), order(of: rows, series)]
  }

  /// Pages that overlap repeat rows; that is harmless while the repeated row says the same.
  private static func duplicates(in rows: [Candle], _ series: CandleSeries) -> QualityVerdict {
    var first: [Instant: Int] = [:]
    var (repeated, conflicting) = (QualityVerdict.AffectedBars(), QualityVerdict.AffectedBars())
    for (index, row) in rows.enumerated() {
      guard let earlier = first[row.openTime] else {
        first[row.openTime] = index
        continue
      }
      repeated.add(row.openTime)
      if rows[earlier] != row { conflicting.add(row.openTime) }
    }
    guard repeated.total > 0 else {
      return QualityVerdict(.duplicates, failure: nil, sentence: series.place + "no row comes twice among \(rows.count)")
    }
    var sentence = "\(counted(repeated.total, "row")) repeated"
    sentence +=
      conflicting.openTimes.first.map { ", \(conflicting.total) with other values, the first for \(series.name(of: $0))" }
      ?? " with the same values"
    return QualityVerdict(
      .duplicates, failure: conflicting.total > 0 ? .warning : nil, count: repeated.total, sentence: series.place + sentence,
      affected: conflicting.total > 0 ? conflicting : repeated)
  }

  private static func order(of rows: [Candle], _ series: CandleSeries) -> QualityVerdict {
    var (rising, falling) = (QualityVerdict.AffectedBars(), QualityVerdict.AffectedBars())
    for (before, after) in zip(rows, rows.dropFirst()) {
      if after.openTime < before.openTime { falling.add(after.openTime) }
      if after.openTime > before.openTime { rising.add(after.openTime) }
    }
    if falling.total == 0 { return QualityVerdict(.order, failure: nil, sentence: series.place + "the rows are in order of time") }
    if rising.total == 0 {
      return QualityVerdict(.order, failure: nil, sentence: series.place + "the rows are in order of time, newest first")
    }
    // The rarer direction is the one that is wrong.
    let wrong = rising.total < falling.total ? rising : falling
    return QualityVerdict(
      .order, failure: .warning, count: wrong.total,
      sentence: series.place + "\(counted(wrong.total, "row")) out of order, the first for \(series.name(of: wrong.openTimes[0]))",
      affected: wrong)
  }
}
