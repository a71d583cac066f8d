extension Schema {
  /// The embedded realtime database: a row for each leaf, what changed last, and its security rules.
  static let twin = """
    ALTER TABLE realtime_nodes RENAME TO realtime_values;

    -- The embedded realtime database: the leaves of one tree, and the priorities of its nodes under the key `.priority`.
    CREATE TABLE realtime_nodes (
      path TEXT PRIMARY KEY NOT NULL,             -- the keys with U+0001 between, so that a subtree lies together; empty: the root is a leaf
      value TEXT NOT NULL                         -- JSON: a string, a number, true or false
    ) STRICT, WITHOUT ROWID;

    WITH RECURSIVE parts (path, type, value) AS (
      SELECT replace(path, '/', char(1)), json_type(value), value FROM realtime_values WHERE json_valid(value)
      UNION ALL
      SELECT
        parts.path || char(1) || child.key, child.type,
        CASE child.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'text' THEN json_quote(child.value)
          ELSE CAST(child.value AS TEXT) END
      FROM parts, json_each(parts.value) AS child WHERE parts.type IN ('object', 'array')
    )
    INSERT INTO realtime_nodes (path, value)
    SELECT path, value FROM parts WHERE type NOT IN ('object', 'array', 'null');

    DROP TABLE realtime_values;

    -- The newest changes of the tree, for processes that tell them to those who listen.
    CREATE TABLE realtime_changes (
      sequence INTEGER PRIMARY KEY,               -- ascending by one; the oldest are forgotten
      path TEXT NOT NULL,                         -- of what was written, as in realtime_nodes
      value TEXT,                                 -- JSON: what was put, or what was merged by path; NULL when it is too long: the tree has it
      is_patch INTEGER NOT NULL CHECK (is_patch IN (0, 1))   -- put, merged
    ) STRICT;

    -- What belongs to the tree and is not in it.
    CREATE TABLE realtime_settings (
      name TEXT PRIMARY KEY NOT NULL,             -- rules
      value TEXT NOT NULL                         -- the text of the security rules
    ) STRICT, WITHOUT ROWID;
    """
}
