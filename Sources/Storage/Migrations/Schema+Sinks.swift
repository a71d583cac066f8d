extension Schema {
  /// What a realtime database on another computer is believed to hold.
  static let sinks = """
    -- What was told to a realtime database elsewhere: the last change of each path. The projection that it is compared with.
    CREATE TABLE mirror_nodes (
      path TEXT PRIMARY KEY NOT NULL,             -- as in outbox
      value TEXT,                                 -- JSON; NULL: deleted, kept until every tree has been told
      sequence INTEGER NOT NULL                   -- ascending in the order of the changes
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mirror_nodes_by_sequence ON mirror_nodes (sequence);

    -- A realtime database elsewhere, and how far each of its two trees is.
    CREATE TABLE mirror_sinks (
      place TEXT PRIMARY KEY NOT NULL,            -- kind and address: firebase https://NAME.firebasedatabase.app
      writer TEXT NOT NULL,                       -- names this warehouse to it, at random
      live TEXT NOT NULL CHECK (live IN ('root', 'copy')), -- the tree that readers are sent to
      root_sequence INTEGER NOT NULL,             -- the tree itself holds every change up to this one
      copy_sequence INTEGER NOT NULL,             -- the second tree does
      pushed_at INTEGER,                          -- when it last had everything, by the computer's clock; NULL: never
      failed_at INTEGER,                          -- when a push last failed; NULL: not since it had everything
      failure TEXT                                -- why, as people read it
    ) STRICT, WITHOUT ROWID;
    """
}
