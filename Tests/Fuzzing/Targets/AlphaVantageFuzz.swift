import Foundation

extension FuzzTarget {
  /// Every reader of Alpha Vantage's answers on the same bytes: series in both forms, the reference data, and what refuses.
  static let alphaVantage = FuzzTarget(name: "alphavantage") { bytes in
    readSeries(bytes)
    readReference(bytes)
    if let page = ListingReader.read(bytes) {
      demand(page.facts.count + page.unreadable < bytes.count { $0 == 10 }, "more listings than lines behind the header")
      for listing in page.facts { demandPrintable(listing.name, max: 200) }
    }
    for status in [429, 503] { demandShown(StatusRules.unexplained(status: status, body: bytes)) }
  }
}

private func readSeries(_ bytes: [UInt8]) {
  let document: SeriesDocument
  do throws(JSONError) {
    document = try SeriesDocument.read(bytes)
  } catch {
    return demandShown(Refusal(error, in: bytes))
  }
  demandBounded(document.problems)
  guard let rows = document.rows else {
    return demandShown(
      AlphaVantageRules.refusal(
        document.notice, isEmptyObject: document.isEmptyObject, wanted: "series", now: .fuzzed, reset: NewYork.midnight(after: .fuzzed)))
  }
  for row in rows {
    demandPrices(row.open, row.high, row.low, row.close, row.volume ?? 0)
    demandAmount(row.dividend)
    demand(row.split.isFinite && row.split > 0, "a split of \(row.split)")
    if let event = row.event, let split = event.split { demand(split.isFinite && split > 0, "a split of \(split)") }
    demandFinite(row.adjustedClose)
  }
  demand(zip(rows, rows.dropFirst()).allSatisfy { ($0.date, $0.time ?? 0) <= ($1.date, $1.time ?? 0) }, "rows out of order")
  placeInTime(rows, document)
  demandSameAsCSV(rows)
  if let first = rows.first {
    for source in ["alphavantage", "alphavantage_fx", "alphavantage_crypto"] {
      _ = SourceRow.find(openingAt: first.date.midnight, in: bytes, of: source)
    }
  }
}

/// What the rows become as candles of each market.
private func placeInTime(_ rows: [SeriesRow], _ document: SeriesDocument) {
  for market in AlphaVantage.Market.allCases {
    let interval = market == .shares ? document.interval ?? .day1 : .day1
    var times = BarTimes(market: market, interval: interval, calendar: market.calendar(ofShares: .xnys))
    if interval.minutes != nil { times.label = BarLabel(of: rows, refreshed: document.metadata["Last Refreshed"]) }
    // Each is the same arithmetic.
    for (index, row) in rows.prefix(4).enumerated() {
      _ = times.isClosed(row, isLast: index == rows.count - 1, at: .fuzzed)
      // `try?`: a session may end before its bar begins; then there is none.
      if let candle = try? row.candle(openTime: times.openTime(of: row), closeTime: times.closeTime(of: row)) { demandValid(candle) }
    }
  }
}

/// The same rows in the other form are the same.
private func demandSameAsCSV(_ rows: [SeriesRow]) {
  let (hasVolume, hasAdjusted) = (rows.contains { $0.volume != nil }, rows.contains { $0.adjustedClose != nil })
  guard !hasVolume || rows.allSatisfy({ $0.volume != nil }), !hasAdjusted || rows.allSatisfy({ $0.adjustedClose != nil }) else { return }
  var text = "timestamp,open,high,low,close" + (hasAdjusted ? ",adjusted_close" : "") + (hasVolume ? ",volume" : "")
  text += ",dividend_amount,split_coefficient\n"
  for row in rows.reversed() {
    let optional = [row.adjustedClose, row.volume].compactMap(\.self)
    let numbers = [row.open, row.high, row.low, row.close] + optional + [row.dividend, row.split]
    text += "\(row.date)" + (row.time == nil ? "" : " " + row.clock) + numbers.map { "," + DecimalWriter.text($0) }.joined() + "\n"
  }
  do throws(JSONError) {
    let again = try SeriesDocument.read(Array(text.utf8))
    demand(again.problems.isEmpty, "written as CSV, rows are refused: \(again.problems)")
    demand(again.rows?.map(facts) == rows.map(facts), "written as CSV, rows are others")
  } catch {
    fatalError("written as CSV, the series is refused: \(error)\n\(text)")
  }
}

private func facts(_ row: SeriesRow) -> [UInt64] {
  let numbers = [row.open, row.high, row.low, row.close, row.volume ?? -1, row.adjustedClose ?? -1, row.dividend, row.split]
  return [UInt64(bitPattern: Int64(row.date.daysSinceEpoch)), UInt64(row.time ?? 100_000)] + numbers.map(\.bitPattern)
}

private func readReference(_ bytes: [UInt8]) {
  let document: ReferenceDocument
  do throws(JSONError) {
    document = try ReferenceDocument.read(bytes)
  } catch {
    return demandShown(Refusal(error, in: bytes))
  }
  demandShown(
    AlphaVantageRules.refusal(
      document.notice, isEmptyObject: document.isEmptyObject, wanted: "answer", now: .fuzzed, reset: NewYork.midnight(after: .fuzzed)))
  for texts in [document.texts] + document.objects.values { readFacts(texts) }
  for list in document.lists.values {
    for item in list.prefix(50) {
      readFacts(item.texts)
      guard let article = ReferenceReader.article(item) else { continue }
      demandPrintable(article.title, max: 500)
      demandPrintable(article.url, max: 2000)
      article.mentions.forEach { demandFinite($0.sentiment) }
    }
  }
}

private func readFacts(_ texts: [String: String]) {
  if let quote = ReferenceReader.quote(texts) {
    demand(quote.price.isFinite && quote.price > 0, "a price is \(quote.price)")
    demandFinite(quote.changePercent)
  }
  if let overview = ReferenceReader.overview(texts) {
    demandPrintable(overview.name, max: 200)
    demandFinite(overview.peRatio)
  }
  if let earnings = ReferenceReader.earnings(texts, .quarter) { demandFinite(earnings.reported) }
  if let state = ReferenceReader.marketState(texts) { demandPrintable(state.status, max: 40) }
  if let mover = ReferenceReader.mover(texts, .gainers, rank: 1) { demandFinite(mover.changePercent) }
  if let match = ReferenceReader.match(texts, rank: 1) { demandPrintable(match.name, max: 200) }
}

/// A refusal ends in logs and terminals.
func demandShown(_ refusal: Refusal) { demandPrintable(refusal.detail, max: 1000) }
