extension Schema {
  /// Who changed what that no run did.
  static let audit = """
    -- The audit log: who did what to what, besides what runs do. Rows are added, never changed or deleted; retention does not name it.
    CREATE TABLE audit_entries (
      sequence INTEGER PRIMARY KEY,               -- ascending by one
      at INTEGER NOT NULL,                        -- by the computer's clock
      who TEXT NOT NULL,                          -- a person's login, or how the realtime database knows them; never a token
      deed TEXT NOT NULL,                         -- rules changed, users written, server started, sign-ins refused
      object TEXT NOT NULL,                       -- a path of the realtime tree, an address, a database
      before TEXT,                                -- SHA-256 of what was there; NULL: nothing was, or nothing changed
      after TEXT,                                 -- SHA-256 of what is there since; NULL: nothing is, or nothing changed
      note TEXT,                                  -- what else there is to say
      chain TEXT NOT NULL                         -- SHA-256 of the chain of the row before and all of this row: what was edited shows
    ) STRICT;
    CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries BEGIN
      SELECT RAISE(ABORT, 'the audit log is only added to');
    END;
    CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries BEGIN
      SELECT RAISE(ABORT, 'the audit log is only added to');
    END;
    """
}
