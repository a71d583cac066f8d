extension Schema {
  /// What comes from somebody else's store: it waits apart until all of it is there, and is kept so that it can be taken back.
  static let imports = """
    -- What `jobs migrate import` brought. Its candles wait in `import_candles` and are put among the others in one step.
    CREATE TABLE imports (
      id TEXT PRIMARY KEY NOT NULL,               -- the first 12 digits of the SHA-256 of the mapping and of its files
      mapping TEXT NOT NULL,                      -- its name
      source TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('loading', 'committed', 'rolled back')),
      files TEXT NOT NULL,                        -- JSON: [[name, SHA-256], ...], in the order of reading
      rows_read INTEGER NOT NULL,                 -- while loading, a resumed import goes on behind them
      rows_repeated INTEGER NOT NULL,             -- of them, those that say again what another said
      rows_refused INTEGER NOT NULL,              -- of them, those that are no candles
      checksum INTEGER NOT NULL,                  -- of the candles, as they were read: the sum of a hash of each
      started_at INTEGER NOT NULL,                -- by the computer's clock
      ended_at INTEGER                            -- by the computer's clock; NULL while loading
    ) STRICT, WITHOUT ROWID;

    -- The candles of an import: what it says, and what was there before.
    CREATE TABLE import_candles (
      import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,   -- `imports.id`
      symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume REAL NOT NULL,
      close_time INTEGER NOT NULL,
      file INTEGER NOT NULL,                      -- which of the files, from 0
      place TEXT NOT NULL,                        -- where in it: `line 12`, `row 12`, `/candles/BTCUSDT/3`
      effect TEXT CHECK (effect IN ('new', 'restated', 'unchanged')),   -- NULL until it is among the others
      old_open REAL,                              -- of the restated one: so as it was; NULL for none
      old_high REAL,                              -- of the restated one
      old_low REAL,                               -- of the restated one
      old_close REAL,                             -- of the restated one
      old_volume REAL,                            -- of the restated one
      old_close_time INTEGER,                     -- of the restated one
      old_quote_volume REAL,                      -- of the restated one
      old_trades INTEGER,                         -- of the restated one
      old_taker_buy_volume REAL,                  -- of the restated one
      old_taker_buy_quote_volume REAL,            -- of the restated one
      PRIMARY KEY (import_id, symbol, interval, open_time)
    ) STRICT, WITHOUT ROWID;

    -- The rows of an import that are no candles; the first thousand of them.
    CREATE TABLE import_refusals (
      import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,   -- `imports.id`
      file INTEGER NOT NULL,                      -- which of the files, from 0
      place TEXT NOT NULL,                        -- where in it
      reason TEXT NOT NULL,                       -- why it is no candle
      row_text TEXT NOT NULL,                     -- what it says
      PRIMARY KEY (import_id, file, place)
    ) STRICT, WITHOUT ROWID;

    -- The watermarks that an import moved, as they were.
    CREATE TABLE import_watermarks (
      import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,   -- `imports.id`
      symbol TEXT NOT NULL, interval TEXT NOT NULL,
      complete_from INTEGER,                      -- NULL, as the two below: there was none
      complete_until INTEGER,                     -- as it was
      asked_at INTEGER,                           -- as it was
      PRIMARY KEY (import_id, symbol, interval)
    ) STRICT, WITHOUT ROWID;
    """
}
