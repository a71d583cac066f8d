import Scheduling

/// What all requests share: the limits, the ledger and the faults, taken one at a time.
actor Gate {
  enum Pass: Sendable {
    /// To be answered, unless it is spoiled.
    case open(fault: FaultRule.Kind?)
    case refused(Answer)
  }

  private var binance: BinanceLimits
  private var alphaVantage: AlphaVantageLimits
  private var faults: Faults
  private var ledger: Ledger?

  init(_ configuration: SandboxConfiguration, allowance: BinanceLimits.Allowance) throws(SandboxError) {
    var used: [CivilDate: Int] = [:]
    if let path = configuration.ledgerPath {
      used = try Ledger.usedDays(path: path)
      ledger = try Ledger(path: path)
    }
    binance = BinanceLimits(allowance)
    alphaVantage = AlphaVantageLimits(
      requestsPerDay: configuration.alphaVantageRequestsPerDay, spacing: configuration.alphaVantageSpacing, used: used)
    faults = Faults(configuration.faults)
  }

  /// The header of Binance's answers, as of the last request.
  var usedWeight: Int { binance.usedWeight }

  func admit(_ request: Request, at now: Instant) -> Pass {
    if let refusal = refusal(of: request, at: now) { return .refused(refusal) }
    return .open(fault: faults.next(for: request))
  }

  private func refusal(of request: Request, at now: Instant) -> Answer? {
    switch request.provider {
    case .binance:
      return BinanceRefusal.answer(binance.admit(weight: BinanceEndpoint.weight(of: request), at: now), binance.allowance)
    case .archive, .listing, .ecb, .sec:
      return nil
    case .alphavantage:
      guard let key = request["apikey"], !key.isEmpty else { return AlphaVantageRefusal.badKey.answer }
      switch alphaVantage.admit(at: now) {
      case .granted: return nil
      case .tooFast: return AlphaVantageRefusal.tooFast.answer
      case .dayUsedUp: return AlphaVantageRefusal.dayUsedUp.answer
      }
    }
  }

  /// Writes an answered request down.
  /// - Parameter refused: it was turned away for a limit or a key, so it counts for nothing at Alpha Vantage.
  func record(_ request: Request, status: Int, refused: Bool, bytes: Int, at now: Instant) throws(SandboxError) {
    guard ledger != nil else { return }
    let weight = request.provider == .binance ? BinanceEndpoint.weight(of: request) : refused ? 0 : 1
    try ledger?.append(Ledger.line(request, status: status, weight: weight, bytes: bytes, at: now))
  }
}

/// What Binance says to those who ask too much.
enum BinanceRefusal {
  static func answer(_ verdict: BinanceLimits.Verdict, _ allowance: BinanceLimits.Allowance) -> Answer? {
    switch verdict {
    case .granted:
      return nil
    case .slowDown(let seconds):
      return Answer(
        status: 429, headers: [("Retry-After", "\(seconds)")],
        body: BinanceError.body(
          code: -1003,
          message: "Too much request weight used; current limit is \(allowance.weightPerMinute) request weight per 1 MINUTE. "
            + "Please use WebSocket Streams for live updates to avoid polling the API."))
    case .banned(let until, let seconds):
      return Answer(
        status: 418, headers: [("Retry-After", "\(seconds)")],
        body: BinanceError.body(
          code: -1003,
          message: "Way too much request weight used; IP banned until \(until.milliseconds). "
            + "Please use WebSocket Streams for live updates to avoid bans."))
    }
  }
}
