extension Schema {
  /// What each step of a run asked, and the ways to find runs among many.
  static let requests = """
    -- What a step of a run asked of a provider over the network.
    CREATE TABLE run_requests (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL,
      provider TEXT NOT NULL,
      requests INTEGER NOT NULL,                  -- requests that went out, answered or not
      weight INTEGER NOT NULL,                    -- what they cost, in the provider's own unit
      PRIMARY KEY (run_id, step, provider)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX runs_by_start ON runs (started_at, id);
    CREATE INDEX runs_open ON runs (started_at, id) WHERE state = 'running';
    """
}
