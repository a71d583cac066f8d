public import MarketData
public import Scheduling

/// A row of an answer that is no candle: kept with its reason, never dropped.
public struct RowProblem: Error, Sendable, Equatable {
  /// Its place in the answer, from 0.
  public let index: Int
  /// nil when the row does not say it.
  public let openTime: Instant?
  public let reason: Reason
  /// The row exactly as it stood in the body; cut at ``textBytesMax``.
  public let text: String

  public static let textBytesMax = 4096
  /// An answer with more of them is no answer of its kind, and is refused whole.
  public static let countMax = 1000

  public enum Reason: Sendable, Equatable {
    /// It is neither the array nor the object that a row is.
    case notARow
    /// It has too few fields.
    case missingField(String)
    /// The field is no number by the strict grammar of decimals, or too large for one.
    case notANumber(field: String)
    /// The field must not be negative, and is.
    case negative(field: String)
    /// The field must be above zero, and is not.
    case notAboveZero(field: String)
    /// No plausible time: seconds or nanoseconds where milli- or microseconds were expected.
    case timeOutOfRange(field: String)
    /// No day of the calendar.
    case notADate
    /// No name that a market could have.
    case notASymbol
    /// Its numbers break a rule of every candle.
    case candle(CandleDefect)
  }

  public init(index: Int, openTime: Instant?, reason: Reason, text: String) {
    (self.index, self.openTime, self.reason, self.text) = (index, openTime, reason, text)
  }
}

extension [RowProblem] {
  /// - Throws: when there are too many to be kept.
  mutating func add(_ problem: RowProblem, at offset: Int) throws(JSONError) {
    guard count < RowProblem.countMax else { throw JSONError(offset: offset, fact: .tooManyProblems(countMax: RowProblem.countMax)) }
    append(problem)
  }
}

extension RowProblem.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notARow: "it is no row"
    case .missingField(let field): "the field `\(field)` is missing"
    case .notANumber(let field): "the field `\(field)` is no number"
    case .negative(let field): "the field `\(field)` is negative"
    case .notAboveZero(let field): "the field `\(field)` is not above zero"
    case .timeOutOfRange(let field): "the field `\(field)` is no time in milliseconds or microseconds"
    case .notADate: "its date is no day of the calendar"
    case .notASymbol: "its symbol is no name that a market could have"
    case .candle(let defect): "its numbers break the rule `\(defect.rawValue)`"
    }
  }
}
