import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `What Alpha Vantage tells beside prices` {
  private let date = instant("2026-05-18T07:00:00Z")

  private func provider(_ file: String) throws -> AlphaVantage { try Desk(TestHTTP(try Fixture.bytes(file))).alphaVantage() }
  private func provider(said body: String) throws -> AlphaVantage { try Desk(TestHTTP(Array(body.utf8))).alphaVantage() }

  @Test func `is a quote`() async throws {
    let page = try await provider("global-quote-TSLA.json").quote(of: .named("TSLA"), logicalDate: date, latest: nil)
    #expect(
      page.facts == [
        ShareQuote(
          symbol: .named("TSLA"), day: CivilDate("2023-07-03")!, open: 276.49, high: 284.25, low: 275.11, price: 279.82,
          volume: 119_685_891,
          previousClose: 261.77, changePercent: 6.8954)
      ])
    let other = try await failure(of: {
      _ = try await provider("global-quote-TSLA.json").quote(of: .named("IBM"), logicalDate: date, latest: nil)
    })
    #expect(other?.message.contains("about TSLA, another symbol") == true)
  }

  @Test func `is a company with its figures, and nothing where it knows nothing`() async throws {
    let ibm = try #require(try await provider("overview_IBM.json").overview(of: .named("IBM"), logicalDate: date, latest: nil).facts.first)
    #expect(ibm.name == "International Business Machines")
    #expect(ibm.sector == "TECHNOLOGY")
    #expect((ibm.marketCapitalization ?? 0) > 1e11)
    #expect(ibm.exDividendDate != nil && ibm.latestQuarter != nil)
    let empty =
      "{\"Symbol\":\"IBM\",\"PERatio\":\"None\",\"EPS\":\"-\",\"ExDividendDate\":\"0000-00-00\",\"Name\":\"a\\u0000\\u202e<b>\",\"MarketCapitalization\":\"0\"}"
    let nothing = try #require(try await provider(said: empty).overview(of: .named("IBM"), logicalDate: date, latest: nil).facts.first)
    #expect([nothing.peRatio, nothing.earningsPerShare, nothing.marketCapitalization] == [nil, nil, nil])
    #expect(nothing.exDividendDate == nil)
    #expect(nothing.name == "a <b>", "one printable line; whoever shows it escapes it")
  }

  @Test func `is earnings by quarter and year`() async throws {
    let page = try await provider("earnings-IBM-2026-05.json").earnings(of: .named("IBM"), logicalDate: date, latest: nil)
    #expect(page.facts.filter { $0.period == .quarter }.count == 5)
    #expect(page.facts.filter { $0.period == .year }.count == 2)
    #expect(page.facts.first?.reported == 1.91)
    #expect(page.unreadable == 0)
  }

  @Test func `is news, in UTC, with the symbols that it is about, and none from later`() async throws {
    let page = try await provider("news-sentiment-2026-05.json")
      .news(about: .named("AAPL"), from: date - .days(7), limit: 50, logicalDate: date, latest: nil)
    #expect(page.facts.count == 2)
    let article = try #require(page.facts.first)
    #expect(article.publishedAt > instant("2026-05-16") && article.publishedAt < date)
    #expect(article.url.hasPrefix("https://") && !article.title.isEmpty && !article.mentions.isEmpty)
    let earlier = try await provider("news-sentiment-2026-05.json")
      .news(about: .named("AAPL"), from: date - .days(30), limit: 50, logicalDate: date - .days(10), latest: nil)
    #expect(earlier.facts == [])
    #expect(instant("2026-05-17T11:01:30Z").newsTime == "20260517T1101")
    #expect(Instant(newsTime: "20260517T110100") == instant("2026-05-17T11:01:00Z"))
    #expect(["20260517T110160", "20261317T110100", "2026-05-17", "20260517 110100"].allSatisfy { Instant(newsTime: $0) == nil })
    let hostile =
      "{\"feed\":[{\"title\":\"x\",\"url\":\"javascript:alert(1)\",\"time_published\":\"20260517T110100\"},3,{\"title\":\"y\"}]}"
    let refused = try await provider(said: hostile).news(about: .named("X"), from: date, limit: 1, logicalDate: date, latest: nil)
    #expect(refused.facts == [] && refused.unreadable == 2)
  }

  @Test func `is listings, movers, markets and matches`() async throws {
    let listings = try await provider("listing-status-2026-05.csv").listings(isActive: true, logicalDate: date, latest: nil)
    #expect(listings.facts.count == 3 && listings.unreadable == 0)
    let quoted =
      "symbol,name,exchange,assetType,ipoDate,delistingDate,status\r\nX,\"A, \"\"B\"\" Inc.\",NYSE,Stock,null,2020-01-02,Delisted\r\nbad\r\n"
    let gone = try await provider(said: quoted).listings(isActive: false, logicalDate: date, latest: nil)
    #expect(gone.facts.first?.name == "A, \"B\" Inc." && gone.facts.first?.delistedOn?.description == "2020-01-02")
    #expect(gone.unreadable == 1)
    #expect(listings.facts[0].symbol.name == "-P-HIZ" && listings.facts[0].delistedOn == nil)
    #expect(listings.facts[0].listedOn?.description == "2023-08-30")
    let movers = try await provider("movers-2026-05.json").movers(logicalDate: date, latest: nil)
    #expect(movers.facts.count == 9)
    #expect(
      movers.facts[0]
        == Mover(list: .gainers, rank: 1, symbol: .named("DUKRW"), price: 1.8, changePercent: 17900, volume: movers.facts[0].volume))
    let states = try await provider("market-status-2026-05.json").marketStates(logicalDate: date, latest: nil)
    #expect(states.facts.count == 3)
    #expect(states.facts[0].region == "United States" && states.facts[0].localClose == "16:15" && states.facts[0].status == "closed")
    let matches = try await provider("search-tesla-2021.json").search("tesla", logicalDate: date, latest: nil)
    #expect(matches.facts.first?.symbol.name == "TL0.DEX" && matches.facts.first?.score == 1)
    #expect(try await provider(said: "{\"bestMatches\": []}").search("x", logicalDate: date, latest: nil).facts == [])
  }

  /// Every way to refuse, whatever was asked: the words are the same for series, facts and CSV.
  @Test(
    arguments: [
      (Said.burst, .burst), (Said.premium, .entitlement), (Said.daily, .quota), (Said.note, .quota), (Said.invalid, .unknownSymbol),
      ("{}", .unknownSymbol), ("{\"Error Message\":\"the parameter apikey is invalid or missing.\"}", .auth),
      ("{\"Information\":\"The **demo** API key is for demo purposes only.\"}", .auth),
      (
        "{\"endpoint\":\"Realtime Options\",\"message\":\"This is a premium endpoint. SAMPLE DATA\",\"feed\":[],\"markets\":[]}",
        .entitlement
      ),
      ("<html></html>", .notJSON), ("", .unexpectedShape), ("[]", .unexpectedShape), ("{\"a\":1}", .unexpectedShape),
      ("{\"Information\":\"something new\"}", .unexpectedShape),
    ] as [(String, AnswerClass)])
  func `is refused as everything else is`(body: String, answer: AnswerClass) async throws {
    let calls: [(AlphaVantage) async throws -> Void] = [
      { _ = try await $0.quote(of: .named("IBM"), logicalDate: date, latest: nil) },
      { _ = try await $0.overview(of: .named("IBM"), logicalDate: date, latest: nil) },
      { _ = try await $0.earnings(of: .named("IBM"), logicalDate: date, latest: nil) },
      { _ = try await $0.news(about: .named("IBM"), from: date, limit: 1, logicalDate: date, latest: nil) },
      { _ = try await $0.listings(isActive: true, logicalDate: date, latest: nil) },
      { _ = try await $0.marketStates(logicalDate: date, latest: nil) }, { _ = try await $0.movers(logicalDate: date, latest: nil) },
      { _ = try await $0.search("x", logicalDate: date, latest: nil) },
    ]
    for (index, call) in calls.enumerated() {
      let desk = Desk(TestHTTP(Array(body.utf8)))
      let found = try await failure(of: { try await call(try desk.alphaVantage()) })
      #expect(found?.answer == answer, "call \(index): \(found?.message ?? "no failure")")
      #expect(found?.message.contains("SECRETKEY") != true)
      #expect(await desk.archive.entries.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains("SECRETKEY") })
    }
  }

  @Test(arguments: [
    "earnings-IBM-2026-05.json", "news-sentiment-2026-05.json", "movers-2026-05.json", "listing-status-2026-05.csv", "overview_IBM.json",
  ])
  func `survives every changed byte`(file: String) throws {
    let bytes = try Fixture.bytes(file)
    var generator = SeededGenerator(3)
    for _ in 0..<500 {
      var copy = bytes
      copy[Int.random(in: 0..<copy.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      // `try?`: refused or read, but never a crash.
      if let document = try? ReferenceDocument.read(copy) {
        for list in document.lists.values { for item in list { _ = ReferenceReader.article(item) } }
        _ = ReferenceReader.overview(document.texts)
      }
      _ = ListingReader.read(copy)
    }
  }
}
