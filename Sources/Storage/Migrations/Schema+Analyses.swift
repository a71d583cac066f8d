extension Schema {
  /// What is computed of candles and kept: for the report, for a query, and to be judged later.
  static let analyses = """
    -- The indicators of a candle: those of the newest closed one of each night.
    CREATE TABLE indicator_values (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      name TEXT NOT NULL,                         -- as in `jobs analyze indicators`: rsi_14
      value REAL NOT NULL,                        -- one that is not defined has no row
      PRIMARY KEY (source, symbol, interval, open_time, name)
    ) STRICT, WITHOUT ROWID;

    -- The volume of a candle, and what it says of the price.
    CREATE TABLE volume_states (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      ratio REAL,                                 -- the volume over the median of the 20 candles before; NULL, as all below: not defined
      z REAL,                                     -- its robust z-score among them
      is_unusual INTEGER CHECK (is_unusual IN (0, 1)),
      trend TEXT,                                 -- whether on-balance volume goes with 20 closes: confirmed, divergent, unclear
      poc REAL,                                   -- the price with the most volume of the last 120 candles
      vah REAL,                                   -- upper edge of 70 % of that volume
      val REAL,                                   -- lower edge of it
      PRIMARY KEY (source, symbol, interval, open_time)
    ) STRICT, WITHOUT ROWID;

    -- The regime of a candle: by rules, and by a hidden Markov model from the candles up to it.
    CREATE TABLE regimes (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL, open_time INTEGER NOT NULL,
      trend TEXT NOT NULL CHECK (trend IN ('bull', 'bear', 'range')),
      volatility TEXT NOT NULL CHECK (volatility IN ('low', 'normal', 'high', 'unknown')),
      state INTEGER,                              -- 0 is the calmest; NULL, as the two below: no model fits
      label TEXT,                                 -- calm, normal, turbulent
      probability REAL,                           -- of that state
      PRIMARY KEY (source, symbol, interval, open_time)
    ) STRICT, WITHOUT ROWID;

    -- The hidden Markov model of a series: fitted once a month on what was known then, so that a night only filters forward.
    CREATE TABLE regime_models (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      fitted_until INTEGER NOT NULL,              -- on the candles that had closed by then
      numbers TEXT,                               -- JSON: its parameters, as the program reads them; NULL: none fits
      PRIMARY KEY (source, symbol, interval)
    ) STRICT, WITHOUT ROWID;

    -- A chart pattern as it stood when it was last seen.
    CREATE TABLE patterns (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      kind TEXT NOT NULL,                         -- double_top, bull_flag, ...
      start_time INTEGER NOT NULL,                -- open time of its first candle
      end_time INTEGER NOT NULL,                  -- open time of its last one
      direction TEXT NOT NULL CHECK (direction IN ('bullish', 'bearish')),
      state TEXT NOT NULL CHECK (state IN ('forming', 'confirmed', 'failed')),
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),   -- the quality of the shape, not a probability
      confirmed_at INTEGER,                       -- open time of the candle whose close confirmed it; NULL in any other state
      target REAL,                                -- a price; NULL when it would not be above zero
      stop REAL NOT NULL,                         -- the price that refutes it
      hit INTEGER CHECK (hit IN (0, 1)),          -- of a confirmed one: it went half the way to its target before as far against it; NULL: not yet
      logical_date INTEGER NOT NULL,              -- of the run that saw it last
      PRIMARY KEY (source, symbol, interval, kind, start_time)
    ) STRICT, WITHOUT ROWID;

    -- What became of a signal some candles later.
    CREATE TABLE signal_outcomes (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      bar_time INTEGER NOT NULL,                  -- `signals.bar_time`
      strategy TEXT NOT NULL,                     -- `signals.strategy`
      horizon INTEGER NOT NULL,                   -- candles, counted from the one at whose open the signal could be acted on
      entry REAL NOT NULL,                        -- the open of that candle
      exit REAL NOT NULL,                         -- the close of the last of them
      change REAL NOT NULL,                       -- the move in the signal's direction, as a fraction of the entry: above zero, it was right
      known_at INTEGER NOT NULL,                  -- when that candle had closed
      PRIMARY KEY (source, symbol, interval, bar_time, strategy, horizon)
    ) STRICT, WITHOUT ROWID;

    -- The last quick backtest of a strategy on a series.
    CREATE TABLE backtests (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      strategy TEXT NOT NULL,                     -- the name of a file in Jobs/strategies
      logical_date INTEGER NOT NULL,              -- of the run that made it
      from_time INTEGER NOT NULL,                 -- open time of the first candle that was traded
      bars INTEGER NOT NULL,                      -- candles that were traded
      trades INTEGER NOT NULL,                    -- closed ones; below 10 they say nothing
      total_return REAL,                          -- as a fraction, after costs
      held_return REAL,                           -- of buying at the first open and holding
      sharpe REAL,                                -- per year; NULL without deviation
      max_drawdown REAL NOT NULL,                 -- as a fraction, 0 or below
      PRIMARY KEY (source, symbol, interval, strategy)
    ) STRICT, WITHOUT ROWID;

    -- Every rule that was ever tried on a series by `jobs backtest`: the best of many is the best by luck, too.
    CREATE TABLE backtest_trials (
      source TEXT NOT NULL, symbol TEXT NOT NULL, interval TEXT NOT NULL,
      rule TEXT NOT NULL,                         -- the strategy with its numbers and costs
      sharpe REAL,                                -- of one candle, over all that there were; NULL without deviation
      tried_at INTEGER NOT NULL,                  -- the last time, by the computer's clock
      PRIMARY KEY (source, symbol, interval, rule)
    ) STRICT, WITHOUT ROWID;
    """
}
