extension Schema {
  /// What the providers allow, and what the realtime database has been told.
  static let limitsAndMirror = """
    -- How much of a limit was used in a slot of its window.
    CREATE TABLE rate_usage (
      provider TEXT NOT NULL, limit_name TEXT NOT NULL, slot_start INTEGER NOT NULL, slot_end INTEGER NOT NULL, used INTEGER NOT NULL,
      PRIMARY KEY (provider, limit_name, slot_start)
    ) STRICT, WITHOUT ROWID;

    -- Silence towards a provider: after a 429, a ban, a spent quota.
    CREATE TABLE rate_pauses (
      provider TEXT PRIMARY KEY NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What a key may not ask: remembered until then.
    CREATE TABLE refused_functions (
      provider TEXT NOT NULL, function TEXT NOT NULL, until INTEGER NOT NULL,
      PRIMARY KEY (provider, function)
    ) STRICT, WITHOUT ROWID;

    -- Changes that the realtime database must be told, in order.
    CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY, path TEXT NOT NULL,
      value TEXT,                                 -- JSON; NULL deletes
      logical_date INTEGER NOT NULL
    ) STRICT;

    -- The embedded realtime database: leaves of one tree.
    CREATE TABLE realtime_nodes (
      path TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
