public import MarketData

extension CandleSeries {
  /// The chart patterns of a series as of its last bar, by start and then by kind.
  ///
  /// Where the spans of two share half of the shorter one, the better shape is kept. What a later bar shows does not take back a pattern that
  /// was confirmed, nor add one that is confirmed earlier: those confirmed by a bar are the same with and without the bars after it. Patterns
  /// that form or have failed give way to better ones.
  ///
  /// - Complexity: O(*n*) to find them, and then the square of their number: about 0.6 ms for 1,200 bars.
  public func chartPatterns() -> [ChartPattern] {
    guard !isEmpty else { return [] }
    let zigzag = Zigzag(self)
    let found = [false, true].flatMap { isMirrored in
      let view = PatternView(self, zigzag, isMirrored: isMirrored)
      let findings =
        DoubleTop(view: view).findings() + HeadAndShoulders(view: view).findings() + FlagAndPennant(view).findings()
        + (isMirrored ? [] : Triangle(view: view).findings())
      return findings.map { (finding: $0, view: view) }
    }
    return Self.kept(found).map { $0.finding.pattern(in: $0.view) }.sorted {
      ($0.bars.lowerBound, $0.bars.upperBound, $0.kind.rawValue) < ($1.bars.lowerBound, $1.bars.upperBound, $1.kind.rawValue)
    }
  }

  private typealias Found = (finding: PatternFinding, view: PatternView)

  private static func kept(_ found: [Found]) -> [Found] {
    var kept: [Found] = []
    for state in [ChartPattern.State.confirmed, .forming, .failed] {
      for next in found.filter({ $0.finding.state == state }).sorted(by: isEarlier) {
        let isBeaten = kept.contains {
          $0.finding.overlaps(next.finding) && (state == .failed || $0.finding.quality >= next.finding.quality)
        }
        if !isBeaten { kept.append(next) }
      }
    }
    return kept
  }

  /// In order of confirmation; at the same bar the better one first.
  private static func isEarlier(_ a: Found, _ b: Found) -> Bool {
    let (first, second) = (a.finding.confirmedIndex ?? 0, b.finding.confirmedIndex ?? 0)
    if first != second { return first < second }
    if a.finding.quality != b.finding.quality { return a.finding.quality > b.finding.quality }
    return (a.finding.bars.lowerBound, a.finding.kind.rawValue) < (b.finding.bars.lowerBound, b.finding.kind.rawValue)
  }
}
