import MarketData
import Scheduling

/// The paths of the stand-in for Binance.
enum BinanceEndpoint: String, CaseIterable, Sendable {
  case ping = "/api/v3/ping"
  case time = "/api/v3/time"
  case exchangeInfo = "/api/v3/exchangeInfo"
  case klines = "/api/v3/klines"
  case uiKlines = "/api/v3/uiKlines"
  case dayTicker = "/api/v3/ticker/24hr"
  case priceTicker = "/api/v3/ticker/price"
  case depth = "/api/v3/depth"
  case trades = "/api/v3/trades"
  case joinedTrades = "/api/v3/aggTrades"

  /// What a request costs, by the table of the documentation.
  static func weight(of request: Request) -> Int {
    let count = request["symbol"] != nil ? 1 : request["symbols"].map { $0.split(separator: ",").count }
    switch BinanceEndpoint(rawValue: request.path) {
    case nil, .ping, .time: return 1
    case .exchangeInfo: return 20
    case .klines, .uiKlines: return 2
    case .dayTicker:
      guard let count, count <= 100 else { return 80 }
      return count <= 20 ? 2 : 40
    case .priceTicker: return request["symbol"] != nil ? 2 : 4
    case .trades: return 25
    case .joinedTrades: return 4
    case .depth:
      switch Int(request["limit"] ?? "100") ?? 100 {
      case ...100: return 5
      case ...500: return 25
      case ...1000: return 50
      default: return 250
      }
    }
  }
}

/// Answers Binance's requests out of a market.
struct BinanceService: Sendable {
  let market: any CryptoMarket
  let allowance: BinanceLimits.Allowance

  func answer(_ request: Request, now: Instant) async -> Answer {
    do {
      return Answer(body: try await body(request, now: now))
    } catch {
      return error.answer
    }
  }

  private func body(_ request: Request, now: Instant) async throws(BinanceError) -> [UInt8] {
    let parameters = Parameters(request)
    switch BinanceEndpoint(rawValue: request.path) {
    case nil:
      throw .notFound
    case .ping:
      try parameters.check([])
      return Array("{}".utf8)
    case .time:
      try parameters.check([])
      return Array("{\"serverTime\":\(now.milliseconds)}".utf8)
    case .exchangeInfo:
      try parameters.check(["symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus"])
      let status = try statusFilter(request)
      return try await market.exchangeInfo(try parameters.symbols(), status: status, limits: allowance, now: now)
    case .klines, .uiKlines:
      return try await market.klines(KlineQuery(request), now: now)
    case .dayTicker:
      return try await dayTicker(request, now: now)
    case .priceTicker:
      try parameters.check(["symbol", "symbols", "symbolStatus"])
      return try await list(request, now: now) { #"{"symbol":"\#($0)","price":"\#(decimal($1.close))"}"# }
    case .depth:
      return try await depth(request, now: now)
    case .trades, .joinedTrades:
      return try await trades(request, now: now)
    }
  }

  /// The last ones, or for joined ones those from a number or a time on.
  private func trades(_ request: Request, now: Instant) async throws(BinanceError) -> [UInt8] {
    let (parameters, isJoined) = (Parameters(request), request.path == BinanceEndpoint.joinedTrades.rawValue)
    try parameters.check(isJoined ? ["symbol", "fromId", "startTime", "endTime", "limit"] : ["symbol", "limit"])
    let (symbol, limit) = (try parameters.symbol(), Int64(try parameters.count("limit", default: 500, most: 1000)))
    let perSecond: Int64 = isJoined ? 1 : 2
    let end = try parameters.time("endTime").map { min($0, now.milliseconds) } ?? now.milliseconds
    let last = TradeTape.id(at: end) * perSecond - 1
    var first = max(0, last - limit + 1)
    if request["fromId"] != nil {
      guard let id = request["fromId"].flatMap({ Int64($0) }), id >= 0, request["startTime"] == nil else { throw .badValue("fromId") }
      first = id
    } else if let start = try parameters.time("startTime") {
      first = TradeTape.id(at: start + 999)
    }
    let (from, through) = (first, min(last, first + limit - 1))
    guard from <= through else {
      _ = try await market.summary(of: symbol, now: now)
      return Array("[]".utf8)
    }
    let minute = TradeTape.time(of: from / perSecond) / 60_000 * 60_000
    let query = try KlineQuery.page(symbol, .minute1, from: minute, to: TradeTape.time(of: through / perSecond), limit: 1000)
    let tape = TradeTape(KlineText.rows(try await market.klines(query, now: now)))
    let rows = isJoined ? tape.joined(from: from, through: through) : tape.single(from: from, through: through)
    return Array("[\(rows.joined(separator: ","))]".utf8)
  }

  private func statusFilter(_ request: Request) throws(BinanceError) -> String? {
    guard let status = request["symbolStatus"] else { return nil }
    guard ["TRADING", "HALT", "BREAK"].contains(status) else { throw .badStatus }
    return status
  }

  private func dayTicker(_ request: Request, now: Instant) async throws(BinanceError) -> [UInt8] {
    try Parameters(request).check(["symbol", "symbols", "type", "symbolStatus"])
    let type = request["type"] ?? "FULL"
    guard type == "FULL" || type == "MINI" else { throw .badTickerType }
    return try await list(request, now: now) { TickerWriter.object($0, $1, full: type == "FULL") }
  }

  /// One object for `symbol`, an array for `symbols` or none.
  private func list(_ request: Request, now: Instant, _ object: (String, DaySummary) -> String) async throws(BinanceError) -> [UInt8] {
    let asked = try Parameters(request).symbols()
    var names: [String] = asked ?? []
    if asked == nil { names = try await market.listedSymbols() }
    var objects: [String] = []
    for name in names { objects.append(object(name, try await market.summary(of: name, now: now))) }
    return Array((request["symbol"] != nil ? objects[0] : "[" + objects.joined(separator: ",") + "]").utf8)
  }

  /// A book around the last price whose quantities fall off: enough to be read, not a model of one.
  private func depth(_ request: Request, now: Instant) async throws(BinanceError) -> [UInt8] {
    let parameters = Parameters(request)
    try parameters.check(["symbol", "limit"])
    let limit = try parameters.count("limit", default: 100, most: 5000)
    let summary = try await market.summary(of: try parameters.symbol(), now: now)
    func side(_ direction: Double) -> String {
      (1...limit).lazy.map { level in (summary.close + direction * Double(level) * summary.tick, level) }
        .filter { $0.0 > 0 && summary.close > 0 }
        .map { #"["\#(decimal($0.0))","\#(decimal(summary.volume / 1e4 / Double($0.1)))"]"# }.joined(separator: ",")
    }
    return Array(#"{"lastUpdateId":\#(now.milliseconds),"bids":[\#(side(-1))],"asks":[\#(side(1))]}"#.utf8)
  }
}
