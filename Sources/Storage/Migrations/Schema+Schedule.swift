extension Schema {
  /// What became of each instant of a schedule, and what a run was expected to be.
  static let schedule = """
    -- What was decided about an instant of a job's schedule: one row, written once.
    CREATE TABLE decisions (
      job TEXT NOT NULL,
      instant INTEGER NOT NULL,                   -- when the schedule says that the job is due
      decision TEXT NOT NULL,                     -- ran, caught up, skipped
      reason TEXT,                                -- why it was skipped, or why it ran late
      run_id TEXT,                                -- the run; it may have been pruned since
      decided_at INTEGER NOT NULL,                -- by the computer's clock
      PRIMARY KEY (job, instant)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE runs ADD COLUMN forecast TEXT;    -- JSON: what the plan expected: requests, weight, seconds; NULL for older runs
    """
}
