public import Scheduling
public import Transport

/// Alpha Vantage's daily US equities: one request per symbol, 25 a day on a free key, almost every refusal with status 200.
///
/// Prices and volumes are raw, as traded; dividends and splits stand apart.
/// - Source: Alpha Vantage API documentation, "TIME_SERIES_DAILY" and "TIME_SERIES_DAILY_ADJUSTED"; recorded answers.
public struct AlphaVantage: Sendable {
  public static let publicBaseURL = "https://www.alphavantage.co"

  /// Which function is asked.
  public enum Strategy: Sendable {
    /// The adjusted series, whole when history is needed; the plain compact one when the plan does not include it.
    case auto
    /// TIME_SERIES_DAILY only: no dividends, no splits.
    case plain
    /// TIME_SERIES_DAILY_ADJUSTED only.
    case adjusted
  }

  let client: ProviderClient
  let strategy: Strategy
  let entitlements: any EntitlementMemory
  let closeOfSession: @Sendable (CivilDate) -> Instant
  let quotaReset: @Sendable (Instant) -> Instant

  /// - Parameters:
  ///   - closeOfSession: when the session of a day ended; a calendar knows the early ones.
  ///   - quotaReset: the next moment, after a given one, at which the day's requests are counted anew. Not documented by the
  ///     provider; midnight in New York is assumed.
  public init(
    _ client: ProviderClient, strategy: Strategy = .auto, entitlements: any EntitlementMemory,
    closeOfSession: @escaping @Sendable (CivilDate) -> Instant = { NewYork.regularClose(of: $0) },
    quotaReset: @escaping @Sendable (Instant) -> Instant = { NewYork.midnight(after: $0) }
  ) {
    (self.client, self.strategy, self.entitlements) = (client, strategy, entitlements)
    (self.closeOfSession, self.quotaReset) = (closeOfSession, quotaReset)
  }

  /// The settings of the public host.
  public static func publicSettings(
    name: String = "alphavantage", baseURL: String = publicBaseURL, key: Secret?
  ) throws(ProviderSettingsDefect) -> ProviderSettings {
    try ProviderSettings(name: name, baseURL: baseURL, key: .init(parameter: "apikey", secret: key))
  }
}

/// Remembers what the plan of a key does not include, so that a refusal costs one request a day and not one per symbol.
public protocol EntitlementMemory: Sendable {
  /// - Parameter function: `TIME_SERIES_DAILY_ADJUSTED`.
  func isRefused(_ function: String, on day: CivilDate) async throws -> Bool
  func rememberRefusal(of function: String, on day: CivilDate) async throws
}

/// Remembers as long as the program runs.
public actor InMemoryEntitlementMemory: EntitlementMemory {
  private var refused: [String: CivilDate] = [:]

  public init() {}

  public func isRefused(_ function: String, on day: CivilDate) -> Bool { refused[function] == day }

  public func rememberRefusal(of function: String, on day: CivilDate) { refused[function] = day }
}
