public import MarketData
public import Scheduling

/// Gives the candles that had closed at a logical date.
///
/// Every implementation keeps one contract: open times ascend strictly within a call and lie in `from..<logicalDate`; no candle
/// is delivered that had not closed at the logical date; what is no candle is a problem, not a gap; the same call for the same
/// logical date delivers the same and is not sent twice.
public protocol CandleProvider: Sendable {
  /// Its name in providers.yaml.
  var name: String { get }
  /// What it can be asked for.
  var intervals: Set<Interval> { get }

  /// Delivers the candles of a symbol, oldest first, page by page; a page without a row is not delivered.
  ///
  /// - Parameters:
  ///   - from: the first open time that is wanted.
  ///   - logicalDate: what had not closed by then does not exist.
  ///   - latest: the answer is pointless after this; nil for no such moment.
  ///   - page: called in order; what it throws ends the call.
  /// - Throws: ``ProviderFailure``; `CancellationError`; what the archive, the limiter or `page` throws. Pages that were delivered
  ///   before stay valid.
  func candles(
    _ symbol: Symbol, _ interval: Interval, from: Instant, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws

  /// As above, for open times in a range alone: a provider that can end a request early does not ask for what lies behind it.
  ///
  /// Pages may still hold candles behind the range.
  func candles(
    _ symbol: Symbol, _ interval: Interval, in range: Range<Instant>, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws
}

extension CandleProvider {
  public func candles(
    _ symbol: Symbol, _ interval: Interval, in range: Range<Instant>, until logicalDate: Instant, latest: Instant?,
    each page: (CandlePage) async throws -> Void
  ) async throws {
    try await candles(symbol, interval, from: range.lowerBound, until: logicalDate, latest: latest, each: page)
  }

  /// The refusal of an interval that the provider does not have.
  func unservedInterval(_ symbol: Symbol, _ interval: Interval) -> ProviderFailure {
    let served = intervals.sorted().map(\.rawValue).joined(separator: ", ")
    return ProviderFailure(
      answer: .badRequest, provider: name, subject: "\(symbol) \(interval)",
      message: "\(name) \(symbol) \(interval): not asked, it has no such interval; it has \(served).")
  }
}

/// What one answer held.
public struct CandlePage: Sendable, Equatable {
  /// Open times ascend strictly; all had closed at the logical date.
  public var candles: [Candle] = []
  /// The provider's close adjusted for splits and dividends, one for each candle, nil where it gives none; empty for a provider
  /// that does not adjust.
  public var adjustedCloses: [Double?] = []
  /// Dividends and splits, oldest first, of the days of `candles`.
  public var events: [CorporateEvent] = []
  public var problems: [RowProblem] = []
  /// What the provider said beside the data, as printable lines.
  public var notes: [String] = []
  /// SHA-256 of the response, 64 hexadecimal digits: the way back to its bytes.
  public var responseHash = ""
  /// Of the first and last row of the answer whose open time could be read, closed or not.
  public var firstOpenTime: Instant?
  public var lastOpenTime: Instant?

  public init() {}
}

/// A dividend or split as the provider tells it, on its ex-date.
public struct CorporateEvent: Sendable, Hashable {
  public let date: CivilDate
  /// Per share, in the currency of the listing; above zero.
  public let dividend: Double?
  /// New shares for one old: 4 for a 4:1 split, 0.125 for a reverse split 1:8; above zero, never 1.
  public let split: Double?

  public init(date: CivilDate, dividend: Double?, split: Double?) {
    (self.date, self.dividend, self.split) = (date, dividend, split)
  }
}
