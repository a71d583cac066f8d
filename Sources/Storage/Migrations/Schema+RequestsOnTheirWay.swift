extension Schema {
  /// What was reserved and is not answered yet, what providers announce of their limits, and which hosts do not answer.
  static let requestsOnTheirWay = """
    ALTER TABLE rate_usage ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;       -- of `used`: reserved, and its answer not told yet
    ALTER TABLE rate_usage ADD COLUMN pending_until INTEGER NOT NULL DEFAULT 0; -- by then it has reached the provider, or never will
    ALTER TABLE rate_pauses ADD COLUMN since INTEGER;                           -- when it was heard of; NULL: before this was kept

    -- What a provider says itself that it allows. It makes what providers.yaml allows stricter, never wider.
    CREATE TABLE announced_limits (
      provider TEXT NOT NULL,
      unit TEXT NOT NULL,                         -- weight or requests
      per INTEGER NOT NULL,                       -- the length of the window, in milliseconds
      capacity INTEGER NOT NULL,                  -- in its unit, in any one window
      described_at INTEGER NOT NULL,              -- logical date of the description
      PRIMARY KEY (provider, unit, per)
    ) STRICT, WITHOUT ROWID;

    -- Hosts that did not answer of late. One that answers has no row.
    CREATE TABLE circuit_breakers (
      provider TEXT PRIMARY KEY NOT NULL,
      failures INTEGER NOT NULL,                  -- requests in a row without an answer
      last_failure INTEGER,                       -- when the last of them ended; NULL: never
      trips INTEGER NOT NULL,                     -- how often it was shut out since its last answer
      open_until INTEGER,                         -- nothing is sent before; NULL: it is not shut out
      trial_until INTEGER                         -- a request tries the host; after this it is taken for lost
    ) STRICT, WITHOUT ROWID;
    """
}
