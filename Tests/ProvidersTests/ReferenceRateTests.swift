import Foundation
import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `The euro reference rates` {
  private func bank(_ desk: Desk) throws -> EuropeanCentralBank {
    EuropeanCentralBank(desk.client(try ProviderSettings(name: "ecb", baseURL: "http://127.0.0.1:8082")))
  }

  private func page(_ body: [UInt8], at date: String = "2020-01-01") async throws -> ReferenceRatePage {
    try await bank(Desk(TestHTTP(body))).rates(.quarter, logicalDate: instant(date))
  }

  private func document(_ cubes: String) -> [UInt8] {
    Array("<e:Envelope xmlns:e='a' xmlns='b'><Cube><Cube time='2017-03-03'>\(cubes)</Cube></Cube></e:Envelope>".utf8)
  }

  @Test(arguments: [
    ("eurofxref-daily-2014-06-10.xml", 1, "2014-06-10", 1.3547, 32), ("eurofxref-hist-90d-2017-03.xml", 4, "2017-03-03", 1.0565, 31),
  ])
  func `are read as they were recorded`(file: String, days: Int, last: String, dollar: Double, currencies: Int) async throws {
    let page = try await page(try Fixture.bytes(file))
    #expect(page.problems == [])
    #expect(Set(page.rates.map(\.date)).count == days)
    #expect(page.rates.last?.date.description == last)
    #expect(page.rates.last { $0.currency == "USD" }?.rate == dollar)
    #expect(page.rates.filter { $0.date.description == last }.count == currencies)
    #expect(zip(page.rates, page.rates.dropFirst()).allSatisfy { ($0.date, $0.currency) < ($1.date, $1.currency) })
  }

  @Test(arguments: [("2017-03-03T14:59:59Z", "2017-03-02"), ("2017-03-03T15:00:00Z", "2017-03-03"), ("2017-03-04", "2017-03-03")])
  func `exist from 16:00 in Frankfurt on`(date: String, last: String) async throws {
    #expect(try await page(try Fixture.bytes("eurofxref-hist-90d-2017-03.xml"), at: date).rates.last?.date.description == last)
    #expect(EuropeanCentralBank.publication(on: CivilDate("2017-07-03")!).iso8601 == "2017-07-03T14:00:00Z")
  }

  @Test(arguments: [
    ("<Cube currency='usd' rate='1'/>", "its symbol is no name that a market could have"),
    ("<Cube currency='USD' rate='0'/>", "the field `rate` is negative"),
    ("<Cube currency='USD' rate='-1'/>", "the field `rate` is negative"),
    ("<Cube currency='USD' rate='N/A'/>", "the field `rate` is no number"), ("<Cube currency='USD'/>", "the field `rate` is missing"),
    ("<Cube currency='USD' rate='1e999'/>", "the field `rate` is no number"),
  ])
  func `that are none are reported`(cube: String, reason: String) async throws {
    let page = try await page(document(cube + "<Cube currency='JPY' rate='120'/>"))
    #expect(page.rates.map(\.currency) == ["JPY"])
    #expect(page.problems.map(\.reason.description) == [reason])
  }

  @Test func `are not read from hostile or foreign documents`() async throws {
    let bomb = "<!DOCTYPE e [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>" + String(decoding: document("&b;"), as: UTF8.self)
    let external = "<!DOCTYPE e SYSTEM \"file:///etc/passwd\">" + String(decoding: document(""), as: UTF8.self)
    let deep = String(repeating: "<Cube>", count: 5000)
    let utf16 = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Envelope/>".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let twice = document("<Cube currency='USD' rate='1'/><Cube currency='USD' rate='2'/>")
    let bodies =
      [bomb, external, deep, "<html><body>Please wait</body></html>", "<Envelope/>", "{}", "", "<Envelope><Cube></Envelope>"].map {
        Array($0.utf8)
      }
      + [utf16, twice]
    for body in bodies {
      let failure = try await failure(of: { _ = try await page(body) })
      #expect(failure?.answer == .unexpectedShape, "\(String(decoding: body.prefix(60), as: UTF8.self))")
    }
    let large = try await failure(of: {
      _ = try await page([UInt8](repeating: UInt8(ascii: " "), count: ForeignXML.bytesMax + 1))
    })
    #expect(large?.message.contains("more than the") == true)
  }

  @Test func `survive every cut and every changed byte`() throws {
    let bytes = try Fixture.bytes("eurofxref-daily-2014-06-10.xml")
    var generator = SeededGenerator(11)
    for length in 0..<(bytes.count - 20) {
      #expect(throws: Refusal.self) { _ = try ReferenceRateReader.read(ProviderAnswer(status: 200, body: Array(bytes.prefix(length)))) }
    }
    for _ in 0..<2000 {
      var copy = bytes
      copy[Int.random(in: 0..<copy.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      // `try?`: refused or read, but never a crash, and never a rate that is none.
      let rates = (try? ReferenceRateReader.read(ProviderAnswer(status: 200, body: copy)))?.value.rates ?? []
      #expect(rates.allSatisfy { $0.rate > 0 && $0.rate.isFinite && $0.currency.utf8.count == 3 })
    }
  }
}

@Suite struct `The SEC's tickers` {
  private func register(_ desk: Desk) throws -> CompanyRegister {
    CompanyRegister(desk.client(try ProviderSettings(name: "sec", baseURL: "http://127.0.0.1:8082")))
  }

  private func page(_ body: String) async throws -> CompanyPage {
    try await register(Desk(TestHTTP(Array(body.utf8)))).companies(logicalDate: instant("2026-01-15"))
  }

  @Test func `are read in the order of size, their numbers with ten digits`() async throws {
    let page = try await page(try Fixture.text("company_tickers-2023-09.json"))
    #expect(page.problems == [])
    #expect(page.companies.count == 9)
    #expect(page.companies.first == RegisteredCompany(symbol: .named("AAPL"), cik: "0000320193", title: "Apple Inc."))
    #expect(page.companies.contains { $0.symbol.name == "BRK-B" && $0.cik == "0001067983" })
  }

  @Test(arguments: [
    ("{\"cik_str\":-1,\"ticker\":\"X\",\"title\":\"x\"}", "the field `cik_str` is no number"),
    ("{\"cik_str\":12345678901,\"ticker\":\"X\",\"title\":\"x\"}", "the field `cik_str` is no number"),
    ("{\"ticker\":\"X\",\"title\":\"x\"}", "the field `cik_str` is missing"),
    ("{\"cik_str\":1,\"ticker\":\"a b\",\"title\":\"x\"}", "its symbol is no name that a market could have"),
  ])
  func `that are none are reported`(entry: String, reason: String) async throws {
    let page = try await page("{\"1\":\(entry),\"0\":{\"cik_str\":1,\"ticker\":\"OK\",\"title\":\"a\\u0007\\nb\"}}")
    #expect(page.companies == [RegisteredCompany(symbol: .named("OK"), cik: "0000000001", title: "a b")])
    #expect(page.problems.map(\.reason.description) == [reason])
  }

  @Test func `are refused to those who do not say who they are, and the message tells where to`() async throws {
    let desk = Desk(TestHTTP(status: 403, Array("<html>Undeclared Automated Tool</html>".utf8)))
    let failure = try await failure(of: { _ = try await register(desk).companies(logicalDate: instant("2026-01-15")) })
    #expect(failure?.answer == .waf)
    #expect(failure?.message.contains("write `contact: \"Name name@example.com\"` for `sec`") == true)
    for body in ["{}", "[]", "", "<html></html>"] {
      #expect(try await refusal(body) != nil)
    }
  }

  private func refusal(_ body: String) async throws -> ProviderFailure? {
    try await failure(of: { _ = try await page(body) })
  }
}
