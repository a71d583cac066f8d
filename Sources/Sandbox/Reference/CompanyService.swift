/// The SEC's list of tickers: the shares that the sandbox knows.
struct CompanyService: Sendable {
  func answer(_ request: Request) -> Answer {
    guard request.path == "/files/company_tickers.json" else {
      return Answer(status: 404, contentType: "text/html", body: Array("<html><body>Not Found</body></html>".utf8))
    }
    let symbols = EquityListing.known.values.sorted { ($0.level * $0.volume, $1.symbol) > ($1.level * $1.volume, $0.symbol) }.map(\.symbol)
    let members = symbols.enumerated().map { place, symbol in
      let ticker = symbol.replacing(".", with: "-")
      return "\"\(place)\":{\"cik_str\":\(1000 + place),\"ticker\":\"\(ticker)\",\"title\":\"\(ticker) made-up Inc.\"}"
    }
    return Answer(contentType: "application/json", body: Array("{\(members.joined(separator: ","))}".utf8))
  }
}
