import Scheduling

extension AlphaVantageService {
  /// The series other than days of shares; nil for a function that is none.
  func series(_ request: Request, _ function: String, now: Instant) async throws(RecordedDefect) -> Answer? {
    let made: MadeSeries?
    switch function {
    case "TIME_SERIES_WEEKLY", "TIME_SERIES_WEEKLY_ADJUSTED", "TIME_SERIES_MONTHLY", "TIME_SERIES_MONTHLY_ADJUSTED":
      made = try await rows(request, now).map {
        MadeSeries($0, weekly: function.contains("WEEKLY"), adjusted: function.hasSuffix("_ADJUSTED"))
      }
    case "TIME_SERIES_INTRADAY":
      guard plan == .granted else { return AlphaVantageRefusal.premium.answer }
      let minutes = ["1min": 1, "5min": 5, "15min": 15, "30min": 30, "60min": 60][request["interval"] ?? ""]
      let month = request["month"] ?? String("\(now.utcDay)".prefix(7))
      guard let minutes, CivilDate(month + "-01") != nil else { return AlphaVantageRefusal.invalidCall(function).answer }
      made = try await rows(request, now).map { MadeSeries($0, minutes: minutes, month: month, now: now) }
    case "FX_DAILY": made = pair(request, "from_symbol", "to_symbol", isDigital: false, now)
    case "DIGITAL_CURRENCY_DAILY": made = pair(request, "symbol", "market", isDigital: true, now)
    default: return nil
    }
    guard let made, !made.bars.isEmpty else { return AlphaVantageRefusal.invalidCall(function).answer }
    if request["datatype"] == "csv" { return Answer(contentType: "application/x-download", body: made.csv) }
    return Answer(contentType: "application/json", body: made.json)
  }

  private func rows(_ request: Request, _ now: Instant) async throws(RecordedDefect) -> EquityRows? {
    guard let symbol = request["symbol"] else { return nil }
    return try await market.rows(symbol, now: now)
  }

  /// nil for codes that are no currency.
  private func pair(_ request: Request, _ base: String, _ quote: String, isDigital: Bool, _ now: Instant) -> MadeSeries? {
    func isCode(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
      lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) }
    }
    guard let base = request[base], let quote = request[quote], isCode(base, isDigital ? 2...10 : 3...3), isCode(quote, 3...3),
      base != quote
    else { return nil }
    return MadeSeries(
      base: base, quote: quote, isDigital: isDigital, full: request["outputsize"] == "full", seed: seed, now: now)
  }
}
