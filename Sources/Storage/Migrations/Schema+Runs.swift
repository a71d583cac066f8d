extension Schema {
  /// What was done: run → steps → tasks → attempts, and the log.
  static let runs = """
    -- One execution of a job.
    CREATE TABLE runs (
      id TEXT PRIMARY KEY NOT NULL,               -- job, logical date, and which run of that date: nightly-20260115T0230Z-1
      job TEXT NOT NULL, logical_date INTEGER NOT NULL,
      trigger TEXT NOT NULL,                      -- who started it: manual, cron, sandbox
      state TEXT NOT NULL,                        -- running, succeeded, partial, failed, cancelled, interrupted, not due
      exit_status INTEGER,                        -- NULL while it runs, and when its process died
      started_at INTEGER NOT NULL, ended_at INTEGER,
      plan TEXT NOT NULL                          -- JSON: the plan as it was before the first task
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_job ON runs (job, started_at);

    -- A step of a run, once it has ended.
    CREATE TABLE steps (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL,
      state TEXT NOT NULL,                        -- succeeded, failed, skipped, cancelled
      reason TEXT,                                -- why it was skipped
      ended_at INTEGER NOT NULL,
      tasks INTEGER NOT NULL,                     -- how many it has
      succeeded INTEGER NOT NULL,                 -- how many of them succeeded
      failed INTEGER NOT NULL,                    -- how many of them failed for good
      PRIMARY KEY (run_id, step)
    ) STRICT, WITHOUT ROWID;

    -- A task of a run: what fails, retries and resumes by itself.
    CREATE TABLE tasks (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL, task TEXT NOT NULL,
      state TEXT NOT NULL,                        -- waiting, running, retrying, succeeded, failed, skipped, cancelled
      note TEXT NOT NULL DEFAULT '',              -- what it did, in a few words
      counts TEXT NOT NULL DEFAULT '[]',          -- JSON: [{"name": "rows", "value": 366}, ...]
      warnings TEXT NOT NULL DEFAULT '[]',        -- JSON: sentences about what was odd though the work was done
      PRIMARY KEY (run_id, step, task)
    ) STRICT, WITHOUT ROWID;

    -- One try of a task.
    CREATE TABLE attempts (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step TEXT NOT NULL, task TEXT NOT NULL,
      attempt INTEGER NOT NULL,                   -- from 1
      state TEXT NOT NULL,                        -- running, succeeded, failed, cancelled, interrupted
      started_at INTEGER NOT NULL, ended_at INTEGER,
      failure TEXT,                               -- transient, permanent, data, credentials, deferred until ..., storage, timeout, bug
      message TEXT,                               -- why it failed, as people read it
      PRIMARY KEY (run_id, step, task, attempt)
    ) STRICT, WITHOUT ROWID;

    -- The log.
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,                     -- in the order of writing
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      at INTEGER NOT NULL,                        -- when
      level TEXT NOT NULL,                        -- info, warning, error
      step TEXT,                                  -- NULL: the run as a whole
      task TEXT,                                  -- as in tasks
      message TEXT NOT NULL                       -- one sentence
    ) STRICT;
    CREATE INDEX events_by_run ON events (run_id, id);

    -- The token that a writer must hold; a new lock holder raises it, and writes of the old one are refused.
    CREATE TABLE fences (
      name TEXT PRIMARY KEY NOT NULL,             -- writer
      token INTEGER NOT NULL                      -- grows by one with each process that opens the warehouse for writing
    ) STRICT, WITHOUT ROWID;
    """
}
