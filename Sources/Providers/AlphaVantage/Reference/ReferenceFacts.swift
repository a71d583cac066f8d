public import MarketData
public import Scheduling

/// The last session of a share.
public struct ShareQuote: Sendable, Equatable {
  public let symbol: Symbol
  public let day: CivilDate
  public let open: Double?
  public let high: Double?
  public let low: Double?
  /// Above zero.
  public let price: Double
  public let volume: Double?
  public let previousClose: Double?
  /// Per cent: 1.5 is 1.5 %.
  public let changePercent: Double?
}

/// What a company is, and the figures that it is compared by. nil is what the provider does not know.
public struct CompanyOverview: Sendable, Equatable {
  public let symbol: Symbol
  public let name: String?
  public let assetType: String?
  public let exchange: String?
  public let currency: String?
  public let country: String?
  public let sector: String?
  public let industry: String?
  public let cik: String?
  public let marketCapitalization: Double?
  public let peRatio: Double?
  public let earningsPerShare: Double?
  /// A fraction: 0.03 is 3 %.
  public let dividendYield: Double?
  public let sharesOutstanding: Double?
  public let high52Weeks: Double?
  public let low52Weeks: Double?
  public let exDividendDate: CivilDate?
  public let latestQuarter: CivilDate?
}

/// What a company earned per share in a quarter or a year.
public struct EarningsFigure: Sendable, Equatable {
  public enum Period: String, Sendable { case quarter, year }

  public let period: Period
  /// The last day of the quarter or year.
  public let fiscalEnd: CivilDate
  public let reportedOn: CivilDate?
  public let reported: Double?
  public let estimated: Double?
  /// Per cent of the estimate.
  public let surprisePercent: Double?
}

/// An article, and what it is held to say about some symbols.
public struct NewsArticle: Sendable, Equatable {
  /// Begins with http:// or https://; one line of at most 2,000 characters without blanks.
  public let url: String
  public let publishedAt: Instant
  public let title: String
  public let publisher: String?
  public let summary: String?
  /// -1...1; above 0.15 it is held to be good news.
  public let sentiment: Double?
  public let mentions: [Mention]

  public struct Mention: Sendable, Equatable {
    /// `AAPL`, `CRYPTO:BTC`, `FOREX:USD`.
    public let symbol: Symbol
    /// 0...1
    public let relevance: Double?
    public let sentiment: Double?
  }
}

/// What an exchange lists, or listed.
public struct Listing: Sendable, Equatable {
  public let symbol: Symbol
  public let name: String?
  public let exchange: String?
  /// `Stock`, `ETF`.
  public let assetType: String?
  public let listedOn: CivilDate?
  public let delistedOn: CivilDate?
  /// `Active`, `Delisted`.
  public let status: String
}

/// The state of a market in a region. Not a calendar.
public struct MarketState: Sendable, Equatable {
  public let region: String
  public let marketType: String
  public let exchanges: String?
  /// `09:30`, by the region's own clock.
  public let localOpen: String?
  public let localClose: String?
  /// `open`, `closed`.
  public let status: String
}

/// A symbol of a list of movers.
public struct Mover: Sendable, Equatable {
  public enum List: String, Sendable, CaseIterable {
    case gainers = "top_gainers"
    case losers = "top_losers"
    case active = "most_actively_traded"
  }

  public let list: List
  /// From 1.
  public let rank: Int
  public let symbol: Symbol
  public let price: Double?
  public let changePercent: Double?
  public let volume: Double?
}

/// A symbol that a search found.
public struct SymbolMatch: Sendable, Equatable {
  /// From 1, the best first.
  public let rank: Int
  public let symbol: Symbol
  public let name: String?
  public let type: String?
  public let region: String?
  public let currency: String?
  /// 0...1
  public let score: Double?
}

/// What one answer told.
public struct ReferencePage<Fact: Sendable & Equatable>: Sendable, Equatable {
  public var facts: [Fact] = []
  /// Entries without the fields that make them one.
  public var unreadable = 0
  /// SHA-256 of the response, 64 hexadecimal digits.
  public var responseHash = ""
}
