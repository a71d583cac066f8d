extension Schema {
  /// What people are told, and what became of it.
  static let notify = """
    -- What is to be told, or was: one row for each recipient. One cause is told once in each word.
    CREATE TABLE notifications (
      id INTEGER PRIMARY KEY,                     -- in the order of queueing
      rule TEXT NOT NULL,                         -- in notifications.yaml
      channel TEXT NOT NULL,                      -- in notifications.yaml
      recipient TEXT NOT NULL,                    -- the address of a mail; empty where the channel is the address
      cause TEXT NOT NULL,                        -- the run that brought it about
      subject TEXT NOT NULL,                      -- what it is about, the same from run to run: nightly
      word TEXT NOT NULL,                         -- how that is: failed, succeeded, Complete
      kind TEXT NOT NULL,                         -- verdict, failed, partial, recovered, late, signals, quality
      severity TEXT NOT NULL,                     -- info, warning, error
      job TEXT NOT NULL, logical_date INTEGER NOT NULL,
      title TEXT NOT NULL,                        -- one line
      lines TEXT NOT NULL,                        -- JSON: what there is to say
      report TEXT,                                -- the folder of the report that says more, below the reports folder
      queued_at INTEGER NOT NULL,                 -- by the computer's clock
      not_before INTEGER,                         -- the end of quiet hours, or the time of a digest; NULL: at once
      state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'refused', 'unknown')), -- unknown: perhaps delivered
      message TEXT,                               -- the id of the message that it goes out in; rows of one message share it
      parts INTEGER NOT NULL DEFAULT 0,           -- parts of the message that were delivered
      attempts INTEGER NOT NULL DEFAULT 0,        -- how often it was tried
      next_try INTEGER,                           -- not before; NULL: at once
      ended_at INTEGER,                           -- when it was delivered, refused or given up
      reason TEXT,                                -- why it was not delivered, as people read it
      UNIQUE (rule, channel, recipient, cause, subject, word)
    ) STRICT;
    CREATE INDEX notifications_open ON notifications (state) WHERE state IN ('waiting', 'sending');
    CREATE INDEX notifications_by_date ON notifications (logical_date);

    -- The last that a rule has told a channel about a subject, so that a state is told when it changes.
    CREATE TABLE notification_states (
      rule TEXT NOT NULL,                         -- as in notifications
      channel TEXT NOT NULL,                      -- as in notifications
      subject TEXT NOT NULL,                      -- as in notifications
      word TEXT NOT NULL,                         -- as in notifications
      severity TEXT,                              -- how bad it was; NULL: all was well
      at INTEGER NOT NULL,                        -- when it was told
      since INTEGER NOT NULL,                     -- since when it has been so
      PRIMARY KEY (rule, channel, subject)
    ) STRICT, WITHOUT ROWID;

    -- Channels at whose address nobody lives any more. `jobs notify test` opens one again.
    CREATE TABLE closed_channels (
      channel TEXT PRIMARY KEY NOT NULL,          -- as in notifications
      reason TEXT NOT NULL,                       -- as people read it
      at INTEGER NOT NULL                         -- when the other side said so
    ) STRICT, WITHOUT ROWID;
    """
}
