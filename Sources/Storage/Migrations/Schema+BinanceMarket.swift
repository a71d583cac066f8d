extension Schema {
  /// What an exchange tells beside candles, and what of its candles is missing.
  static let binanceMarket = """
    -- Bars that a source did not deliver although its series goes on behind them.
    CREATE TABLE candle_holes (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      first_open_time INTEGER NOT NULL,           -- the first open time that is missing
      end_time INTEGER NOT NULL,                  -- the first slot behind that has a bar
      found_at INTEGER NOT NULL,                  -- logical date of the run that found it
      asks INTEGER NOT NULL CHECK (asks >= 0),    -- how often it was asked for again in vain; above 0 it is confirmed to be empty
      next_ask_at INTEGER NOT NULL,               -- logical date from which it is asked for again
      PRIMARY KEY (source, symbol, interval, first_open_time)
    ) STRICT, WITHOUT ROWID;

    -- The order book of a pair at a moment.
    CREATE TABLE depth_snapshots (
      source TEXT NOT NULL, symbol TEXT NOT NULL, logical_date INTEGER NOT NULL,
      last_update_id INTEGER NOT NULL,            -- the exchange's number of the state of the book
      response_hash TEXT NOT NULL,
      PRIMARY KEY (source, symbol, logical_date)
    ) STRICT, WITHOUT ROWID;

    -- The prices of an order book, best first.
    CREATE TABLE depth_levels (
      source TEXT NOT NULL, symbol TEXT NOT NULL, logical_date INTEGER NOT NULL,
      side TEXT NOT NULL CHECK (side IN ('bid', 'ask')),
      level INTEGER NOT NULL CHECK (level >= 1),  -- 1 is the best price of its side
      price REAL NOT NULL,                        -- in the quote currency
      quantity REAL NOT NULL,                     -- in units of what is bought
      PRIMARY KEY (source, symbol, logical_date, side, level),
      FOREIGN KEY (source, symbol, logical_date) REFERENCES depth_snapshots (source, symbol, logical_date) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    -- Single trades.
    CREATE TABLE trades (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      trade_id INTEGER NOT NULL,                  -- the exchange's number; rises by one within a pair
      traded_at INTEGER NOT NULL,                 -- by the exchange's clock
      price REAL NOT NULL,                        -- in the quote currency
      quantity REAL NOT NULL,                     -- in units of what is bought
      quote_quantity REAL NOT NULL,               -- price times quantity, as the exchange rounds it
      buyer_is_maker INTEGER NOT NULL CHECK (buyer_is_maker IN (0, 1)),   -- 1: the seller took the buyer's waiting order
      PRIMARY KEY (source, symbol, trade_id)
    ) STRICT, WITHOUT ROWID;

    -- Trades of one order at one price, joined by the exchange.
    CREATE TABLE agg_trades (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      agg_id INTEGER NOT NULL,                    -- the exchange's number; rises by one within a pair
      first_trade_id INTEGER NOT NULL,            -- of the trades that it joins
      last_trade_id INTEGER NOT NULL,             -- of the trades that it joins
      traded_at INTEGER NOT NULL,                 -- by the exchange's clock
      price REAL NOT NULL,                        -- in the quote currency
      quantity REAL NOT NULL,                     -- in units of what is bought
      buyer_is_maker INTEGER NOT NULL CHECK (buyer_is_maker IN (0, 1)),   -- 1: the seller took the buyer's waiting order
      PRIMARY KEY (source, symbol, agg_id)
    ) STRICT, WITHOUT ROWID;

    -- How far the trades of a pair are stored.
    CREATE TABLE trade_marks (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('trades', 'agg')),
      next_id INTEGER NOT NULL,                   -- a fetch goes on here
      missed INTEGER NOT NULL CHECK (missed >= 0),   -- trades that were over before they were asked for, and are lost
      asked_at INTEGER NOT NULL,                  -- logical date of the last run that was given everything up to it
      PRIMARY KEY (source, symbol, kind)
    ) STRICT, WITHOUT ROWID;

    -- Which response brought which trades: the way from a number back to its bytes.
    CREATE TABLE trade_pages (
      source TEXT NOT NULL, symbol TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('trades', 'agg')),
      first_id INTEGER NOT NULL,                  -- of the trades that it brought
      last_id INTEGER NOT NULL,                   -- of the trades that it brought
      response_hash TEXT NOT NULL, logical_date INTEGER NOT NULL,
      PRIMARY KEY (source, symbol, kind, first_id, response_hash)
    ) STRICT, WITHOUT ROWID;
    """
}
