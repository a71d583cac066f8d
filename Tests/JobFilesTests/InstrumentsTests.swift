import JobFiles
import MarketData
import Testing

@Suite struct `The known instruments` {
  private let real = Configuration.load(from: .directory(root)).configuration
  private var known: InstrumentsConfiguration? { real.instruments }

  @Test func `are more than a hundred pairs, and take in what the watchlist follows`() throws {
    let pairs = try #require(known).pairs
    #expect(Set(pairs.map(\.symbol)).count == pairs.count && pairs.count >= 150)
    #expect(pairs.allSatisfy { $0.symbol.name == $0.base + $0.quote && $0.source == "binance" })
    let symbols = Set(pairs.map(\.symbol))
    #expect(real.watchlist?.list("crypto")?.allSatisfy { symbols.contains($0.symbol) } == true)
  }

  @Test(arguments: [
    ("BTCUSTD", "BTCUSDT"), ("BTCUSD T", nil), ("BCTUSDT", "BTCUSDT"), ("LINKKUSDT", "LINKUSDT"), ("DOEGUSDT", "DOGEUSDT"),
    ("AVXUSDT", nil), ("AVAXUSD", "AVAXUSDT"), ("ETHUST", "ETHUSDT"),
    // Pairs that are not in the list, and may well be pairs; shares.
    ("JTOUSDT", nil), ("LTCTRY", nil), ("SYN001USDT", nil), ("BTCUSDT", nil), ("AAPL", nil), ("GOOGL", nil), ("BRK.B", nil), ("USDT", nil),
    ("币安人生USDT", nil),
  ])
  func `tell a slip from a pair of its own`(name: String, meant: String?) throws {
    guard let symbol = try? Symbol(name) else {
      #expect(meant == nil, "what is no symbol is told elsewhere")
      return
    }
    #expect(try #require(known).meant(by: symbol)?.name == meant)
  }

  @Test func `warn of a slip in the watchlist, with its place and the pair that was meant`() {
    let files = [
      "Jobs/config/instruments.yaml": "binance: { USDT: [BTC, ETH] }\n", "Jobs/config/watchlist.yaml": "crypto: [ETHUSDT, BTCUSTD]\n",
    ]
    let found = Configuration.load(from: .texts(files)).diagnostics
    #expect(
      found.map { $0.rendered() } == [
        """
        warning[W103]: `BTCUSTD` is none of the pairs that Jobs/config/instruments.yaml knows
         --> Jobs/config/watchlist.yaml:1:19
          |
        1 | crypto: [ETHUSDT, BTCUSTD]
          |                   ^^^^^^^ not a known pair
          = a pair with a similar name exists: `BTCUSDT`
          = a pair of the exchange; add it to instruments.yaml when it is one
        """
      ])
    let alone = ["Jobs/config/watchlist.yaml": files["Jobs/config/watchlist.yaml"]!]
    #expect(Configuration.load(from: .texts(alone)).diagnostics.isEmpty)
  }
}
