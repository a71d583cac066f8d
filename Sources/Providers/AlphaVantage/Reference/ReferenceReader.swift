import MarketData
import Scheduling

/// Makes facts of the fields of an entry; nil when it lacks what makes it one. Text from outside becomes one printable, bounded line.
enum ReferenceReader {
  static func quote(_ texts: [String: String]) -> ShareQuote? {
    let fields = ReferenceFields(texts)
    guard let symbol = fields.symbol("symbol"), let day = fields.day("latest trading day"), let price = fields.positive("price") else {
      return nil
    }
    return ShareQuote(
      symbol: symbol, day: day, open: fields.positive("open"), high: fields.positive("high"), low: fields.positive("low"), price: price,
      volume: fields.number("volume").flatMap { $0 >= 0 ? $0 : nil }, previousClose: fields.positive("previous close"),
      changePercent: fields.number("change percent"))
  }

  static func overview(_ texts: [String: String]) -> CompanyOverview? {
    let fields = ReferenceFields(texts)
    guard let symbol = fields.symbol("Symbol") else { return nil }
    return CompanyOverview(
      symbol: symbol, name: fields.text("Name"), assetType: fields.text("AssetType"), exchange: fields.text("Exchange"),
      currency: fields.text("Currency"), country: fields.text("Country"), sector: fields.text("Sector"), industry: fields.text("Industry"),
      cik: fields.text("CIK"), marketCapitalization: fields.positive("MarketCapitalization"), peRatio: fields.number("PERatio"),
      earningsPerShare: fields.number("EPS"), dividendYield: fields.number("DividendYield"),
      sharesOutstanding: fields.positive("SharesOutstanding"), high52Weeks: fields.positive("52WeekHigh"),
      low52Weeks: fields.positive("52WeekLow"), exDividendDate: fields.day("ExDividendDate"), latestQuarter: fields.day("LatestQuarter"))
  }

  static func earnings(_ texts: [String: String], _ period: EarningsFigure.Period) -> EarningsFigure? {
    let fields = ReferenceFields(texts)
    guard let end = fields.day("fiscalDateEnding") else { return nil }
    return EarningsFigure(
      period: period, fiscalEnd: end, reportedOn: fields.day("reportedDate"), reported: fields.number("reportedEPS"),
      estimated: fields.number("estimatedEPS"), surprisePercent: fields.number("surprisePercentage"))
  }

  static func article(_ item: ReferenceDocument.Item) -> NewsArticle? {
    let fields = ReferenceFields(item.texts)
    guard let url = fields.text("url", max: 2000), url.hasPrefix("https://") || url.hasPrefix("http://"), !url.contains(" "),
      let time = fields.text("time_published").flatMap({ Instant(newsTime: $0) }), let title = fields.text("title", max: 500)
    else { return nil }
    let mentions = (item.lists["ticker_sentiment"] ?? []).compactMap { texts -> NewsArticle.Mention? in
      let fields = ReferenceFields(texts)
      return fields.symbol("ticker").map {
        NewsArticle.Mention(
          symbol: $0, relevance: fields.number("relevance_score"), sentiment: fields.number("ticker_sentiment_score"))
      }
    }
    return NewsArticle(
      url: url, publishedAt: time, title: title, publisher: fields.text("source"), summary: fields.text("summary", max: 2000),
      sentiment: fields.number("overall_sentiment_score"), mentions: mentions)
  }

  static func marketState(_ texts: [String: String]) -> MarketState? {
    let fields = ReferenceFields(texts)
    guard let region = fields.text("region"), let type = fields.text("market_type"), let status = fields.text("current_status", max: 40)
    else {
      return nil
    }
    return MarketState(
      region: region, marketType: type, exchanges: fields.text("primary_exchanges"), localOpen: fields.text("local_open", max: 5),
      localClose: fields.text("local_close", max: 5), status: status)
  }

  static func mover(_ texts: [String: String], _ list: Mover.List, rank: Int) -> Mover? {
    let fields = ReferenceFields(texts)
    guard let symbol = fields.symbol("ticker") else { return nil }
    return Mover(
      list: list, rank: rank, symbol: symbol, price: fields.positive("price"), changePercent: fields.number("change_percentage"),
      volume: fields.number("volume"))
  }

  static func match(_ texts: [String: String], rank: Int) -> SymbolMatch? {
    let fields = ReferenceFields(texts)
    guard let symbol = fields.symbol("symbol") else { return nil }
    return SymbolMatch(
      rank: rank, symbol: symbol, name: fields.text("name"), type: fields.text("type"), region: fields.text("region"),
      currency: fields.text("currency"), score: fields.number("matchScore"))
  }
}

/// Reads LISTING_STATUS, which is always CSV: `symbol,name,exchange,assetType,ipoDate,delistingDate,status`; a date that is missing reads
/// `null`, and names may be quoted.
enum ListingReader {
  private static let columns = ["symbol", "name", "exchange", "assetType", "ipoDate", "delistingDate", "status"]

  /// - Returns: nil when the body does not begin with the header, or ends in the middle of a line.
  static func read(_ body: [UInt8]) -> ReferencePage<Listing>? {
    guard body.last == UInt8(ascii: "\n") else { return nil }
    return body.span.bytes.withUnsafeBytes { bytes in
      var reader = LineReader(bytes)
      guard let header = reader.next(), String(decoding: bytes[header], as: UTF8.self) == columns.joined(separator: ",") else { return nil }
      var (page, fields) = (ReferencePage<Listing>(), [Range<Int>]())
      while let range = reader.next() {
        let line = UnsafeRawBufferPointer(rebasing: bytes[range])
        do throws(CandleLineError) {
          try CandleFields.split(line, into: &fields)
        } catch {
          page.unreadable += 1
          continue
        }
        if let listing = listing(fields.map { CandleFields.text(line, $0) }) { page.facts.append(listing) } else { page.unreadable += 1 }
      }
      return page
    }
  }

  private static func listing(_ texts: [String]) -> Listing? {
    guard texts.count == columns.count else { return nil }
    let fields = ReferenceFields(Dictionary(uniqueKeysWithValues: zip(columns, texts)))
    guard let symbol = fields.symbol("symbol"), let status = fields.text("status", max: 20) else { return nil }
    return Listing(
      symbol: symbol, name: fields.text("name"), exchange: fields.text("exchange"), assetType: fields.text("assetType"),
      listedOn: fields.day("ipoDate"), delistedOn: fields.day("delistingDate"), status: status)
  }
}
