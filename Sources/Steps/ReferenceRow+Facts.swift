import MarketData
import Providers
import Scheduling
import Storage

extension ReferenceRow {
  init(_ quote: ShareQuote) {
    self.init()
    set("symbol", quote.symbol)
    set("trading_day", quote.day)
    set("open", quote.open)
    set("high", quote.high)
    set("low", quote.low)
    set("price", quote.price)
    set("volume", quote.volume)
    set("previous_close", quote.previousClose)
    set("change_percent", quote.changePercent)
  }

  init(_ overview: CompanyOverview) {
    self.init()
    set("symbol", overview.symbol)
    set("name", overview.name)
    set("asset_type", overview.assetType)
    set("exchange", overview.exchange)
    set("currency", overview.currency)
    set("country", overview.country)
    set("sector", overview.sector)
    set("industry", overview.industry)
    set("cik", overview.cik)
    set("market_capitalization", overview.marketCapitalization)
    set("pe_ratio", overview.peRatio)
    set("earnings_per_share", overview.earningsPerShare)
    set("dividend_yield", overview.dividendYield)
    set("shares_outstanding", overview.sharesOutstanding)
    set("high_52_weeks", overview.high52Weeks)
    set("low_52_weeks", overview.low52Weeks)
    set("ex_dividend_date", overview.exDividendDate)
    set("latest_quarter", overview.latestQuarter)
  }

  init(_ earnings: EarningsFigure, of symbol: Symbol) {
    self.init()
    set("symbol", symbol)
    set("period", earnings.period.rawValue)
    set("fiscal_end", earnings.fiscalEnd)
    set("reported_on", earnings.reportedOn)
    set("reported", earnings.reported)
    set("estimated", earnings.estimated)
    set("surprise_percent", earnings.surprisePercent)
  }

  init(_ article: NewsArticle) {
    self.init()
    set("url", article.url)
    set("published_at", article.publishedAt)
    set("title", article.title)
    set("publisher", article.publisher)
    set("summary", article.summary)
    set("sentiment", article.sentiment)
  }

  /// One row for each symbol that an article is about.
  static func mentions(in article: NewsArticle) -> [ReferenceRow] {
    article.mentions.map { mention in
      var row = ReferenceRow()
      row.set("symbol", mention.symbol)
      row.set("url", article.url)
      row.set("relevance", mention.relevance)
      row.set("sentiment", mention.sentiment)
      return row
    }
  }

  init(_ listing: Listing) {
    self.init()
    set("symbol", listing.symbol)
    set("status", listing.status)
    set("name", listing.name)
    set("exchange", listing.exchange)
    set("asset_type", listing.assetType)
    set("listed_on", listing.listedOn)
    set("delisted_on", listing.delistedOn)
  }

  init(_ state: MarketState) {
    self.init()
    set("region", state.region)
    set("market_type", state.marketType)
    set("exchanges", state.exchanges)
    set("local_open", state.localOpen)
    set("local_close", state.localClose)
    set("status", state.status)
  }

  init(_ mover: Mover) {
    self.init()
    set("list", mover.list.rawValue)
    set("rank", mover.rank)
    set("symbol", mover.symbol)
    set("price", mover.price)
    set("change_percent", mover.changePercent)
    set("volume", mover.volume)
  }

  init(_ match: SymbolMatch, keywords: String) {
    self.init()
    set("keywords", keywords)
    set("rank", match.rank)
    set("symbol", match.symbol)
    set("name", match.name)
    set("type", match.type)
    set("region", match.region)
    set("currency", match.currency)
    set("score", match.score)
  }
}
