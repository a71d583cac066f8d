extension Schema {
  /// Which migrations were applied, with what text, and by whom; those before this one are taken over by name.
  static let checksums = """
    -- The migrations that made this schema. `jobs migrate verify` compares them with those of the program.
    CREATE TABLE schema_migrations (
      name TEXT PRIMARY KEY NOT NULL, -- number and intent, as in `grdb_migrations`
      checksum TEXT NOT NULL, -- SHA-256 of its SQL without comments and layout, in hexadecimal digits
      applied_at INTEGER, -- by the computer's clock; NULL: before this was kept
      program TEXT -- version of the program that applied it; NULL: before this was kept
    ) STRICT;
    """
}
