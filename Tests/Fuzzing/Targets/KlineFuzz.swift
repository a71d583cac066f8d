import Foundation

extension FuzzTarget {
  /// The quick reader against the slow one, against Foundation's JSON, and against itself after writing what it read.
  static let klines = FuzzTarget(name: "klines") { bytes in
    let quick = KlineReading(bytes, rowsMax: rowsMax)
    let slow = KlineReading(slowly: bytes, rowsMax: rowsMax)
    demand(quick.error == slow.error, "quick and slow end differently: \(quick.error as Any) and \(slow.error as Any)")
    demand(quick.problems == slow.problems, "quick and slow differ in what they refuse")
    demandIdentical(quick.candles, slow.candles, "quick and slow")
    demand(quick.candles.count + quick.problems.count <= rowsMax, "more rows than were asked for")
    quick.candles.forEach(demandValid)
    demandBounded(quick.problems)
    let written = Array(("[" + quick.candles.map(klineText).joined(separator: ",") + "]").utf8)
    demandIdentical(KlineReading(written, rowsMax: rowsMax).candles, quick.candles, "written and read again")
    if quick.error == nil, !quick.candles.isEmpty { demandFoundation(agrees: quick, bytes) }
    judgeAsPage(bytes)
    if let first = quick.candles.first { _ = SourceRow.find(openingAt: first.openTime, in: bytes, of: "binance") }
  }

  /// The rows of the CSV of the bulk archive: quick against slow.
  static let archiveCSV = FuzzTarget(name: "archivecsv") { bytes in
    let rows = KlineCSVScanner.scan(bytes, rowsMax: rowsMax)
    demand(rows.candles.count + rows.problems.count <= rowsMax, "more rows than were asked for")
    demand(rows.candles.count + rows.problems.count <= bytes.count { $0 == 10 } + 1, "more rows than lines")
    rows.candles.forEach(demandValid)
    demandBounded(rows.problems)
    let written = Array(rows.candles.map { csvText($0) + "\r\n" }.joined().utf8)
    let again = KlineCSVScanner.scan(written, rowsMax: rowsMax)
    demandIdentical(again.candles, rows.candles, "written and read again")
    // Blanks in front of a number are none of the quick form, so nothing is read.
    let spoiled = Array(rows.candles.map { " " + csvText($0) + "\n" }.joined().utf8)
    demand(KlineCSVScanner.scan(spoiled, rowsMax: rowsMax).candles.isEmpty, "a number with a blank in front was read")
  }

  private static let rowsMax = 1000
}

/// What a scanner made of a body.
private struct KlineReading {
  var candles: [Candle] = []
  var problems: [RowProblem] = []
  var error: JSONError?

  init(_ bytes: [UInt8], rowsMax: Int) {
    bytes.withUnsafeBytes { body in
      do throws(JSONError) {
        try KlineScanner.scan(body, rowsMax: rowsMax, candle: { candles.append($0) }, problem: { problems.append($0) })
      } catch {
        self.error = error
      }
    }
  }

  /// The same without the quick reader.
  init(slowly bytes: [UInt8], rowsMax: Int) {
    bytes.withUnsafeBytes { body in
      do throws(JSONError) {
        try readSlowly(JSONScanner(body), rowsMax: rowsMax)
      } catch {
        self.error = error
      }
    }
  }

  private mutating func readSlowly(_ start: JSONScanner, rowsMax: Int) throws(JSONError) {
    var (scanner, index) = (start, 0)
    try scanner.enterArray()
    while try scanner.nextElement() {
      guard index < rowsMax else { throw JSONError(offset: scanner.offset, fact: .tooManyRows(rowsMax: rowsMax)) }
      scanner.skipBlanks()
      switch try SlowKlineReader.read(&scanner, index: index) {
      case .success(let candle): candles.append(candle)
      case .failure(let problem): problems.append(problem)
      }
      index += 1
    }
    try scanner.end()
  }
}

/// Whoever reads the body with Foundation finds the same rows, and in them the same prices.
private func demandFoundation(agrees reading: KlineReading, _ bytes: [UInt8]) {
  // It refuses numbers that no Double holds (1e999), also in places that mean nothing; then there is nothing to compare.
  guard let rows = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [Any] else { return }
  demand(rows.count == reading.candles.count + reading.problems.count, "Foundation finds \(rows.count) rows")
  let bad = Set(reading.problems.map(\.index))
  let good = rows.indices.filter { !bad.contains($0) }.map { rows[$0] }
  for (row, candle) in zip(good, reading.candles) {
    guard let fields = row as? [Any], fields.count >= 12 else { fatalError("Foundation finds no row of \(candle)") }
    for (field, number) in [(1, candle.open), (2, candle.high), (3, candle.low), (4, candle.close), (5, candle.volume)] {
      // A number without quotes is rounded by Foundation in its own way.
      guard let text = fields[field] as? String else { continue }
      demand(Double(text)?.bitPattern == number.bitPattern, "Foundation reads \(text), we \(number)")
    }
  }
}

/// The rules of a whole answer; what they refuse is what they are for.
private func judgeAsPage(_ bytes: [UInt8]) {
  let span = KlineSpan(interval: .hour1, first: Instant(milliseconds: 0), end: .fuzzed, logicalDate: .fuzzed)
  for serverTime in [nil, ServerTime(.fuzzed - .hours(1))] {
    guard let page = try? KlinePage.read(ProviderAnswer(status: 200, body: bytes, serverTime: serverTime), span).value else { continue }
    demand(page.candles.allSatisfy { $0.openTime >= span.first && $0.openTime < span.end && span.hasClosed($0) }, "a bar outside the page")
    demand(zip(page.candles, page.candles.dropFirst()).allSatisfy { $0.openTime < $1.openTime }, "a page is not in order")
  }
}

private func klineText(_ candle: Candle) -> String {
  "[" + fields(candle).enumerated().map { [0, 6, 8].contains($0) ? $1 : "\"\($1)\"" }.joined(separator: ",") + "]"
}

private func csvText(_ candle: Candle) -> String { fields(candle).joined(separator: ",") }

private func fields(_ candle: Candle) -> [String] {
  let trading = candle.trading!
  let prices = [candle.open, candle.high, candle.low, candle.close, candle.volume].map(DecimalWriter.text)
  return ["\(candle.openTime.milliseconds)"] + prices + ["\(candle.closeTime.milliseconds)", DecimalWriter.text(trading.quoteVolume)]
    + ["\(trading.trades)", DecimalWriter.text(trading.takerBuyVolume), DecimalWriter.text(trading.takerBuyQuoteVolume), "0"]
}
