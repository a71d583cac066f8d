extension Schema {
  /// What the providers said. Times are UTC epoch milliseconds, prices REAL; the exact text is in the raw store.
  static let marketData = """
    -- An instrument as its market describes it.
    CREATE TABLE instruments (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      base TEXT NOT NULL,                         -- what is bought: BTC
      quote TEXT NOT NULL,                        -- what it is paid with: USDT
      status TEXT NOT NULL,                       -- the market's own word: TRADING, BREAK, ...
      tick_size REAL,                             -- the smallest step of a price
      lot_step REAL,                              -- the smallest step of an amount
      described_at INTEGER NOT NULL,              -- logical date of the description
      PRIMARY KEY (source, symbol)
    ) STRICT, WITHOUT ROWID;

    -- One OHLCV bar, raw as traded. Only closed bars are here.
    CREATE TABLE candles (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume REAL NOT NULL,
      close_time INTEGER NOT NULL,                -- as the source states it, or the close of the session
      quote_volume REAL,                          -- volume in the quote currency
      trades INTEGER,                             -- number of trades
      taker_buy_volume REAL,                      -- the part of volume that buyers took
      taker_buy_quote_volume REAL,                -- the same in the quote currency
      PRIMARY KEY (source, symbol, interval, open_time)
    ) STRICT, WITHOUT ROWID;

    -- What a candle said before its source restated it.
    CREATE TABLE candle_revisions (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      replaced_at INTEGER NOT NULL,               -- logical date of the run that saw the new value
      open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume REAL NOT NULL,
      PRIMARY KEY (source, symbol, interval, open_time, replaced_at)
    ) STRICT, WITHOUT ROWID;

    -- Which response brought which candles: the way from a number back to its bytes.
    CREATE TABLE candle_pages (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      first_open_time INTEGER NOT NULL,           -- of the candles that it brought
      last_open_time INTEGER NOT NULL,
      response_hash TEXT NOT NULL, logical_date INTEGER NOT NULL,
      PRIMARY KEY (source, symbol, interval, first_open_time, response_hash)
    ) STRICT, WITHOUT ROWID;

    -- All candles of the series that opened in [complete_from, complete_until) and exist at the source are stored.
    CREATE TABLE watermarks (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      complete_from INTEGER NOT NULL,             -- before it, candles may be missing
      complete_until INTEGER NOT NULL,            -- a fetch goes on here; behind the last bar that was delivered
      asked_at INTEGER NOT NULL,                  -- logical date of the last run that asked for what comes next
      PRIMARY KEY (source, symbol, interval)
    ) STRICT, WITHOUT ROWID;

    -- Dividends and splits, on their ex-date.
    CREATE TABLE corporate_actions (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      ex_date INTEGER NOT NULL,                   -- midnight UTC of the day
      kind TEXT NOT NULL CHECK (kind IN ('dividend', 'split')),
      value REAL NOT NULL,                        -- cash per share, or new shares for one old
      PRIMARY KEY (source, symbol, ex_date, kind)
    ) STRICT, WITHOUT ROWID;

    -- A day's figures of a market.
    CREATE TABLE tickers (
      source TEXT NOT NULL, symbol TEXT NOT NULL, logical_date INTEGER NOT NULL,
      last REAL,                                  -- price of the last trade
      change_percent REAL,                        -- against 24 hours before; 1.5 is 1.5 %
      volume REAL,
      quote_volume REAL,                          -- volume in the quote currency
      trades INTEGER,                             -- number of trades
      PRIMARY KEY (source, symbol, logical_date)
    ) STRICT, WITHOUT ROWID;

    -- A row that its source sent and that is no candle: kept, never in a series.
    CREATE TABLE quarantine (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, response_hash TEXT NOT NULL,
      row_index INTEGER NOT NULL,                 -- its place in the response, from 0
      reason TEXT NOT NULL,                       -- the rule that it breaks
      row_text TEXT NOT NULL,                     -- the row as it was sent
      logical_date INTEGER NOT NULL,
      PRIMARY KEY (source, symbol, interval, response_hash, row_index)
    ) STRICT, WITHOUT ROWID;

    -- Every answer of a provider; the body lies in the raw store under its hash.
    CREATE TABLE raw_responses (
      source TEXT NOT NULL,
      request TEXT NOT NULL,                      -- path and parameters in a fixed order, without the key
      logical_date INTEGER NOT NULL,
      body_hash TEXT NOT NULL,                    -- SHA-256 of the body; its file is raw/HH/HASH.gz
      answer TEXT NOT NULL,                       -- ok, empty, unknown symbol, ... or 'landed' before it was judged
      status INTEGER NOT NULL,                    -- of HTTP
      body_bytes INTEGER NOT NULL,                -- before compression
      received_at INTEGER NOT NULL,               -- by the computer's clock
      PRIMARY KEY (source, request, logical_date, body_hash)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX raw_responses_by_hash ON raw_responses (body_hash);
    """
}
