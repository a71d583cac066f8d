import MarketData
import Scheduling

extension AlphaVantage {
  /// - Throws: ``Refusal`` when the body does not hold the series that was asked for.
  func read(
    _ answer: ProviderAnswer, to call: SeriesCall, _ question: SeriesQuestion, now: Instant
  ) throws(Refusal) -> Reading<SeriesDocument> {
    if let status = answer.status, !(200..<300).contains(status) {
      throw StatusRules.unexplained(status: status, body: answer.body)
    }
    let document: SeriesDocument
    do {
      document = try SeriesDocument.read(answer.body)
    } catch {
      throw Refusal(error, in: answer.body)
    }
    guard let rows = document.rows else {
      throw AlphaVantageRules.refusal(
        document.notice, isEmptyObject: document.isEmptyObject, wanted: "series", now: now, reset: quotaReset(now))
    }
    try refuseForeign(document, call, question.symbol)
    let times = question.times(of: document, calendar: calendar, market: market)
    for (a, b) in zip(rows, rows.dropFirst()) where times.openTime(of: a) >= times.openTime(of: b) {
      throw Refusal(.unexpectedShape, "the answer has two bars that open at \(times.openTime(of: b))")
    }
    return Reading(value: document, isEmpty: rows.isEmpty && document.problems.isEmpty)
  }

  /// The answer must be the function's, in a zone that days can be read in, and about the symbol: CSV tells only the first.
  private func refuseForeign(_ document: SeriesDocument, _ call: SeriesCall, _ symbol: Symbol) throws(Refusal) {
    if market != .currencies, document.rows?.contains(where: { $0.volume == nil }) == true {
      throw Refusal(.unexpectedShape, "the bars of the answer have no volume")
    }
    guard let name = document.name else {
      guard form == .csv else { throw Refusal(.unexpectedShape, "the answer is CSV, which was not asked for") }
      return
    }
    guard name == call.series else {
      throw Refusal(.unexpectedShape, "the answer is the series `\(name.printable(64))`, not `\(call.series)`")
    }
    let zones = market == .shares ? ["US/Eastern", "America/New_York"] : ["UTC"]
    if let zone = document.metadata["Time Zone"], !zones.contains(zone) {
      throw Refusal(.unexpectedShape, "its days are those of \(zone.printable(32)), not of \(zones[0])")
    }
    guard let answered = document.subject(market) else { throw Refusal(.unexpectedShape, "the answer does not say whose series it is") }
    guard answered.utf8.elementsEqual(symbol.name.utf8) else {
      throw Refusal(.unexpectedShape, "the answer is about \(answered.printable(64)), another symbol")
    }
  }
}

extension SeriesDocument {
  /// What the metadata says that the series is about, written as a symbol; nil when it does not say it.
  func subject(_ market: AlphaVantage.Market) -> String? {
    switch market {
    case .shares: metadata["Symbol"]
    case .currencies: pair("From Symbol", "To Symbol")
    case .digitalCurrencies: pair("Digital Currency Code", "Market Code")
    }
  }

  private func pair(_ base: String, _ quote: String) -> String? {
    guard let base = metadata[base], let quote = metadata[quote] else { return nil }
    return base + quote
  }
}
