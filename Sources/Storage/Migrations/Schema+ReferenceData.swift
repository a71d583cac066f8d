extension Schema {
  /// What is known about currencies and companies beside their prices.
  static let referenceData = """
    -- What one euro was worth, as its central bank said.
    CREATE TABLE reference_rates (
      source TEXT NOT NULL,
      currency TEXT NOT NULL,                     -- three letters: USD
      date INTEGER NOT NULL,                      -- midnight UTC of the day
      rate REAL NOT NULL,                         -- units of the currency for one euro
      replaced_rate REAL,                         -- what the source had said before; NULL: it never changed
      replaced_at INTEGER,                        -- logical date of the run that saw the change
      response_hash TEXT NOT NULL,
      PRIMARY KEY (source, currency, date)
    ) STRICT, WITHOUT ROWID;

    -- A company as a register lists it, by ticker.
    CREATE TABLE companies (
      source TEXT NOT NULL, symbol TEXT NOT NULL,
      cik TEXT NOT NULL,                          -- ten digits: the number of its filings
      title TEXT NOT NULL,                        -- its name
      place INTEGER NOT NULL,                     -- in the order of size, from 1, when it was last listed
      described_at INTEGER NOT NULL,              -- logical date of the last list that has it
      PRIMARY KEY (source, symbol)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX companies_by_cik ON companies (cik);
    """
}
