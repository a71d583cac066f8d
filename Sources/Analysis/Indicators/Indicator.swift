public import MarketData

/// A number per candle under the name that reports, CSV files and `jobs analyze` use: `rsi_14`.
public struct Indicator: Sendable {
  /// Stable: part of the file formats.
  public let name: String
  /// One phrase for a glossary.
  public let summary: String
  public let unit: Unit
  /// The index of the first candle that can have a value, 0 for the oldest; on intraday candles pivots begin later, with the second UTC day.
  public let firstIndex: Int
  /// The position of the family in ``families``, and that of this column within it.
  let family, member: Int

  public enum Unit: String, Sendable, CaseIterable {
    /// That of the closes.
    case price
    case percent
    /// Traded units: shares, coins.
    case volume
    /// A number without a unit: a ratio, a score, a flag, a log return.
    case plain
  }

  /// Every indicator, in a stable order.
  public static let all: [Indicator] = families.enumerated().flatMap { family, content in
    content.members.enumerated().map { member, label in
      Indicator(
        name: label.name, summary: label.summary, unit: label.unit, firstIndex: label.firstIndex, family: family, member: member)
    }
  }

  /// - Returns: nil when no indicator has this name; names are lower case.
  public static func named(_ name: String) -> Indicator? {
    byName[name]
  }

  /// The values on a series; undefined where the formula has none, never guessed.
  /// - Complexity: O(*n*); indicators of one family (the bands, the pivots) are computed together, so prefer ``IndicatorSet`` for several.
  public func column(of series: CandleSeries) -> Column {
    Indicator.families[family].columns(of: series)[member]
  }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

extension Indicator: Equatable {
  public static func == (a: Indicator, b: Indicator) -> Bool { a.name == b.name }
}

/// Several indicators that are computed together, each family once.
public struct IndicatorSet: Sendable {
  public let indicators: [Indicator]

  /// - Parameter indicators: in the order in which the results are wanted.
  public init(_ indicators: [Indicator] = Indicator.all) {
    self.indicators = indicators
  }

  /// One column for each indicator, in their order.
  /// - Complexity: O(*n*) for each; the memory of all columns at once.
  public func compute(_ series: CandleSeries) -> [(name: String, column: Column)] {
    var columns: [Int: [Column]] = [:]
    for indicator in indicators where columns[indicator.family] == nil {
      columns[indicator.family] = Indicator.families[indicator.family].columns(of: series)
    }
    return indicators.map { ($0.name, columns[$0.family]![$0.member]) }
  }
}
