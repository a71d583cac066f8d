import Scheduling

/// What Alpha Vantage means when it answers 200 without data. Decided in one order, because the texts overlap: the burst notice
/// speaks of the daily limit and of premium endpoints too.
enum AlphaVantageRules {
  /// One request a second is allowed; a little more is safe.
  static let burstWait = Duration.milliseconds(1200)
  static let burstRetriesMax = 3
  /// The old notice does not tell the minute from the day.
  static let minuteWait = Duration.seconds(60)

  /// - Parameters:
  ///   - notice: of an answer without the data.
  ///   - isEmptyObject: it says nothing else either.
  ///   - wanted: the data, for the message: `series`.
  ///   - reset: when the day's requests are counted anew.
  static func refusal(_ notice: Notice, isEmptyObject: Bool, wanted: String, now: Instant, reset: Instant) -> Refusal {
    if let text = notice.errorMessage { return error(text) }
    if let text = notice.information { return information(text, now: now, reset: reset) }
    if let text = notice.note { return unspecificLimit(text, now: now, reset: reset) }
    if let text = notice.message, isPremium(text) { return Refusal(.entitlement, said(text)) }
    return isEmptyObject
      ? Refusal(.unknownSymbol, "answered `{}`, no data")
      : Refusal(.unexpectedShape, "the answer has no \(wanted)")
  }

  private static func error(_ text: String) -> Refusal {
    if text.hasPrefix("Invalid API call") { return Refusal(.unknownSymbol, said(text)) }
    return isAboutKey(text) ? keyRefusal(text) : Refusal(.badRequest, said(text))
  }

  private static func information(_ text: String, now: Instant, reset: Instant) -> Refusal {
    if isAboutKey(text) { return keyRefusal(text) }
    if isPremium(text) { return Refusal(.entitlement, said(text)) }
    if text.contains("spreading out") || text.contains("request per second") { return burst(text, now: now) }
    if text.contains("calls per minute") || text.contains("higher API call") {
      return unspecificLimit(text, now: now, reset: reset)
    }
    if text.contains("requests per day") { return Refusal(.quota, said(text), silence: spent(until: reset)) }
    if text.contains("demo purposes only") || text.contains("**demo**") {
      var refusal = Refusal(.auth, said(text))
      refusal.advice = "the key `demo` answers only the examples of the documentation; set a key of your own with `jobs secrets set`"
      return refusal
    }
    return Refusal(.unexpectedShape, said(text))
  }

  private static func isAboutKey(_ text: String) -> Bool { text.contains("apikey is invalid or missing") }

  private static func keyRefusal(_ text: String) -> Refusal {
    var refusal = Refusal(.auth, said(text))
    refusal.advice = "set a valid key with `jobs secrets set`; nothing else will succeed before"
    return refusal
  }

  /// Every notice advertises "all premium endpoints"; only a refusal calls this one premium.
  private static func isPremium(_ text: String) -> Bool {
    let own = text.replacing("all premium endpoints", with: "")
    return own.contains("premium endpoint") || own.contains("premium feature")
  }

  private static func burst(_ text: String, now: Instant) -> Refusal {
    var refusal = Refusal(.burst, said(text), silence: .init(end: now + burstWait, reason: "one request a second"))
    refusal.retryAfter = burstWait
    refusal.retriesMax = burstRetriesMax
    return refusal
  }

  private static func unspecificLimit(_ text: String, now: Instant, reset: Instant) -> Refusal {
    var refusal = Refusal(.limited, said(text), silence: .init(end: now + minuteWait, reason: "requests a minute or a day"))
    refusal.retryAfter = minuteWait
    refusal.retriesMax = 1
    refusal.ifRepeated = .init(answer: .quota, silence: spent(until: reset))
    return refusal
  }

  private static func spent(until reset: Instant) -> Refusal.Silence {
    .init(end: reset, reason: "the day's requests are spent")
  }

  private static func said(_ text: String) -> String { "answered \"\(text.printable(160))\"" }
}
