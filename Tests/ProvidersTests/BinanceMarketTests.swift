import MarketData
import Scheduling
import Testing
import Transport

@testable import Providers

@Suite struct `Binance's trades` {
  private let single =
    #"{"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.000012","time":1499865549590,"isBuyerMaker":true,"isBestMatch":true}"#
  private let joined = #"{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27782,"T":1498793709153,"m":false,"M":true}"#

  private func read(_ body: String, _ kind: TradeKind, from cursor: TradeCursor = .latest) async throws -> TradePage {
    let desk = Desk(TestHTTP(Array(body.utf8)))
    return try await desk.binance().trades(.named("BTCUSDT"), kind, from: cursor, logicalDate: instant("2026-01-15"))
  }

  @Test func `are read as the documentation shows them`() async throws {
    #expect(
      try await read("[\(single)]", .trades).trades == [
        Trade(
          id: 28457, time: Instant(milliseconds: 1_499_865_549_590), price: 4.000001, quantity: 12, isBuyerMaker: true,
          detail: .single(quoteQuantity: 48.000012))
      ])
    #expect(
      try await read("[\(joined)]", .agg, from: .id(26129)).trades == [
        Trade(
          id: 26129, time: Instant(milliseconds: 1_498_793_709_153), price: 0.01633102, quantity: 4.70443515, isBuyerMaker: false,
          detail: .aggregate(first: 27781, last: 27782))
      ])
    #expect(try await read("[]", .agg, from: .id(1)).trades == [])
    let micro = try await read("[\(joined.replacing("1498793709153", with: "1498793709153999"))]", .agg, from: .id(1))
    #expect(micro.trades.first?.time.milliseconds == 1_498_793_709_153)
  }

  @Test(
    arguments: [
      (#""p":"0.01633102""#, #""p":"nan""#, .notANumber(field: "p")), (#""p":"0.01633102""#, #""p":"0.0""#, .notAboveZero(field: "p")),
      (#""p":"0.01633102""#, #""p":"-1""#, .notAboveZero(field: "p")), (#""q":"4.70443515""#, #""q":"1e999""#, .notANumber(field: "q")),
      (#""q":"4.70443515","#, "", .missingField("q")), (#""m":false"#, #""m":0"#, .missingField("m")),
      ("1498793709153", "1498793709", .timeOutOfRange(field: "T")), ("26129", "-26129", .negative(field: "a")),
      ("26129", "99999999999999999999", .notANumber(field: "a")), (#""l":27782"#, #""l":1"#, .notANumber(field: "l")),
    ] as [(String, String, RowProblem.Reason)])
  func `that are none are problems, not gaps`(old: String, new: String, reason: RowProblem.Reason) async throws {
    let page = try await read("[\(joined.replacing(old, with: new)),\(joined.replacing("26129", with: "26130"))]", .agg, from: .id(0))
    #expect(page.problems.map(\.reason) == [reason])
    #expect(page.trades.map(\.id) == [26130])
    #expect(try await read("[7,\(joined)]", .agg, from: .id(0)).problems.map(\.reason) == [.notARow])
  }

  @Test func `that are not what was asked for are refused`() async throws {
    for (body, cursor, says) in [
      ("[\(joined),\(joined)]", TradeCursor.id(0), "comes after"), ("[\(joined)]", .id(26130), "from 26130 on was asked for"),
      ("[\(joined)]", .time(instant("2026-01-15")), "was asked for"), ("{}", .id(0), ""), ("<html>", .id(0), "HTML"),
      ("[\(joined.replacing("\"a\":26129", with: "\"a\":26129,\"a\":26129"))]", .id(0), ""),
      (#"{"code":-1121,"msg":"Invalid symbol."}"#, .id(0), "-1121"),
    ] {
      let failure = try await failure(of: { _ = try await read(body, .agg, from: cursor) })
      #expect(failure?.message.contains(says) == true, "\(body)")
    }
  }
}

@Suite struct `Binance's order book` {
  private func read(_ body: String, levels: Int = 100) async throws -> OrderBook {
    try await Desk(TestHTTP(Array(body.utf8))).binance().orderBook(.named("BTCUSDT"), levels: levels, logicalDate: instant("2026-01-15"))
  }

  @Test func `is read as the documentation shows it`() async throws {
    let book = try await read(#"{"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}"#)
    #expect(book.lastUpdateID == 1_027_024)
    #expect(book.bids == [.init(price: 4, quantity: 431)] && book.asks == [.init(price: 4.000002, quantity: 12)])
    #expect(try await read(#"{"lastUpdateId":1,"bids":[],"asks":[]}"#).bids == [])
  }

  @Test(arguments: [
    (#"["x","1"]"#, RowProblem.Reason.notANumber(field: "price")), (#"["1","0"]"#, .notAboveZero(field: "quantity")),
    (#"["1"]"#, .missingField("quantity")), ("7", .notARow), ("[null,null]", .missingField("price")),
  ])
  func `has problems where a level is none`(level: String, reason: RowProblem.Reason) async throws {
    let book = try await read(#"{"lastUpdateId":1,"bids":[["4","1"],\#(level)],"asks":[]}"#)
    #expect(book.problems.map(\.reason) == [reason] && book.bids.count == 1)
  }

  @Test(arguments: [
    (#"{"lastUpdateId":1,"bids":[["3","1"],["4","1"]],"asks":[]}"#, "not in the order"),
    (#"{"lastUpdateId":1,"bids":[["5","1"]],"asks":[["4","1"]]}"#, "is not below the best ask"),
    (#"{"lastUpdateId":1,"bids":[["5","1"]]}"#, "no order book"), (#"{"bids":[],"asks":[]}"#, "no order book"), ("[]", ""),
    (#"{"lastUpdateId":1,"bids":[["5","1"],["4","1"],["3","1"]],"asks":[]}"#, ""),
  ])
  func `that no book could be is refused`(body: String, says: String) async throws {
    let failure = try await failure(of: { _ = try await read(body, levels: 2) })
    #expect(failure?.answer == .unexpectedShape)
    #expect(failure?.message.contains(says) == true)
  }

  @Test(arguments: [(1, 5), (100, 5), (101, 25), (500, 25), (501, 50), (1000, 50), (1001, 250), (5000, 250)])
  func `costs what its depth costs`(levels: Int, weight: Int) {
    #expect(Binance.Weight.depth(levels: levels) == weight)
  }
}

@Suite struct `The exchange's own clock` {
  private let row = #"[[1768435200000,"1","1","1","1","0",1768438799999,"0",0,"0","0","0"]]"#

  private func failure(at date: String) async throws -> ProviderFailure? {
    let http = TestHTTP(status: 200, headers: [HTTPHeader("Date", date)], Array(row.utf8))
    return try await outcome(http, from: "2026-01-15", until: "2026-01-15T01:00:00Z")
  }

  private func outcome(_ http: TestHTTP, from: String, until: String) async throws -> ProviderFailure? {
    let desk = Desk(http)
    return try await ProvidersTests.failure(of: { _ = try await pages(desk.binance(), "BTCUSDT", .hour1, from: from, until: until) })
  }

  @Test func `decides whether a bar has closed: ahead of it nothing is stored`() async throws {
    #expect(try await failure(at: "Thu, 15 Jan 2026 01:00:00 GMT") == nil)
    // Whole seconds: it may be 00:59:59.999.
    let near = try await failure(at: "Thu, 15 Jan 2026 00:59:58 GMT")
    #expect(near?.answer == .unexpectedShape && near?.isTransient == true && near?.retryAfter == .seconds(2))
    let far = try await failure(at: "Thu, 15 Jan 2026 00:30:00 GMT")
    #expect(far?.isTransient == false)
    #expect(far?.message.contains("its clock says 2026-01-15T00:30:00Z, so the bar of 2026-01-15T00:00:00Z is still open there") == true)
    #expect(far?.message.contains("timedatectl") == true)
  }

  @Test(arguments: ["", "yesterday", "Thu, 15 Jan 2026 09:00:00 GMT"])
  func `is not missed where it is not told`(date: String) async throws {
    #expect(try await failure(at: date) == nil)
  }
}

@Suite struct `An address that is refused` {
  private func message(_ status: Int, _ body: String) async throws -> String {
    let desk = Desk(TestHTTP(status: status, Array(body.utf8)))
    let failure = try await failure(of: { _ = try await pages(desk.binance(), "BTCUSDT", .day1, from: "2026-01-01", until: "2026-01-05") })
    #expect(await desk.http.urls.count == 1)
    #expect(failure?.isTransient == false)
    return try #require(failure).message
  }

  @Test(arguments: [
    (
      451,
      #"{"code":0,"msg":"Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms"}"#
    ),
    (
      200,
      #"{"code":0,"msg":"Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms"}"#
    ),
  ])
  func `for its country is told what it means and what to set`(status: Int, body: String) async throws {
    let message = try await message(status, body)
    #expect(message.contains("set `base_url: https://data-api.binance.vision` under `binance` in Jobs/config/providers.yaml"))
    #expect(message.contains("run from another country; no waiting helps, so it is not repeated"))
  }

  @Test func `by the firewall is told the usual causes`() async throws {
    let message = try await message(403, "<html><head><title>403 Forbidden</title></head></html>")
    #expect(message.contains("answered 403, refused by its firewall"))
    #expect(message.contains("wait ten minutes"))
  }
}
