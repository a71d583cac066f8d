extension Schema {
  /// What the bridge hears of the trading bots. Prices and quantities are texts: they are kept with the digits that were sent.
  static let bridge = """
    -- The latest price of a ticker, as the bots saw it.
    CREATE TABLE bridge_tickers (
      symbol TEXT PRIMARY KEY NOT NULL,
      price TEXT NOT NULL,                        -- a decimal number
      volume TEXT,                                -- NULL: the message had none
      sent TEXT,                                  -- the time of the message, as it was sent
      received_at INTEGER NOT NULL                -- by the computer's clock
    ) STRICT, WITHOUT ROWID;

    -- Prices over time: one a second for each ticker at most, the latest of it.
    CREATE TABLE bridge_prices (
      symbol TEXT NOT NULL,
      received_at INTEGER NOT NULL,               -- by the computer's clock
      price TEXT NOT NULL,                        -- a decimal number
      volume TEXT,                                -- NULL: the message had none
      sent TEXT,                                  -- the time of the message, as it was sent
      PRIMARY KEY (symbol, received_at)
    ) STRICT, WITHOUT ROWID;

    -- How many prices of a ticker came in an hour, also those that were not kept.
    CREATE TABLE bridge_hours (
      symbol TEXT NOT NULL,
      hour INTEGER NOT NULL,                      -- its start
      seen INTEGER NOT NULL,                      -- messages
      low TEXT NOT NULL,                          -- the lowest price of them
      high TEXT NOT NULL,                         -- the highest
      PRIMARY KEY (symbol, hour)
    ) STRICT, WITHOUT ROWID;

    -- What became of orders: each event once.
    CREATE TABLE bridge_events (
      sequence INTEGER PRIMARY KEY,               -- in the order of keeping
      event_key TEXT NOT NULL UNIQUE,             -- the execution's id, or a print of what happened
      order_id TEXT NOT NULL,                     -- the broker's
      symbol TEXT NOT NULL,
      event TEXT NOT NULL,                        -- the broker's word: new, fill, partial_fill, canceled, ...
      status TEXT,                                -- of the order after it
      side TEXT,                                  -- buy or sell
      happened_at INTEGER NOT NULL,               -- in nanoseconds since 1970; that of its receipt where the message has no time
      received_at INTEGER NOT NULL,               -- by the computer's clock
      price TEXT,                                 -- of this execution
      quantity TEXT,                              -- of this execution
      seen_price TEXT,                            -- the ticker's last price before it; NULL: none was seen
      seen_at INTEGER,                            -- when that was received
      message TEXT NOT NULL,                      -- as it came
      told INTEGER NOT NULL CHECK (told IN (0, 1))   -- whether the realtime database has it
    ) STRICT;
    CREATE INDEX bridge_events_untold ON bridge_events (sequence) WHERE told = 0;
    CREATE INDEX bridge_events_received ON bridge_events (received_at);

    -- The state of an order: that of its highest event, in whatever order they came. A final status is never taken back.
    CREATE TABLE bridge_orders (
      order_id TEXT PRIMARY KEY NOT NULL,         -- the broker's
      symbol TEXT NOT NULL,
      status TEXT,                                -- the broker's word; NULL: no event has told one
      is_final INTEGER NOT NULL CHECK (is_final IN (0, 1)),
      happened_at INTEGER NOT NULL,               -- `bridge_events.happened_at` of the event that tells it
      rank INTEGER NOT NULL,                      -- how far an order has come in this status
      event_key TEXT NOT NULL                     -- of that event
    ) STRICT, WITHOUT ROWID;

    -- Times in which nothing was heard: what was sent in them is lost, as Redis keeps nothing for who is not there.
    CREATE TABLE bridge_gaps (
      from_time INTEGER PRIMARY KEY NOT NULL,     -- when the last message can have been heard
      to_time INTEGER NOT NULL,                   -- when the channels were subscribed to again
      reason TEXT NOT NULL                        -- as people read it
    ) STRICT, WITHOUT ROWID;

    -- Messages that could not be used: the last thousand.
    CREATE TABLE bridge_rejected (
      sequence INTEGER PRIMARY KEY,               -- in the order of receipt
      received_at INTEGER NOT NULL,               -- by the computer's clock
      kind TEXT NOT NULL,                         -- one word: malformed, too_large, unknown_type, ...
      reason TEXT NOT NULL,                       -- as people read it
      message TEXT NOT NULL                       -- its beginning
    ) STRICT;

    -- Instants that the bridge must know when it begins anew.
    CREATE TABLE bridge_marks (
      name TEXT PRIMARY KEY NOT NULL,             -- alive: all that was sent until then was heard; began: the first connection
      at INTEGER NOT NULL                         -- by the computer's clock
    ) STRICT, WITHOUT ROWID;
    """
}
