/// A rule over columns of a series, true or false at each bar: `close crosses above sma_50 and rsi_14 < 70`.
///
/// Numbers are columns (`open high low close volume`, and the names of ``Indicator``, many with a period of one's choice: `sma_37`), each
/// also some bars ago (`close[1]`), constants, and what `+ - * / abs()` make of them. They are compared by `< <= > >= == !=` and by `crosses
/// above` and `crosses below`; `trend is bull`, `volatility is not high` ask for the regime by rules; `and`, `or`, `not` and brackets join
/// conditions. A price cannot be compared with a volume or a percentage.
///
/// Where a column has no value the answer is neither true nor false, unless the other side of an `and` or `or` decides alone.
/// A line crosses another where it is above now and was not at the bar before; differences within 1e-12 count as none.
public struct Condition: Sendable {
  /// As it was written.
  public let text: String
  /// Bars that must precede the first judged one; see ``Strategy/warmUp``.
  public let warmUp: Int
  let root: Truth
  /// Each once, in order of appearance.
  let mentions: [Mention]

  /// A number for each bar.
  indirect enum Measure: Sendable {
    case constant(Double)
    case column(Mention)
    case absolute(Measure)
    case negated(Measure)
    case combined(Measure, Operation, Measure)
  }

  enum Operation: Sendable { case plus, minus, times, over }

  /// True, false or unknown for each bar.
  indirect enum Truth: Sendable {
    case comparison(Measure, Relation, Measure)
    case trend(RuleRegime.Trend)
    case volatility(RuleRegime.Volatility)
    case not(Truth)
    case both(Truth, Truth)
    case either(Truth, Truth)
  }

  enum Relation: Sendable { case less, lessOrEqual, greater, greaterOrEqual, equal, unequal, crossesAbove, crossesBelow }

  /// A column as a condition names it.
  struct Mention: Sendable {
    let column: NamedColumn
    /// Bars ago.
    let shift: Int

    /// What a stored value is called: `close`, `close_before`, `close_before_5`.
    var label: String { shift == 0 ? column.name : shift == 1 ? "\(column.name)_before" : "\(column.name)_before_\(shift)" }
  }

  /// The names of columns, for a search of similar ones; `sma_N` stands for every period.
  public static var columnNames: [String] { NamedColumn.known }

  /// - Throws: ``ConditionDefect``
  public init(_ text: String) throws(ConditionDefect) {
    var parser = try ConditionParser(text)
    root = try parser.condition()
    (self.text, mentions) = (text, parser.mentions)
    let regimes = parser.usesRegimes ? Analysis.warmUp(wilder: 14, window: 252 + 21) : 0
    warmUp = mentions.reduce(regimes) { max($0, $1.column.warmUp + $1.shift) } + 1
  }
}

extension Condition: Equatable {
  public static func == (a: Condition, b: Condition) -> Bool { a.text == b.text }
}
