extension Schema {
  /// What is known about currencies and companies beside their prices.
  static let referenceData = """
    -- What one euro was worth, as its central bank said.
    CREATE TABLE reference_rates (
      source TEXT NOT NULL,
      currency TEXT NOT NULL,                     -- three letters: USD
      date INTEGER NOT NULL,                      -- midnight UTC of the day
      rate REAL NOT NULL,                         -- units of the currency for one euro
      replaced_rate REAL,                         -- what the source had said before; NULL: it never changed
      replaced_at INTEGER,                        -- logical date of the run that saw the change
      response_hash TEXT NOT NULL,
      PRIMARY KEY (source, currency, date)
    ) STRICT, WITHOUT ROWID;

    -- A company as a register lists it, by ticker.
    CREATE TABLE companies (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      cik TEXT NOT NULL,                          -- ten digits: the number of its filings
      title TEXT NOT NULL,                        -- its name
      place INTEGER NOT NULL,                     -- in the order of size, from 1, when it was last listed
      described_at INTEGER NOT NULL,              -- logical date of the last list that has it
      PRIMARY KEY (source, symbol)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX companies_by_cik ON companies (cik);

    -- The last session of a share as its provider sums it up.
    CREATE TABLE quotes (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      trading_day INTEGER NOT NULL,               -- midnight UTC of the session
      open REAL, high REAL, low REAL,
      price REAL NOT NULL,                        -- the last one
      volume REAL,
      previous_close REAL,                        -- of the session before
      change_percent REAL,                        -- against it; 1.5 is 1.5 %
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, symbol, trading_day)
    ) STRICT, WITHOUT ROWID;

    -- What a company is, and the figures that it is compared by, as of the last time that they were asked for.
    CREATE TABLE company_overviews (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      name TEXT,                                  -- of the company
      asset_type TEXT,                            -- Common Stock, ...
      exchange TEXT,                              -- where it is listed
      currency TEXT,                              -- of its prices
      country TEXT,                               -- of its seat
      sector TEXT,                                -- as the provider sorts it
      industry TEXT,                              -- within the sector
      cik TEXT,                                   -- as in companies, without the zeros in front
      market_capitalization REAL,                 -- all shares at the last price
      pe_ratio REAL,                              -- price for one of yearly earnings
      earnings_per_share REAL,                    -- of the last four quarters
      dividend_yield REAL,                        -- a fraction of the price: 0.03 is 3 %
      shares_outstanding REAL,                    -- how many shares there are
      high_52_weeks REAL,                         -- the highest price of a year
      low_52_weeks REAL,                          -- the lowest price of a year
      ex_dividend_date INTEGER,                   -- midnight UTC of the day
      latest_quarter INTEGER,                     -- midnight UTC of its last day
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, symbol)
    ) STRICT, WITHOUT ROWID;

    -- What a company earned per share.
    CREATE TABLE earnings (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      period TEXT NOT NULL CHECK (period IN ('quarter', 'year')),
      fiscal_end INTEGER NOT NULL,                -- midnight UTC of the last day of the period
      reported_on INTEGER,                        -- midnight UTC of the day
      reported REAL,                              -- per share
      estimated REAL,                             -- what was expected
      surprise_percent REAL,                      -- of the estimate; 1.5 is 1.5 %
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, symbol, period, fiscal_end)
    ) STRICT, WITHOUT ROWID;

    -- An article about companies. Its text is somebody else's: one printable line each.
    CREATE TABLE news (
      source TEXT NOT NULL,
      url TEXT NOT NULL,                          -- http or https
      published_at INTEGER NOT NULL,              -- as the provider says
      title TEXT NOT NULL,                        -- at most 500 characters
      publisher TEXT,                             -- who wrote it
      summary TEXT,                               -- at most 2,000 characters
      sentiment REAL,                             -- -1 to 1; above 0.15 it is held to be good news
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, url)
    ) STRICT, WITHOUT ROWID;

    -- Which symbols an article is held to be about.
    CREATE TABLE news_symbols (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      url TEXT NOT NULL,                          -- as in news
      relevance REAL,                             -- 0 to 1
      sentiment REAL,                             -- as in news, about the symbol alone
      PRIMARY KEY (source, symbol, url)
    ) STRICT, WITHOUT ROWID;

    -- What an exchange lists, or listed.
    CREATE TABLE listings (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      status TEXT NOT NULL,                       -- Active, Delisted
      name TEXT,                                  -- of the company or fund
      exchange TEXT,                              -- where
      asset_type TEXT,                            -- Stock, ETF
      listed_on INTEGER,                          -- midnight UTC of the day
      delisted_on INTEGER,                        -- midnight UTC of the day
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, symbol, status)
    ) STRICT, WITHOUT ROWID;

    -- The state of the markets of the world when it was asked for. Not a calendar.
    CREATE TABLE market_states (
      source TEXT NOT NULL,
      region TEXT NOT NULL,                       -- United States, ...
      market_type TEXT NOT NULL,                  -- Equity, Forex, Cryptocurrency
      exchanges TEXT,                             -- their names
      local_open TEXT,                            -- 09:30, by the region's own clock
      local_close TEXT,                           -- 16:15, by the region's own clock
      status TEXT NOT NULL,                       -- open, closed
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, region, market_type)
    ) STRICT, WITHOUT ROWID;

    -- The symbols that moved most on a day.
    CREATE TABLE movers (
      source TEXT NOT NULL, logical_date INTEGER NOT NULL,
      list TEXT NOT NULL,                         -- top_gainers, top_losers, most_actively_traded
      rank INTEGER NOT NULL,                      -- from 1
      symbol TEXT NOT NULL,
      price REAL,                                 -- the last one
      change_percent REAL,                        -- against the session before; 1.5 is 1.5 %
      volume REAL,
      response_hash TEXT NOT NULL,
      PRIMARY KEY (source, logical_date, list, rank)
    ) STRICT, WITHOUT ROWID;

    -- What a search for a name found.
    CREATE TABLE symbol_matches (
      source TEXT NOT NULL,
      keywords TEXT NOT NULL,                     -- what was searched for
      rank INTEGER NOT NULL,                      -- from 1, the best first
      symbol TEXT NOT NULL,
      name TEXT,                                  -- of the company or fund
      type TEXT,                                  -- Equity, ETF
      region TEXT,                                -- where it is traded
      currency TEXT,                              -- of its prices
      score REAL,                                 -- 0 to 1
      logical_date INTEGER NOT NULL, response_hash TEXT NOT NULL,
      PRIMARY KEY (source, keywords, rank)
    ) STRICT, WITHOUT ROWID;
    """
}
