extension Schema {
  /// Keeps runs by a number of SQLite's own, and their names in an index.
  ///
  /// In a table without that number each row lies in the tree of its key, plan and all; to compare a key, SQLite reads the whole row. Every
  /// task that is written checks that its run exists, and for a plan of ten thousand steps that was four megabytes each time.
  static let runsByNumber = """
    CREATE TABLE numbered_runs (
      id TEXT PRIMARY KEY NOT NULL, job TEXT NOT NULL, logical_date INTEGER NOT NULL, trigger TEXT NOT NULL, state TEXT NOT NULL,
      exit_status INTEGER, started_at INTEGER NOT NULL, ended_at INTEGER, plan TEXT NOT NULL, forecast TEXT
    ) STRICT;
    INSERT INTO numbered_runs SELECT id, job, logical_date, trigger, state, exit_status, started_at, ended_at, plan, forecast FROM runs;
    DROP TABLE runs;
    ALTER TABLE numbered_runs RENAME TO runs;
    CREATE INDEX runs_by_job ON runs (job, started_at);
    """
}
