import Foundation
import Scheduling

extension AlphaVantageService {
  /// What is told beside prices, made up from what the sandbox knows; nil for a function that is none of these.
  func reference(_ request: Request, _ function: String, now: Instant) async throws(RecordedDefect) -> Answer? {
    switch function {
    case "OVERVIEW": return json(overview(request["symbol"] ?? "") ?? "{}")
    case "EARNINGS": return json(earnings(request["symbol"] ?? "", now) ?? "{}")
    case "NEWS_SENTIMENT": return json(news(request["tickers"] ?? "", now))
    case "LISTING_STATUS": return listings(request["state"] ?? "active")
    case "MARKET_STATUS": return json(AlphaVantageService.marketStatus)
    case "TOP_GAINERS_LOSERS": return json(try await movers(now))
    case "SYMBOL_SEARCH": return json(search(request["keywords"] ?? ""))
    default: return nil
    }
  }

  private func json(_ text: String) -> Answer { Answer(contentType: "application/json", body: Array(text.utf8)) }

  private var listed: [EquityListing] { EquityListing.known.values.sorted { $0.symbol < $1.symbol } }

  private func overview(_ symbol: String) -> String? {
    guard let listing = EquityListing.known[symbol] else { return nil }
    let shares = Int(listing.volume * 250)
    return """
      {"Symbol":"\(symbol)","AssetType":"Common Stock","Name":"\(symbol) made-up Inc.","Description":"A company of the sandbox.",\
      "CIK":"\(1000 + Int(listing.level))","Exchange":"NYSE","Currency":"USD","Country":"USA","Sector":"TECHNOLOGY","Industry":"None",\
      "LatestQuarter":"2025-09-30","MarketCapitalization":"\(Int(listing.level * Double(shares)))","PERatio":"\(listing.yield > 0 ? "21.5" : "None")",\
      "EPS":"4.2","DividendYield":"\(listing.yield > 0 ? "\(listing.yield)" : "None")","52WeekHigh":"\(listing.level * 1.2)",\
      "52WeekLow":"\(listing.level * 0.8)","SharesOutstanding":"\(shares)","ExDividendDate":"\(listing.yield > 0 ? "2025-11-10" : "0000-00-00")"}
      """
  }

  private func earnings(_ symbol: String, _ now: Instant) -> String? {
    guard EquityListing.known[symbol] != nil else { return nil }
    let ends = ["03-31", "06-30", "09-30", "12-31"]
    var quarters: [String] = []
    for year in (now.utcDay.year - 3)...now.utcDay.year {
      for (index, end) in ends.enumerated() {
        let day = CivilDate("\(year)-\(end)")!
        guard day.adding(days: 25).midnight < now else { continue }
        var draw = Draw(Draw.key(seed ^ 0xE9, name: "\(symbol)\(year)\(index)"))
        let (told, guess) = (1 + draw.uniform(), 1 + draw.uniform())
        let surprise = String(format: "%.4f", (told / guess - 1) * 100)
        quarters.insert(
          """
          {"fiscalDateEnding":"\(day)","reportedDate":"\(day.adding(days: 25))","reportedEPS":"\(String(format: "%.2f", told))",\
          "estimatedEPS":"\(String(format: "%.2f", guess))","surprise":"None","surprisePercentage":"\(surprise)","reportTime":"post-market"}
          """, at: 0)
      }
    }
    return """
      {"symbol":"\(symbol)","annualEarnings":[{"fiscalDateEnding":"\(now.utcDay.year - 1)-12-31","reportedEPS":"6.1"}],\
      "quarterlyEarnings":[\(quarters.joined(separator: ","))]}
      """
  }

  private func news(_ symbol: String, _ now: Instant) -> String {
    let known = EquityListing.known[symbol] != nil
    let items = (1...3).filter { _ in known }.map { age in
      let time = (now - .hours(age * 20)).iso8601.prefix(19).filter { $0 != "-" && $0 != ":" }
      return """
        {"title":"What \(symbol) did \(age) days ago","url":"https://news.example/\(symbol)/\(time)","time_published":"\(time)","authors":[],\
        "summary":"Made up by the sandbox.","source":"Sandbox","topics":[{"topic":"Technology","relevance_score":"0.9"}],\
        "overall_sentiment_score":0.\(age)2,"overall_sentiment_label":"Somewhat-Bullish","ticker_sentiment":[{"ticker":"\(symbol)",\
        "relevance_score":"0.8","ticker_sentiment_score":"0.\(age)","ticker_sentiment_label":"Neutral"}]}
        """
    }
    return "{\"items\":\"\(items.count)\",\"feed\":[\(items.joined(separator: ","))]}"
  }

  private func listings(_ state: String) -> Answer {
    let isActive = state != "delisted"
    let rows =
      isActive
      ? listed.map { "\($0.symbol),\"\($0.symbol) made-up, Inc.\",NYSE,Stock,\($0.firstDay),null,Active" }
      : ["GONE,Gone Inc.,NYSE,Stock,2001-02-03,2019-05-06,Delisted"]
    let text = (["symbol,name,exchange,assetType,ipoDate,delistingDate,status"] + rows).joined(separator: "\r\n") + "\r\n"
    return Answer(contentType: "application/x-download", body: Array(text.utf8))
  }

  private static let marketStatus = """
    {"endpoint":"Global Market Open & Close Status","markets":[{"market_type":"Equity","region":"United States",\
    "primary_exchanges":"NASDAQ, NYSE, AMEX, BATS","local_open":"09:30","local_close":"16:15","current_status":"closed","notes":""},\
    {"market_type":"Cryptocurrency","region":"Global","primary_exchanges":"Global","local_open":"00:00","local_close":"23:59",\
    "current_status":"open","notes":""}]}
    """

  private func movers(_ now: Instant) async throws(RecordedDefect) -> String {
    var moves: [(symbol: String, price: Double, change: Double, volume: Double)] = []
    for symbol in ["AAPL", "MSFT", "NVDA", "IBM", "JPM", "KO"] {
      guard let source = try await market.rows(symbol, now: now), source.rows.count > 1 else { continue }
      func value(_ row: Int, _ field: Int) -> Double {
        Double(String(decoding: source.text[source.rows[row].fields[field]], as: UTF8.self)) ?? 0
      }
      moves.append((symbol, value(0, 3), (value(0, 3) / max(value(1, 3), 0.01) - 1) * 100, value(0, 5)))
    }
    func list(_ name: String, _ sorted: [(symbol: String, price: Double, change: Double, volume: Double)]) -> String {
      let rows = sorted.prefix(3).map { move in
        """
        {"ticker":"\(move.symbol)","price":"\(move.price)","change_amount":"0","change_percentage":"\(String(format: "%.4f", move.change))%",\
        "volume":"\(Int(move.volume))"}
        """
      }
      return "\"\(name)\":[\(rows.joined(separator: ","))]"
    }
    let lists = [
      list("top_gainers", moves.sorted { $0.change > $1.change }), list("top_losers", moves.sorted { $0.change < $1.change }),
      list("most_actively_traded", moves.sorted { $0.volume > $1.volume }),
    ]
    return
      "{\"metadata\":\"Top gainers, losers, and most actively traded US tickers\",\"last_updated\":\"\(now.utcDay)\",\(lists.joined(separator: ","))}"
  }

  private func search(_ keywords: String) -> String {
    let words = keywords.uppercased()
    let matches = listed.filter { !words.isEmpty && $0.symbol.hasPrefix(words.prefix(4)) }.map { listing in
      """
      {"1. symbol":"\(listing.symbol)","2. name":"\(listing.symbol) made-up Inc.","3. type":"Equity","4. region":"United States",\
      "5. marketOpen":"09:30","6. marketClose":"16:00","7. timezone":"UTC-04","8. currency":"USD","9. matchScore":"0.8000"}
      """
    }
    return "{\"bestMatches\":[\(matches.joined(separator: ","))]}"
  }
}
