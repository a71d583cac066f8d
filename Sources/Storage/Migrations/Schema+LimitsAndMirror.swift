extension Schema {
  /// What the providers allow, and what the realtime database has been told.
  static let limitsAndMirror = """
    -- How much of a limit was used in a slot of its window.
    CREATE TABLE rate_usage (
      provider TEXT NOT NULL,
      limit_name TEXT NOT NULL,                   -- unit and window of a line of `limits` in providers.yaml
      slot_start INTEGER NOT NULL, slot_end INTEGER NOT NULL,
      used INTEGER NOT NULL,                      -- weight or requests, reserved before they are sent
      PRIMARY KEY (provider, limit_name, slot_start)
    ) STRICT, WITHOUT ROWID;

    -- Silence towards a provider: after a 429, a ban, a spent quota.
    CREATE TABLE rate_pauses (
      provider TEXT PRIMARY KEY NOT NULL,
      until INTEGER NOT NULL,                     -- no request goes out before
      reason TEXT NOT NULL                        -- as people read it
    ) STRICT, WITHOUT ROWID;

    -- What a key may not ask: remembered until then.
    CREATE TABLE refused_functions (
      provider TEXT NOT NULL,
      function TEXT NOT NULL,                     -- the provider's name of it: TIME_SERIES_DAILY_ADJUSTED
      until INTEGER NOT NULL,                     -- then it is tried again
      PRIMARY KEY (provider, function)
    ) STRICT, WITHOUT ROWID;

    -- Changes that the realtime database must be told, in order.
    CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY,               -- in the order of writing
      path TEXT NOT NULL,                         -- quotes/binance/BTCUSDT/1d; forbidden characters as % and two digits
      value TEXT,                                 -- JSON; NULL deletes
      logical_date INTEGER NOT NULL
    ) STRICT;

    -- The embedded realtime database: values by path, until `0019 twin` made leaves of them.
    CREATE TABLE realtime_nodes (
      path TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
