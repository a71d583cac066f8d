extension Schema {
  /// Hours of the bridge as bars, and the verdict on their volume.
  static let bridgeHours = """
    ALTER TABLE bridge_hours ADD COLUMN open TEXT;       -- the first price; NULL: before this was kept
    ALTER TABLE bridge_hours ADD COLUMN close TEXT;      -- the last one
    ALTER TABLE bridge_hours ADD COLUMN volume TEXT;     -- what was traded, a decimal number; NULL: no message has told
    ALTER TABLE bridge_hours ADD COLUMN gap INTEGER;     -- milliseconds of it in which nothing was heard; NULL: not judged yet
    ALTER TABLE bridge_hours ADD COLUMN progress INTEGER NOT NULL DEFAULT 2 CHECK (progress IN (0, 1, 2)); -- 0: to be judged, 1: to be told
    CREATE INDEX bridge_hours_waiting ON bridge_hours (progress, hour) WHERE progress < 2;
    """
}
