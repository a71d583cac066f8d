extension Schema {
  /// Channels that somebody wants to be silent for a while.
  static let mutes = """
    ALTER TABLE notifications ADD COLUMN muted_since INTEGER; -- since when the channel was muted that held it back; NULL: none did

    -- Channels that are silent for a while, because somebody asked for it: `jobs notify mute`. What is to be told there waits.
    CREATE TABLE muted_channels (
      channel TEXT PRIMARY KEY NOT NULL,          -- as in notifications; *: every one
      since INTEGER NOT NULL,                     -- when it was asked for, by the computer's clock
      until INTEGER NOT NULL                      -- from then on it is told again
    ) STRICT, WITHOUT ROWID;
    """
}
