import MarketData
import Scheduling

/// One way to ask for candles.
struct SeriesCall: Hashable {
  var market = AlphaVantage.Market.shares
  var interval = Interval.day1
  var form = AlphaVantage.Form.json
  var isAdjusted = false
  /// All there is instead of the latest 100 rows. Weeks, months and digital currencies are always whole.
  var isFull = false
  /// Of bars within a day.
  var month: String?

  var function: String {
    switch (market, interval) {
    case (.currencies, _): "FX_DAILY"
    case (.digitalCurrencies, _): "DIGITAL_CURRENCY_DAILY"
    case (.shares, .day1): isAdjusted ? "TIME_SERIES_DAILY_ADJUSTED" : "TIME_SERIES_DAILY"
    case (.shares, .week1): isAdjusted ? "TIME_SERIES_WEEKLY_ADJUSTED" : "TIME_SERIES_WEEKLY"
    case (.shares, .month1): isAdjusted ? "TIME_SERIES_MONTHLY_ADJUSTED" : "TIME_SERIES_MONTHLY"
    case (.shares, _): "TIME_SERIES_INTRADAY"
    }
  }

  /// What the answer calls its series.
  var series: String {
    switch (market, interval) {
    case (.currencies, _): "Time Series FX (Daily)"
    case (.digitalCurrencies, _): "Time Series (Digital Currency Daily)"
    case (.shares, .week1): isAdjusted ? "Weekly Adjusted Time Series" : "Weekly Time Series"
    case (.shares, .month1): isAdjusted ? "Monthly Adjusted Time Series" : "Monthly Time Series"
    case (.shares, _): interval.minutes.map { "Time Series (\($0)min)" } ?? "Time Series (Daily)"
    }
  }

  /// Its size can be chosen.
  var hasSize: Bool { interval == .day1 && market != .digitalCurrencies }

  /// Under which name a refusal by the plan is remembered: all of the adjusted function, or the long form of the plain one.
  var entitlement: String { isAdjusted || !isFull ? function : function + " full" }

  /// - Throws: ``Refusal`` for a symbol that is no pair where one is wanted.
  func request(_ symbol: Symbol) throws(Refusal) -> ProviderRequest {
    var query = [("function", function)]
    switch market {
    case .shares: query.append(("symbol", symbol.name))
    case .currencies:
      let pair = try CurrencyPair(symbol, market)
      query += [("from_symbol", pair.base), ("to_symbol", pair.quote)]
    case .digitalCurrencies:
      let pair = try CurrencyPair(symbol, market)
      query += [("symbol", pair.base), ("market", pair.quote)]
    }
    if hasSize { query.append(("outputsize", isFull ? "full" : "compact")) }
    if let minutes = interval.minutes, let month {
      // The thin hours before and after the session bring prices that nobody could have traded at.
      query += [
        ("interval", "\(minutes)min"), ("month", month), ("outputsize", "full"), ("adjusted", "false"), ("extended_hours", "false"),
      ]
    }
    if form == .csv { query.append(("datatype", "csv")) }
    return ProviderRequest(path: "/query", query: query.map { (name: $0, value: $1) }, weight: 1, subject: "\(symbol) \(interval)")
  }
}

/// A pair of currencies as one symbol: `EURUSD`, `DOGEEUR`. The last three letters are what is paid with.
struct CurrencyPair: Equatable {
  let base: String
  let quote: String

  init(_ symbol: Symbol, _ market: AlphaVantage.Market) throws(Refusal) {
    let letters = symbol.name
    let isPair = letters.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (0x30...0x39).contains($0) }
    guard isPair, market == .currencies ? letters.utf8.count == 6 : (5...13).contains(letters.utf8.count) else {
      var refusal = Refusal(.badRequest, "not asked, \(letters.printable(64)) is no pair")
      refusal.advice = market == .currencies ? "write six letters such as EURUSD" : "write a currency and its market such as BTCEUR"
      throw refusal
    }
    (base, quote) = (String(letters.dropLast(3)), String(letters.suffix(3)))
  }
}

extension AlphaVantage {
  /// The calls that may answer a question, the best first.
  func calls(for question: SeriesQuestion) -> [SeriesCall] {
    var call = SeriesCall(market: market, interval: question.interval, form: form, month: question.month)
    call.isFull = call.hasSize && question.needsHistory
    guard market == .shares, question.interval >= .day1 else { return [call] }
    var (adjusted, compact) = (call, call)
    adjusted.isAdjusted = true
    compact.isFull = false
    return switch strategy {
    case .auto: [adjusted, compact]
    case .plain: call.isFull ? [call, compact] : [call]
    case .adjusted: [adjusted]
    }
  }

  /// Asks the best call that the plan includes; a compact answer that does not reach back far enough is followed by a full one.
  func answer(to question: SeriesQuestion) async throws -> Answered<SeriesDocument> {
    let (call, answered) = try await firstAnswer(to: question)
    guard call.hasSize, !call.isFull, question.isCutShort(answered.value) else { return answered }
    var longer = call
    longer.isFull = true
    guard try await !isRefused(longer, question) else { return answered }
    do {
      return try await ask(longer, question)
    } catch let failure as ProviderFailure {
      switch failure.answer {
      case .entitlement, .unknownSymbol, .offline: return answered
      default: throw failure
      }
    }
  }

  private func firstAnswer(to question: SeriesQuestion) async throws -> (SeriesCall, Answered<SeriesDocument>) {
    var calls = calls(for: question)[...]
    while true {
      let call = calls.removeFirst()
      if !calls.isEmpty, try await isRefused(call, question) { continue }
      do {
        return (call, try await askOrShorten(call, question))
      } catch let failure as ProviderFailure where failure.answer == .entitlement || failure.answer == .offline {
        // Offline, the run that is replayed may have known the refusal and asked only the next.
        guard !calls.isEmpty else { throw failure }
      }
    }
  }

  /// A full series is at times refused with "Invalid API call" for a symbol whose compact one exists.
  private func askOrShorten(_ call: SeriesCall, _ question: SeriesQuestion) async throws -> Answered<SeriesDocument> {
    do {
      return try await ask(call, question)
    } catch let failure as ProviderFailure where failure.answer == .unknownSymbol && call.isFull {
      var shorter = call
      shorter.isFull = false
      return try await ask(shorter, question)
    }
  }

  private func ask(_ call: SeriesCall, _ question: SeriesQuestion) async throws -> Answered<SeriesDocument> {
    do {
      let request = try call.request(question.symbol)
      return try await client.ask(request, logicalDate: question.logicalDate, latest: question.latest) {
        answer, now throws(Refusal) in
        try read(answer, to: call, question, now: now)
      }
    } catch let refusal as Refusal {
      throw ProviderFailure(refusal, provider: client.settings.name, subject: "\(question.symbol) \(question.interval)")
    } catch let failure as ProviderFailure where failure.answer == .entitlement {
      try await entitlements.rememberRefusal(of: call.entitlement, on: question.logicalDate.utcDay)
      throw failure
    }
  }

  private func isRefused(_ call: SeriesCall, _ question: SeriesQuestion) async throws -> Bool {
    try await entitlements.isRefused(call.entitlement, on: question.logicalDate.utcDay)
  }
}
