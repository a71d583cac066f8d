extension Schema {
  /// Which candles were made here, out of shorter ones that were forgotten.
  static let rolledCandles = """
    -- A candle that no source delivered: it was rolled up from shorter ones before they were forgotten.
    CREATE TABLE rolled_candles (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      rolled_from TEXT NOT NULL,                  -- the interval of the candles that it was made of
      bars INTEGER NOT NULL,                      -- how many there were; less than fill the time when some were missing
      PRIMARY KEY (source, symbol, interval, open_time),
      FOREIGN KEY (source, symbol, interval, open_time) REFERENCES candles (source, symbol, interval, open_time)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER rolled_candle_delivered AFTER UPDATE ON candles BEGIN
      DELETE FROM rolled_candles
      WHERE source = old.source AND symbol = old.symbol AND interval = old.interval AND open_time = old.open_time;
    END;
    """
}
