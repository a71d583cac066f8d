extension Schema {
  /// What was done: run → steps → tasks → attempts, and the log.
  static let runs = """
    CREATE TABLE runs (
      id TEXT PRIMARY KEY NOT NULL, job TEXT NOT NULL, logical_date INTEGER NOT NULL, trigger TEXT NOT NULL,
      state TEXT NOT NULL, exit_status INTEGER,
      started_at INTEGER NOT NULL, ended_at INTEGER,
      plan TEXT NOT NULL                          -- JSON: the plan as it was before the first task
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_job ON runs (job, started_at);

    CREATE TABLE steps (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL,
      state TEXT NOT NULL, reason TEXT, ended_at INTEGER NOT NULL,
      tasks INTEGER NOT NULL, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,
      PRIMARY KEY (run_id, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE tasks (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL, task TEXT NOT NULL,
      state TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', counts TEXT NOT NULL DEFAULT '[]', warnings TEXT NOT NULL DEFAULT '[]',
      PRIMARY KEY (run_id, step, task)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE attempts (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL, task TEXT NOT NULL, attempt INTEGER NOT NULL,
      state TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, failure TEXT, message TEXT,
      PRIMARY KEY (run_id, step, task, attempt)
    ) STRICT, WITHOUT ROWID;

    -- The log.
    CREATE TABLE events (
      id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, at INTEGER NOT NULL,
      level TEXT NOT NULL, step TEXT, task TEXT, message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_run ON events (run_id, id);

    -- The token that a writer must hold; a new lock holder raises it, and writes of the old one are refused.
    CREATE TABLE fences (name TEXT PRIMARY KEY NOT NULL, token INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    """
}
