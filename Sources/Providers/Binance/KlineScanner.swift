public import MarketData
import Scheduling

/// Reads the body of Binance's `klines`: an array of rows of twelve fields.
///
///     [1502928000000,"4261.48000000","4485.39000000","4200.74000000","4285.08000000","795.15037700",1502931599999,
///      "3454770.05073206",3427,"616.24854100","2678216.40060401","0"]
///
/// Open time, open, high, low, close, base volume, close time, quote volume, trades, taker base, taker quote, and one to ignore.
/// Times are milliseconds or microseconds, told apart by their size. A row as it is always sent is read in one pass without
/// allocation; any other is read a second time, slowly, to say what is wrong with it.
/// - Source: Binance spot API documentation, "Kline/Candlestick data".
public enum KlineScanner {
  /// Reads a whole body.
  ///
  /// - Parameters:
  ///   - rowsMax: more rows than this are refused.
  ///   - candle: called for each valid row, in the order of the body.
  ///   - problem: called for each other row.
  /// - Throws: ``JSONError`` when the body is no JSON array; rows before the place were delivered.
  /// - Complexity: O(bytes); no allocation for a valid row.
  public static func scan(
    _ body: UnsafeRawBufferPointer, rowsMax: Int = .max, candle: (Candle) -> Void, problem: (RowProblem) -> Void
  ) throws(JSONError) {
    var scanner = JSONScanner(body)
    var index = 0
    try scanner.enterArray()
    while try scanner.nextElement() {
      guard index < rowsMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: rowsMax)) }
      scanner.skipBlanks()
      var row = KlineRow()
      // `try?`: a row that fails here is read again for its reason.
      if let end = row.readQuickly(body, from: scanner.offset), let valid = try? row.candle() {
        scanner.offset = end
        candle(valid)
      } else {
        switch try SlowKlineReader.read(&scanner, index: index) {
        case .success(let valid): candle(valid)
        case .failure(let defect): problem(defect)
        }
      }
      index += 1
    }
    try scanner.end()
  }

  /// The candles and problems of a whole body.
  public static func scan(_ body: [UInt8], rowsMax: Int = .max) throws(JSONError) -> (candles: [Candle], problems: [RowProblem]) {
    var (candles, problems): ([Candle], [RowProblem]) = ([], [])
    // A row of the usual form has some 150 bytes.
    candles.reserveCapacity(min(rowsMax, body.count / 140 + 1))
    try body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
      try scan(bytes, rowsMax: rowsMax, candle: { candles.append($0) }, problem: { problems.append($0) })
    }
    return (candles, problems)
  }
}
