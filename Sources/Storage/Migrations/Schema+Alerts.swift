extension Schema {
  /// What was to be told once.
  static let alerts = """
    -- An alert that fired on a candle.
    CREATE TABLE alerts (
      alert TEXT NOT NULL,                        -- its name in Jobs/config/alerts.yaml
      symbol TEXT NOT NULL, interval TEXT NOT NULL,
      bar_time INTEGER NOT NULL,                  -- open time of the candle that caused it
      source TEXT NOT NULL,                       -- of two sources of a symbol the first one to say so
      valid_from INTEGER NOT NULL,                -- when that candle had closed
      severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
      condition TEXT NOT NULL,                    -- the rule with its numbers: close crosses 100000
      observed TEXT NOT NULL,                     -- JSON: [{"name": "close", "value": 100250}, ...]
      sentence TEXT NOT NULL,                     -- what happened, as people read it
      logical_date INTEGER NOT NULL,              -- of the run that found it
      PRIMARY KEY (alert, symbol, interval, bar_time)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alerts_by_logical_date ON alerts (logical_date);

    -- How far an alert has been judged on a series: only later candles fire anew.
    CREATE TABLE alert_states (
      alert TEXT NOT NULL,                        -- its name in Jobs/config/alerts.yaml
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      condition TEXT NOT NULL,                    -- the rule that was judged; with another one the alert is new
      judged_until INTEGER NOT NULL,              -- open time of the newest candle that was judged
      PRIMARY KEY (alert, source, symbol, interval)
    ) STRICT, WITHOUT ROWID;
    """
}
