public import MarketData
public import Scheduling

/// What Alpha Vantage tells beside prices. One request each; `logicalDate` and `latest` as everywhere.
extension AlphaVantage {
  public func quote(of symbol: Symbol, logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<ShareQuote> {
    try await ask("GLOBAL_QUOTE", [("symbol", symbol.name)], symbol.name, logicalDate, latest) { document throws(Refusal) in
      // With an entitlement the key goes on: `Global Quote - DATA DELAYED BY 15 MINUTES`.
      guard let quote = document.objects.first(where: { $0.key.hasPrefix("Global Quote") })?.value else { return nil }
      guard !quote.isEmpty else { throw Refusal(.unknownSymbol, "answered with an empty quote") }
      return ReferencePage([ReferenceReader.quote(quote)])
    } subject: {
      $0.symbol
    }
  }

  public func overview(of symbol: Symbol, logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<CompanyOverview> {
    try await ask("OVERVIEW", [("symbol", symbol.name)], symbol.name, logicalDate, latest) { document in
      document.texts["Symbol"] == nil ? nil : ReferencePage([ReferenceReader.overview(document.texts)])
    } subject: {
      $0.symbol
    }
  }

  public func earnings(of symbol: Symbol, logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<EarningsFigure> {
    try await ask("EARNINGS", [("symbol", symbol.name)], symbol.name, logicalDate, latest) { document throws(Refusal) in
      guard let told = document.texts["symbol"], let quarters = document.lists["quarterlyEarnings"] else { return nil }
      guard told.utf8.elementsEqual(symbol.name.utf8) else {
        throw Refusal(.unexpectedShape, "the answer is about \(told.printable(64)), another symbol")
      }
      return ReferencePage(
        quarters.map { ReferenceReader.earnings($0.texts, .quarter) }
          + (document.lists["annualEarnings"] ?? []).map { ReferenceReader.earnings($0.texts, .year) })
    }
  }

  /// - Parameter limit: how many articles at most, 1...1000.
  public func news(
    about symbol: Symbol, from: Instant, limit: Int, logicalDate: Instant, latest: Instant?
  ) async throws -> ReferencePage<NewsArticle> {
    let query = [
      ("tickers", symbol.name), ("time_from", from.newsTime), ("time_to", logicalDate.newsTime), ("sort", "LATEST"), ("limit", "\(limit)"),
    ]
    var page = try await ask("NEWS_SENTIMENT", query, symbol.name, logicalDate, latest) { document in
      document.lists["feed"].map { ReferencePage($0.map(ReferenceReader.article)) }
    }
    page.facts.removeAll { $0.publishedAt >= logicalDate }
    return page
  }

  public func listings(isActive: Bool, logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<Listing> {
    let request = reference("LISTING_STATUS", [("state", isActive ? "active" : "delisted")], "listings")
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, now throws(Refusal) in
      try requireSuccess(answer)
      guard let page = ListingReader.read(answer.body) else { throw try refusal(of: answer.body, wanted: "list of shares", now: now) }
      return Reading(value: page, isEmpty: page.facts.isEmpty)
    }
    return answered.page()
  }

  public func marketStates(logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<MarketState> {
    try await ask("MARKET_STATUS", [], "market status", logicalDate, latest) { document in
      document.lists["markets"].map { ReferencePage($0.map { ReferenceReader.marketState($0.texts) }) }
    }
  }

  public func movers(logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<Mover> {
    try await ask("TOP_GAINERS_LOSERS", [], "movers", logicalDate, latest) { document in
      guard document.lists[Mover.List.gainers.rawValue] != nil else { return nil }
      return ReferencePage(
        Mover.List.allCases.flatMap { list in
          (document.lists[list.rawValue] ?? []).enumerated().map { ReferenceReader.mover($1.texts, list, rank: $0 + 1) }
        })
    }
  }

  public func search(_ keywords: String, logicalDate: Instant, latest: Instant?) async throws -> ReferencePage<SymbolMatch> {
    try await ask("SYMBOL_SEARCH", [("keywords", keywords)], "search", logicalDate, latest) { document in
      document.lists["bestMatches"].map { matches in
        ReferencePage(matches.enumerated().map { ReferenceReader.match($1.texts, rank: $0 + 1) })
      }
    }
  }
}

extension AlphaVantage {
  private func reference(_ function: String, _ query: [(String, String)], _ subject: String) -> ProviderRequest {
    ProviderRequest(
      path: "/query", query: [("function", function)] + query.map { (name: $0.0, value: $0.1) }, weight: 1, subject: subject.printable(64))
  }

  /// Asks for JSON.
  /// - Parameters:
  ///   - read: nil when the document does not hold what was asked for.
  ///   - subject: of a fact the symbol that it must be about.
  private func ask<Fact>(
    _ function: String, _ query: [(String, String)], _ subject: String, _ logicalDate: Instant, _ latest: Instant?,
    read: (ReferenceDocument) throws(Refusal) -> ReferencePage<Fact>?, subject of: ((Fact) -> Symbol)? = nil
  ) async throws -> ReferencePage<Fact> {
    let request = reference(function, query, subject)
    let answered = try await client.ask(request, logicalDate: logicalDate, latest: latest) { answer, now throws(Refusal) in
      try requireSuccess(answer)
      let document: ReferenceDocument
      do throws(JSONError) {
        document = try ReferenceDocument.read(answer.body)
      } catch {
        throw Refusal(error, in: answer.body)
      }
      // Beside made-up figures it says that they are: they are not stored.
      guard document.notice.message == nil, let page = try read(document) else {
        throw AlphaVantageRules.refusal(
          document.notice, isEmptyObject: document.isEmptyObject, wanted: "answer to \(function)", now: now, reset: quotaReset(now))
      }
      if let of, let foreign = page.facts.first(where: { of($0).name != subject }) {
        throw Refusal(.unexpectedShape, "the answer is about \(of(foreign)), another symbol")
      }
      return Reading(value: page, isEmpty: page.facts.isEmpty)
    }
    return answered.page()
  }

  private func requireSuccess(_ answer: ProviderAnswer) throws(Refusal) {
    guard let status = answer.status, !(200..<300).contains(status) else { return }
    throw StatusRules.unexplained(status: status, body: answer.body)
  }

  /// Where CSV was asked for and something else came.
  private func refusal(of body: [UInt8], wanted: String, now: Instant) throws(Refusal) -> Refusal {
    do {
      let document = try ReferenceDocument.read(body)
      return AlphaVantageRules.refusal(
        document.notice, isEmptyObject: document.isEmptyObject, wanted: wanted, now: now, reset: quotaReset(now))
    } catch {
      return Refusal(error, in: body)
    }
  }
}

extension ReferencePage {
  /// - Parameter entries: nil for one that lacks what makes it one.
  init(_ entries: [Fact?]) {
    facts = entries.compactMap(\.self)
    unreadable = entries.count - facts.count
  }
}

extension Answered {
  fileprivate func page<Fact>() -> ReferencePage<Fact> where Value == ReferencePage<Fact> {
    var page = value
    page.responseHash = responseHash
    return page
  }
}

extension Instant {
  /// `20260517T1101`, as the news are asked for.
  var newsTime: String {
    let text = iso8601
    return String(text.prefix(16).filter { $0 != "-" && $0 != ":" })
  }

  /// The instant of `20260517T110100`; nil when it is none.
  init?(newsTime text: String) {
    let digits = Array(text)
    guard digits.count == 15, digits[8] == "T" else { return nil }
    let (day, time) = (String(digits[0..<8]), String(digits[9..<15]))
    func part(_ text: String, _ start: Int, _ length: Int) -> Substring { text.dropFirst(start).prefix(length) }
    self.init(
      iso8601: "\(part(day, 0, 4))-\(part(day, 4, 2))-\(part(day, 6, 2))T\(part(time, 0, 2)):\(part(time, 2, 2)):\(part(time, 4, 2))Z")
  }
}
