extension Schema {
  /// What the realtime database was told of things that have a state rather than events: so that only what changed is told again, and what
  /// is no more is taken away.
  static let toldStates = """
    -- States as the realtime database was last told of them: runs, health, the newest candles, and the results of users.
    CREATE TABLE told_states (
      subject TEXT NOT NULL,                      -- what is told together: runs, health, users/{uid}, candles/{source}/{symbol}/{interval}
      path TEXT NOT NULL,                         -- where it stands in the tree, its keys escaped
      value TEXT NOT NULL,                        -- JSON
      PRIMARY KEY (subject, path)
    ) STRICT, WITHOUT ROWID;
    """
}
