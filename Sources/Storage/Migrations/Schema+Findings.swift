extension Schema {
  /// What was found in the data.
  static let findings = """
    -- A verdict of a quality rule on a series at a logical date.
    CREATE TABLE quality_results (
      logical_date INTEGER NOT NULL, source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      rule TEXT NOT NULL,                         -- gaps, staleness, outliers, ...
      severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
      passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
      observed REAL,                              -- what the rule measured, or how often it was broken
      sentence TEXT NOT NULL,                     -- the verdict as people read it
      PRIMARY KEY (logical_date, source, symbol, interval, rule)
    ) STRICT, WITHOUT ROWID;

    -- A dated opinion from indicators, with the values that caused it.
    CREATE TABLE signals (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      bar_time INTEGER NOT NULL,                  -- open time of the candle that caused it
      strategy TEXT NOT NULL,                     -- its name with its numbers: rsi_14_30_70
      direction TEXT NOT NULL CHECK (direction IN ('bullish', 'bearish')),
      strength REAL NOT NULL CHECK (strength BETWEEN 0 AND 1),   -- 0 to 1
      valid_from INTEGER NOT NULL,                -- the next open
      inputs TEXT NOT NULL,                       -- JSON: [["rsi_14", 28.1], ...]
      sentence TEXT NOT NULL,                     -- the signal as people read it
      found_at INTEGER NOT NULL,                  -- logical date of the run that found it
      PRIMARY KEY (source, symbol, interval, bar_time, strategy)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX signals_by_valid_from ON signals (valid_from);

    -- A report that was published.
    CREATE TABLE reports (
      job TEXT NOT NULL, logical_date INTEGER NOT NULL,
      verdict TEXT NOT NULL,                      -- ok, warning, bad
      path TEXT NOT NULL,                         -- its folder below reports/
      summary TEXT NOT NULL,                      -- JSON: the figures that reports/index.html shows
      PRIMARY KEY (job, logical_date)
    ) STRICT, WITHOUT ROWID;
    """
}
