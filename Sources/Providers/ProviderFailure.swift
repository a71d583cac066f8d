public import Scheduling

/// Why a provider did not give what was asked for.
public struct ProviderFailure: Error, Sendable, Equatable {
  public let answer: AnswerClass
  /// Its name in providers.yaml.
  public let provider: String
  /// What was asked for: `BTCUSDT 1h`, `exchangeInfo`.
  public let subject: String
  /// One or two sentences: where, what, what next. It never holds a key; foreign text in it is one printable line.
  public let message: String
  /// How long the provider asks us to wait; nil when it does not say.
  public let retryAfter: Duration?
  /// Before this the limiter lets nothing through; nil when it would.
  public let availableAt: Instant?
  /// Another attempt in this run may succeed, at ``availableAt`` or after ``retryAfter`` where they are known. The caller weighs
  /// that against its own deadline.
  public let isTransient: Bool

  public init(
    answer: AnswerClass, provider: String, subject: String, message: String, retryAfter: Duration? = nil,
    availableAt: Instant? = nil, isTransient: Bool? = nil
  ) {
    (self.answer, self.provider, self.subject, self.message) = (answer, provider, subject, message)
    (self.retryAfter, self.availableAt) = (retryAfter, availableAt)
    self.isTransient = isTransient ?? answer.isUsuallyTransient
  }
}

extension ProviderFailure: CustomStringConvertible {
  public var description: String { message }
}

extension ProviderFailure {
  /// The failure that a refusal means for one request.
  init(_ refusal: Refusal, provider: String, subject: String) {
    let next = refusal.advice ?? refusal.answer.advice(of: provider)
    let pause = refusal.silence.map { " Nothing is sent to \(provider) before \($0.end.iso8601)." } ?? ""
    self.init(
      answer: refusal.answer, provider: provider, subject: subject,
      message: "\(provider) \(subject): \(refusal.detail); \(next).\(pause)", retryAfter: refusal.retryAfter,
      availableAt: refusal.silence?.end, isTransient: refusal.isTransient)
  }
}

extension AnswerClass {
  /// What happens next, or what the reader can do: the last part of a message.
  /// - Parameter provider: its name in providers.yaml.
  func advice(of provider: String) -> String {
    switch self {
    case .ok, .empty: "nothing needs to be done"
    case .badRequest: "the same request would be refused again, so it is not repeated"
    case .unknownSymbol: "check its name in the watchlist, or whether it was delisted"
    case .auth: "check the key with `jobs secrets list`; no other request of this kind will succeed before"
    case .entitlement: "the plan of this key does not include it"
    case .quota: "it is asked again after the provider's reset"
    case .burst: "it is asked again after a second"
    case .limited: "it is asked again when the window is over"
    case .banned: "it is asked again when the ban is over"
    case .geo:
      // The exchange has a host for public data that more places may ask; others have none.
      (provider == "binance"
        ? "set `base_url: \(Binance.publicBaseURL)` under `binance` in Jobs/config/providers.yaml, or, where that host refuses too, run "
        : "run ")
        + "from another country; no waiting helps, so it is not repeated"
    case .waf:
      "a firewall refuses an address that asked too much (wait ten minutes), a VPN or cloud address, a proxy, or words of SQL in a name; "
        + "it is not repeated at once"
    case .server: "another attempt may succeed"
    case .notJSON: "look for a captive portal, a proxy or a maintenance page in between"
    case .unexpectedShape: "nothing of it was stored; the body is kept in the archive"
    case .transport: "another attempt may succeed"
    case .offline: "run without --offline to fetch it"
    }
  }
}
