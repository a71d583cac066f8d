/// Symbols in order of how unusual their last move was: by its z-score, because 5 % is much for one and little for another.
public struct Movers: Sendable, Equatable {
  /// Largest |z| first, ties by symbol; those without a score come last, by symbol.
  public let ranked: [SymbolSummary]

  public init(_ summaries: some Sequence<SymbolSummary>) {
    ranked = summaries.sorted { a, b in
      let (first, second) = (a.z.map { abs($0) } ?? -1, b.z.map { abs($0) } ?? -1)
      return first != second ? first > second : a.symbol < b.symbol
    }
  }

  /// The most unusual rises, at most `count`, largest z first. Only scores above zero count.
  public func rising(_ count: Int) -> [SymbolSummary] {
    Array(ranked.filter { $0.z.map { $0 > 0 } ?? false }.prefix(count))
  }

  /// The most unusual falls, at most `count`, lowest z first. Only scores below zero count.
  public func falling(_ count: Int) -> [SymbolSummary] {
    Array(ranked.filter { $0.z.map { $0 < 0 } ?? false }.prefix(count))
  }
}
