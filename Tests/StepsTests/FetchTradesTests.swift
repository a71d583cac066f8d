import Foundation
import JobGraph
import MarketData
import Providers
import Running
import Scheduling
import Steps
import Storage
import Testing
import Transport

@Suite struct `Fetching trades` {
  private func key(_ kind: TradeKey.Kind) -> TradeKey { TradeKey(source: "binance", symbol: try! Symbol("BTCUSDT"), kind: kind) }

  private func fetch(_ desk: Bench, _ tape: Tape, _ kind: String, at minute: Int, requestsMax: Int = 50) async throws -> RunState {
    let warehouse = desk.warehouse
    let client = ProviderClient(
      settings: try Binance.publicSettings(baseURL: "http://127.0.0.1:8080"), http: tape, limiter: FreeLimiter(),
      archive: InMemoryResponseArchive(), time: SystemTime())
    return try await desk.run(
      "binance.trades", ["symbol": "BTCUSDT"],
      with: [.init("kind", .string(kind)), .init("history", .string("1h")), .init("requests_max", .int(requestsMax))],
      at: Tape.minute(minute)
    ) { _ in FetchTrades(from: Binance(client), into: warehouse) }
  }

  private func mark(_ desk: Bench, _ kind: TradeKey.Kind) async throws -> TradeMark? {
    try await desk.warehouse.read { [key = key(kind)] in try $0.tradeMark(of: key) }
  }

  private func stored(_ desk: Bench, _ kind: TradeKey.Kind) async throws -> [TradeRow] {
    let key = key(kind)
    return try await desk.warehouse.read { try $0.lastTrades(of: key, 10_000) }
  }

  @Test func `goes on behind the last number that is stored, and stops at the logical date`() async throws {
    let (desk, tape) = (try Bench(), Tape(minutes: 500))
    for minute in [100, 100, 130] { #expect(try await fetch(desk, tape, "agg", at: minute).result == .succeeded) }
    // One trade a second: an hour before minute 100, then half an hour; not twice for one date.
    #expect(
      tape.asked == [
        "startTime=\(Tape.minute(40).milliseconds)", "fromId=3400", "fromId=4400", "fromId=5400", "fromId=6000", "fromId=7000",
      ])
    #expect(try await mark(desk, .agg) == TradeMark(nextID: 7800, missed: 0, askedAt: Tape.minute(130)))
    let stored = try await stored(desk, .agg)
    #expect(stored.map(\.id) == Array(2400..<7800))
    #expect(
      stored.last
        == TradeRow(
          id: 7799, tradedAt: Tape.minute(130) - .seconds(1), price: 100.5, quantity: 0.25, isBuyerMaker: true, joined: 15_598...15_599))
  }

  @Test func `that takes more requests than it may goes on in the next run`() async throws {
    let (desk, tape) = (try Bench(), Tape(minutes: 500))
    let first = try await fetch(desk, tape, "agg", at: 100, requestsMax: 2)
    #expect(first.result == .succeeded)
    #expect(try await mark(desk, .agg) == TradeMark(nextID: 4400, missed: 0, askedAt: Instant(milliseconds: 0)))
    _ = try await fetch(desk, tape, "agg", at: 100, requestsMax: 2)
    #expect(try await mark(desk, .agg) == TradeMark(nextID: 6000, missed: 0, askedAt: Tape.minute(100)))
    #expect(try await stored(desk, .agg).count == 3600)
  }

  @Test func `one by one counts what was over before it was asked for`() async throws {
    let (desk, tape) = (try Bench(), Tape(minutes: 500))
    tape.now = Tape.minute(100)
    _ = try await fetch(desk, tape, "trades", at: 100)
    tape.now = Tape.minute(130)
    let second = try await fetch(desk, tape, "trades", at: 130)
    #expect(second.result == .succeeded)
    // Two a second: a thousand of 3600.
    #expect(try await mark(desk, .trades) == TradeMark(nextID: 15_600, missed: 2600, askedAt: Tape.minute(130)))
    #expect(try await stored(desk, .trades).count == 2000)
  }

  @Test func `of another pair are refused, and nothing of them is stored`() async throws {
    let (desk, tape) = (try Bench(), Tape(minutes: 500))
    _ = try await fetch(desk, tape, "agg", at: 100)
    tape.price = 3000
    let second = try await fetch(desk, tape, "agg", at: 101)
    #expect(second.result == .failed)
    #expect(second["step"]?.failures.first?.failure.message.contains("as if the answer were about another symbol") == true)
    #expect(try await mark(desk, .agg)?.nextID == 6000)
  }
}

@Suite struct `Fetching an order book` {
  private func fetch(_ desk: Bench, _ body: String, late: Duration = .zero) async throws -> RunState {
    let (warehouse, date) = (desk.warehouse, SystemTime().now() - late)
    let client = ProviderClient(
      settings: try Binance.publicSettings(baseURL: "http://127.0.0.1:8080"), http: FixedAnswer(body: body), limiter: FreeLimiter(),
      archive: InMemoryResponseArchive(), time: SystemTime())
    return try await desk.run("binance.depth", ["symbol": "BTCUSDT"], with: [.init("levels", .int(5))], at: date) { _ in
      FetchDepth(from: Binance(client), into: warehouse)
    }
  }

  @Test func `keeps its levels in their order, once per logical date`() async throws {
    let desk = try Bench()
    let state = try await fetch(desk, #"{"lastUpdateId":7,"bids":[["4.0","431.0",[]],["3.5","0.5"]],"asks":[["4.00000200","12.0"]]}"#)
    #expect(state.result == .succeeded)
    let date = try #require(try await desk.warehouse.read { try $0.runs(of: nil, limit: 1).first?.logicalDate })
    let book = try await desk.warehouse.read { try $0.depth(try Symbol("BTCUSDT"), source: "binance", at: date) }
    #expect(book?.lastUpdateID == 7)
    #expect(book?.bids == [.init(price: 4, quantity: 431), .init(price: 3.5, quantity: 0.5)])
    #expect(book?.asks == [.init(price: 4.000002, quantity: 12)])
  }

  @Test func `of a past day is refused: nobody has it any more`() async throws {
    let state = try await fetch(try Bench(), "{}", late: .days(2))
    #expect(state.result == .failed)
    #expect(state["step"]?.failures.first?.failure.message.contains("is gone") == true)
  }
}

private struct FreeLimiter: RequestLimiter {
  func reserve(weight: Int, for provider: String, latest: Instant?) async throws -> RateReservation {
    RateReservation(provider: provider, weight: weight, instant: Instant(milliseconds: 0))
  }
  func settle(_ reservation: RateReservation, serverUsage: Int?, host: HostHealth) async throws {}
  func pause(_ provider: String, until end: Instant, reason: String) async throws {}
}

private struct FixedAnswer: HTTPClient {
  let body: String
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { HTTPResponse(status: 200, body: Array(body.utf8)) }
}

/// A market in which something is traded each second: joined trade `n` in second `n`, of the single trades `2n` and `2n + 1`.
private final class Tape: HTTPClient {
  private let last: Int
  private let lock = NSLock()
  nonisolated(unsafe) private var log: [String] = []
  nonisolated(unsafe) var price = 100.5
  nonisolated(unsafe) var now = Instant(milliseconds: .max / 2)

  init(minutes: Int) { last = minutes * 60 }

  static func minute(_ number: Int) -> Instant { Instant(milliseconds: 1_700_000_040_000 + Int64(number) * 60_000) }
  private static func second(_ number: Int) -> Int64 { minute(0).milliseconds + Int64(number) * 1000 }

  var asked: [String] { lock.withLock { log } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let url = URLComponents(string: request.url)!
    let query = url.queryItems!.reduce(into: [String: String]()) { $0[$1.name] = $1.value }
    for name in ["startTime", "fromId"] { if let value = query[name] { lock.withLock { log.append("\(name)=\(value)") } } }
    var rows: [String] = []
    if url.path.hasSuffix("aggTrades") {
      let first = query["fromId"].flatMap { Int($0) } ?? Int((Int64(query["startTime"]!)! - Tape.second(0)) / 1000)
      rows = (first..<max(first, min(last, first + 1000))).map { id in
        #"{"a":\#(id),"p":"\#(price)","q":"0.25","f":\#(id * 2),"l":\#(id * 2 + 1),"T":\#(Tape.second(id)),"m":true,"M":true}"#
      }
    } else {
      let end = min(last, Int((now.milliseconds - Tape.second(0)) / 1000)) * 2
      rows = (end - 1000..<end).map { id in
        #"{"id":\#(id),"price":"\#(price)","qty":"0.5","quoteQty":"50.25","time":\#(Tape.second(id / 2)),"isBuyerMaker":false,"isBestMatch":true}"#
      }
    }
    return HTTPResponse(status: 200, body: Array("[\(rows.joined(separator: ","))]".utf8))
  }
}
