extension Schema {
  /// What the users of the realtime database keep there, as the last pull found it.
  static let users = """
    -- Users of the realtime database, as far as what they wrote is right.
    CREATE TABLE users (
      uid TEXT PRIMARY KEY NOT NULL,              -- as the realtime database has it: users/{uid}
      display_name TEXT,                          -- NULL: no profile, or one that is not right
      email TEXT,                                 -- as the user wrote it; nothing is sent there
      locale TEXT,                                -- en-GB
      time_zone TEXT,                             -- Europe/Berlin
      pulled_at INTEGER NOT NULL                  -- the logical date of the run that found it so
    ) STRICT, WITHOUT ROWID;

    -- What users follow.
    CREATE TABLE user_watchlists (
      uid TEXT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,   -- whose it is
      position INTEGER NOT NULL,                  -- from 0, in the user's order
      symbol TEXT NOT NULL,                       -- as the user wrote it; it may be one that we do not fetch
      PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX user_watchlists_by_symbol ON user_watchlists (symbol);

    -- What users want to be told of.
    CREATE TABLE user_alerts (
      uid TEXT NOT NULL REFERENCES users (uid) ON DELETE CASCADE,   -- whose it is
      slot TEXT NOT NULL,                         -- its key in the realtime database: s0
      symbol TEXT NOT NULL,
      kind TEXT NOT NULL,                         -- price_above, price_below, change, volume, signal
      threshold REAL,                             -- a price, a percentage or a multiple, as the kind has it; NULL: it needs none
      channel TEXT NOT NULL,                      -- mail, telegram, webhook, none
      is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
      note TEXT,                                  -- the user's own words
      PRIMARY KEY (uid, slot)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX user_alerts_by_symbol ON user_alerts (symbol);

    -- What users wrote that is not right. It is gone when the next pull finds it right.
    CREATE TABLE user_quarantine (
      path TEXT NOT NULL,                         -- users/{uid}/watchlist/s3; forbidden characters as % and two digits
      rule TEXT NOT NULL,                         -- bad_symbol, too_long, ...
      sentence TEXT NOT NULL,                     -- as people read it
      value TEXT NOT NULL,                        -- JSON: what is there, at most 4096 bytes of it
      first_found_at INTEGER NOT NULL,            -- the logical date of the run that found it first
      PRIMARY KEY (path, rule)
    ) STRICT, WITHOUT ROWID;
    """
}
