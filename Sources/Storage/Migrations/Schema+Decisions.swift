extension Schema {
  /// How far the schedule of each job has been decided, so that a long pause costs a few rows and no search.
  static let decisions = """
    ALTER TABLE decisions ADD COLUMN through INTEGER;                    -- the last instant that the row stands for; NULL: only its own
    ALTER TABLE decisions ADD COLUMN instants INTEGER NOT NULL DEFAULT 1; -- how many instants of the schedule the row stands for

    -- How far the schedule of a job is decided.
    CREATE TABLE schedule_marks (
      job TEXT PRIMARY KEY NOT NULL,
      decided_through INTEGER NOT NULL            -- each instant up to this one has its decision, or lies before the schedule began
    ) STRICT, WITHOUT ROWID;

    -- Decisions that a clock far ahead had made about a time that had not come. They count no more.
    CREATE TABLE withdrawn_decisions (
      job TEXT NOT NULL,
      instant INTEGER NOT NULL,                   -- as in decisions
      through INTEGER,                            -- as in decisions
      instants INTEGER NOT NULL,                  -- as in decisions
      decision TEXT NOT NULL,                     -- as in decisions
      reason TEXT,                                -- as in decisions
      run_id TEXT,                                -- as in decisions
      decided_at INTEGER NOT NULL,                -- by the clock that was ahead
      withdrawn_at INTEGER NOT NULL,              -- by the clock that found it
      PRIMARY KEY (job, instant, withdrawn_at)
    ) STRICT, WITHOUT ROWID;
    """
}
