public import Scheduling

/// What a sandbox serves, and how strict it is.
public struct SandboxConfiguration: Sendable {
  /// The clock that the limits and the open bars go by; the program under test reads the same one.
  public var clock: any TimeSource
  /// The instant that the run is about: recorded rows that had not closed by then are not served.
  public var logicalDate: Instant
  public var data: DataSource = .synthetic(seed: 1)
  /// 0 lets the system choose a free one.
  public var port: UInt16 = 0
  /// Where every answered request is written down, one JSON object per line; nil keeps no ledger.
  public var ledgerPath: String?
  /// Request weight per calendar minute; nil takes what the served exchangeInfo says.
  public var requestWeightPerMinute: Int?
  /// Binance requests of any weight per five calendar minutes.
  public var rawRequestsPerFiveMinutes = 61_000
  /// How many requests within a running `Retry-After` are answered 429; the next one is banned.
  public var strikesBeforeBan = 5
  public var alphaVantageRequestsPerDay = 25
  /// Below one second, so that a request that the system delivers a little late is not refused for the delay of the one before.
  public var alphaVantageSpacing: Duration = .milliseconds(700)
  public var alphaVantagePlan: Plan = .granted
  /// How many of `SYN000USDT`, `SYN001USDT`, … stand in lists of all symbols; each of the thousand is served by name anyway.
  public var listedGeneratedSymbols = 0
  /// Answers to spoil, for tests of the program.
  public var faults: [FaultRule] = []
  /// Whether the stock exchange has a session on a day.
  public var isSession: @Sendable (CivilDate) -> Bool = { NewYork.isSession($0) }

  /// A clock at `logicalDate` that moves `scale` times as fast as the wall's.
  public init(logicalDate: Instant, scale: Double = 60) {
    self.init(logicalDate: logicalDate, clock: SandboxClock(startingAt: logicalDate, scale: scale))
  }

  public init(logicalDate: Instant, clock: any TimeSource) {
    (self.logicalDate, self.clock) = (logicalDate, clock)
  }

  /// Where the numbers come from.
  public enum DataSource: Sendable, Equatable {
    /// Made from a seed: the same numbers for the same seed, whatever the date of the run.
    case synthetic(seed: UInt64)
    /// Recorded bodies in a folder that holds `binance/` and `alphavantage/`.
    case recorded(directory: String)
  }

  /// What an Alpha Vantage key may ask for.
  public enum Plan: String, Sendable, CaseIterable {
    /// TIME_SERIES_DAILY_ADJUSTED and outputsize=full are answered.
    case granted
    /// They are refused as premium.
    case free
  }
}
