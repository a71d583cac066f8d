public import Scheduling
public import Transport

/// Alpha Vantage: US equities, pairs of currencies and digital currencies; one request per symbol, 25 a day on a free key, almost every
/// refusal with status 200.
///
/// Prices and volumes are raw, as traded; dividends and splits stand apart.
/// - Source: Alpha Vantage API documentation, "Core Time Series Stock Data", "FX_DAILY", "DIGITAL_CURRENCY_DAILY"; recorded answers.
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

  /// What is traded. Each has functions, names and days of its own, and is a source of its own: `EURUSD` might be a share too.
  public enum Market: String, Sendable, CaseIterable {
    case shares
    /// `EURUSD`: dollars for one euro, Monday to Friday.
    case currencies
    /// `BTCEUR`: euros for one bitcoin, every day.
    case digitalCurrencies
  }

  /// The form in which a series is asked for. CSV is a third of the bytes, but does not say whose series it is.
  public enum Form: String, Sendable, CaseIterable { case json, csv }

  let client: ProviderClient
  let market: Market
  let form: Form
  let strategy: Strategy
  let entitlements: any EntitlementMemory
  let calendar: SessionCalendar
  let quotaReset: @Sendable (Instant) -> Instant

  /// - Parameters:
  ///   - calendar: the sessions of the shares, of which some close early. The other markets have their own days.
  ///   - quotaReset: the next moment, after a given one, at which the day's requests are counted anew. Not documented by the
  ///     provider; midnight in New York is assumed.
  public init(
    _ client: ProviderClient, market: Market = .shares, form: Form = .json, strategy: Strategy = .auto,
    entitlements: any EntitlementMemory, calendar: SessionCalendar = .xnys,
    quotaReset: @escaping @Sendable (Instant) -> Instant = { NewYork.midnight(after: $0) }
  ) {
    (self.client, self.market, self.form) = (client, market, form)
    (self.strategy, self.entitlements, self.quotaReset) = (strategy, entitlements, quotaReset)
    self.calendar = market.calendar(ofShares: calendar)
  }

  /// The settings of the public host.
  public static func publicSettings(
    name: String = "alphavantage", baseURL: String = publicBaseURL, key: Secret?
  ) throws(ProviderSettingsDefect) -> ProviderSettings {
    try ProviderSettings(name: name, baseURL: baseURL, key: .init(parameter: "apikey", secret: key))
  }
}

extension AlphaVantage.Market {
  /// The source that its series have in the warehouse, beside the name of the provider.
  public func source(of provider: String) -> String {
    switch self {
    case .shares: provider
    case .currencies: provider + "_fx"
    case .digitalCurrencies: provider + "_crypto"
    }
  }

  /// - Parameter shares: the calendar of the stock exchange.
  public func calendar(ofShares shares: SessionCalendar) -> SessionCalendar {
    switch self {
    case .shares: shares
    case .currencies: .weekdays
    case .digitalCurrencies: .always
    }
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
