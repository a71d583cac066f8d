public import MarketData

/// The candles of a file by symbol and interval, and what could not be read.
///
/// The files are those that `jobs data export` writes: CSV with the header `symbol,interval,open_time,open,high,low,close,volume`
/// (``CandleCSVReader``), or JSON (``CandleJSON``).
public struct CandleFile: Sendable {
  /// In the order of their first lines; the candles of each in order of time.
  public internal(set) var series: [CandleSeries] = []
  /// The first ones, in the order of the file.
  public internal(set) var problems: [CandleFileProblem] = []
  public internal(set) var problemCount = 0
  /// Candles of another symbol or interval than the one that was asked for.
  public internal(set) var leftOut = 0
  /// Columns that are no part of a candle.
  public internal(set) var ignoredColumns: [String] = []

  /// How many problems are kept with their sentences; the others are counted.
  public static let problemsMax = 20

  public var candleCount: Int { series.reduce(0) { $0 + $1.count } }

  mutating func report(_ problem: CandleFileProblem) {
    problemCount += 1
    if problems.count < CandleFile.problemsMax { problems.append(problem) }
  }

  /// What is taken from a file: of which symbol and interval. It also stands in for a column that the file lacks.
  public struct Choice: Sendable {
    public var symbol: Symbol?
    public var interval: Interval?

    public init(symbol: Symbol? = nil, interval: Interval? = nil) {
      (self.symbol, self.interval) = (symbol, interval)
    }
  }
}

/// What is wrong in a file of candles, and where.
public struct CandleFileProblem: Sendable, Equatable, CustomStringConvertible {
  /// From 1; the header is line 1. In a JSON file the line on which the candle begins.
  public let line: Int
  /// `close "1,5" is not a decimal number`
  public let reason: String

  public var description: String { "line \(line): \(reason)" }
}

extension CandleDefect {
  /// As a sentence about a line.
  var sentence: String {
    switch self {
    case .notFinite: "a price or the volume is not finite"
    case .priceNotAboveZero: "a price is zero or negative"
    case .negativeVolume: "the volume is negative"
    case .bodyOutsideRange: "open or close lies above high or below low"
    case .closesBeforeOpen: "it closes before it opens"
    }
  }
}
