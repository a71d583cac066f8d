import MarketData

/// What a request for klines asks for, checked as Binance checks it.
struct KlineQuery: Equatable, Sendable {
  let symbol: String
  let interval: Interval
  /// Open times in milliseconds, both ends inclusive; nil where the request says nothing.
  let start, end: Int64?
  /// 1...1000
  let limit: Int

  init(_ request: Request) throws(BinanceError) {
    let parameters = Parameters(request)
    try parameters.check(["symbol", "interval", "startTime", "endTime", "timeZone", "limit"])
    symbol = try parameters.symbol()
    guard let name = request["interval"] else { throw .missing("interval") }
    guard let interval = Interval(rawValue: name) else { throw .badInterval }
    self.interval = interval
    start = try parameters.time("startTime")
    end = try parameters.time("endTime")
    limit = try parameters.count("limit", default: 500, most: 1000)
    // Only bars of UTC are served.
    guard ["0", "00:00", "+0", "+00:00", nil].contains(request["timeZone"]) else { throw .badValue("timeZone") }
  }
}

extension KlineQuery {
  /// Bars that open in `from ... to`, oldest first.
  static func page(_ symbol: String, _ interval: Interval, from: Int64, to: Int64, limit: Int) throws(BinanceError) -> KlineQuery {
    try KlineQuery(
      Request(
        provider: .binance, path: BinanceEndpoint.klines.rawValue,
        parameters: [
          ("symbol", symbol), ("interval", interval.rawValue), ("startTime", "\(from)"), ("endTime", "\(to)"), ("limit", "\(limit)"),
        ]))
  }
}

/// Reads the parameters of a Binance request.
struct Parameters {
  let request: Request

  init(_ request: Request) { self.request = request }

  /// - Parameter known: what the endpoint reads; anything else, and anything sent twice, is refused.
  func check(_ known: Set<String>) throws(BinanceError) {
    var seen: Set<String> = []
    for (name, value) in request.parameters {
      guard seen.insert(name).inserted else { throw .duplicate(name) }
      if known.contains(name), value.isEmpty { throw .empty(name) }
    }
    let read = seen.intersection(known).count
    guard read == seen.count else { throw .unread(read: read, sent: seen.count) }
  }

  func symbol() throws(BinanceError) -> String {
    guard let symbol = request["symbol"] else { throw .missing("symbol") }
    return try Parameters.legal(symbol, in: "symbol")
  }

  /// The symbols of `symbol` or `symbols`; nil when neither was sent.
  func symbols() throws(BinanceError) -> [String]? {
    if request["symbol"] != nil, request["symbols"] != nil { throw .badCombination }
    if request["symbol"] != nil { return [try symbol()] }
    guard let list = request["symbols"] else { return nil }
    let names = try Parameters.list(list)
    guard Set(names).count == names.count else { throw .duplicateSymbols }
    return names
  }

  /// Reads `["BTCUSDT","ETHUSDT"]`.
  private static func list(_ text: String) throws(BinanceError) -> [String] {
    let text = text.filter { $0 != " " }
    guard text.hasPrefix("[\""), text.hasSuffix("\"]"), text.count > 4 else {
      throw .illegalCharacters("symbols", range: "^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$")
    }
    var names: [String] = []
    for name in text.dropFirst(2).dropLast(2).split(separator: "\",\"", omittingEmptySubsequences: false) {
      names.append(try legal(String(name), in: "symbols"))
    }
    return names
  }

  private static func legal(_ symbol: String, in name: String) throws(BinanceError) -> String {
    let legal = symbol.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      default: false
      }
    }
    guard legal, (1...20).contains(symbol.utf8.count) else { throw .illegalCharacters(name, range: "^[A-Z0-9-_.]{1,20}$") }
    return symbol
  }

  /// Milliseconds; microseconds are taken too, told by their size.
  func time(_ name: String) throws(BinanceError) -> Int64? {
    guard let number = try digits(name) else { return nil }
    return number >= 100_000_000_000_000 ? number / 1000 : number
  }

  /// More than `most` is taken as `most`.
  func count(_ name: String, default usual: Int, most: Int) throws(BinanceError) -> Int {
    guard let number = try digits(name) else { return usual }
    guard number > 0 else { throw .badValue(name) }
    return Int(min(number, Int64(most)))
  }

  private func digits(_ name: String) throws(BinanceError) -> Int64? {
    guard let text = request[name] else { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), text.utf8.count <= 20 else {
      throw .illegalCharacters(name, range: "^[0-9]{1,20}$")
    }
    guard let number = Int64(text) else { throw .badValue(name) }
    return number
  }
}
