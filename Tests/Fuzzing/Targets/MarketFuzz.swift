import Foundation

extension FuzzTarget {
  static let exchangeInfo = FuzzTarget(name: "exchangeinfo") { bytes in
    let answer = ProviderAnswer(status: 200, body: bytes)
    guard let info = reading({ () throws(Refusal) in try ExchangeInfoReader.read(answer) }) else { return }
    demandBounded(info.problems)
    for rule in info.rateLimits { demand(rule.limit > 0 && rule.per > .zero, "a limit of \(rule)") }
    for instrument in info.instruments {
      demandFinite(instrument.tickSize?.value)
      demandFinite(instrument.lotStep?.value)
    }
  }

  static let trades = FuzzTarget(name: "trades") { bytes in
    for kind in TradeKind.allCases {
      for cursor in [TradeCursor.latest, .id(1000), .time(Instant(milliseconds: 1_498_793_709_153))] {
        let answer = ProviderAnswer(status: 200, body: bytes)
        guard let page = reading({ () throws(Refusal) in try TradeReader.read(answer, kind, from: cursor) }) else { continue }
        demandBounded(page.problems)
        demand(page.trades.count + page.problems.count <= TradeKind.rowsPerRequest, "more trades than were asked for")
        demand(zip(page.trades, page.trades.dropFirst()).allSatisfy { $0.id < $1.id }, "ids do not rise")
        for trade in page.trades {
          demand(trade.price.isFinite && trade.price > 0 && trade.quantity.isFinite && trade.quantity > 0, "a trade of \(trade)")
          if case .single(let quantity) = trade.detail { demandAmount(quantity) }
        }
      }
    }
  }

  static let depth = FuzzTarget(name: "depth") { bytes in
    let answer = ProviderAnswer(status: 200, body: bytes)
    guard let book = reading({ () throws(Refusal) in try OrderBookReader.read(answer, levelsMax: 100) }) else { return }
    demandBounded(book.problems)
    for level in book.bids + book.asks {
      demand(level.price.isFinite && level.price > 0 && level.quantity.isFinite && level.quantity > 0, "a level of \(level)")
    }
    demand(max(book.bids.count, book.asks.count) <= 100, "more levels than were asked for")
    if let bid = book.bids.first, let ask = book.asks.first { demand(bid.price < ask.price, "bid \(bid.price), ask \(ask.price)") }
  }

  static let tickers = FuzzTarget(name: "tickers") { bytes in
    let answer = ProviderAnswer(status: 200, body: bytes)
    guard let page = reading({ () throws(Refusal) in try TickerReader.read(answer, only: []) }) else { return }
    demandBounded(page.problems)
    for ticker in page.tickers {
      demandFinite(ticker.last)
      demandFinite(ticker.change)
      demandAmount(ticker.volume)
      demandAmount(ticker.quoteVolume)
    }
  }

  static let referenceRates = FuzzTarget(name: "ecb") { bytes in
    let answer = ProviderAnswer(status: 200, body: bytes)
    guard let page = reading({ () throws(Refusal) in try ReferenceRateReader.read(answer) }) else { return }
    for rate in page.rates { demand(rate.rate.isFinite && rate.rate > 0 && rate.currency.utf8.count == 3, "a rate of \(rate)") }
    // "<Cube/>" is the shortest.
    demand((page.rates.count + page.problems.count) * 7 <= bytes.count, "more rates than fit in the body")
  }

  static let companies = FuzzTarget(name: "companies") { bytes in
    let answer = ProviderAnswer(status: 200, body: bytes)
    guard let page = reading({ () throws(Refusal) in try CompanyReader.read(answer) }) else { return }
    demandBounded(page.problems)
    for company in page.companies {
      demand(company.cik.utf8.count == 10 && company.cik.utf8.allSatisfy { (48...57).contains($0) }, "a number of \(company.cik)")
      demandPrintable(company.title, max: 300)
    }
  }
}

/// nil for a refusal, whose sentence must be one to show.
private func reading<Value>(_ read: () throws(Refusal) -> Reading<Value>) -> Value? {
  do throws(Refusal) {
    return try read().value
  } catch {
    demandShown(error)
    return nil
  }
}
