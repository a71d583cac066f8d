import MarketData
import Scheduling

/// Reads the body of `exchangeInfo`; keys it does not know are skipped, new ones come every few months.
enum ExchangeInfoReader {
  /// There are some 3,500 pairs.
  static let instrumentsMax = 20_000
  static let limitsMax = 100

  static func read(_ answer: ProviderAnswer) throws(Refusal) -> Reading<ExchangeInfo> {
    if let refusal = BinanceRules.refusal(answer) { throw refusal }
    var (info, hasSymbols) = (ExchangeInfo(), false)
    do {
      try answer.body.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in
        var scanner = JSONScanner(bytes)
        let members = try scanner.members { (scanner, key) throws(JSONError) in
          switch key {
          case "rateLimits": try readRateLimits(&scanner, into: &info)
          case "symbols":
            hasSymbols = true
            try readInstruments(&scanner, into: &info)
          default: return false
          }
          return true
        }
        try scanner.end()
        info.serverTime = members["serverTime"].flatMap { Int64($0) }.flatMap(KlineRow.instant)
      }
    } catch {
      throw Refusal(error, in: answer.body)
    }
    guard hasSymbols else { throw Refusal(.unexpectedShape, "the answer has no member `symbols`") }
    return Reading(value: info, isEmpty: info.instruments.isEmpty && info.problems.isEmpty)
  }

  private static func readRateLimits(_ scanner: inout JSONScanner, into info: inout ExchangeInfo) throws(JSONError) {
    try scanner.enterArray()
    var index = 0
    while try scanner.nextElement() {
      let start = try place(of: &scanner)
      let members = try scanner.members()
      guard index < limitsMax else { throw JSONError(offset: start, fact: .tooManyRows(rowsMax: limitsMax)) }
      if let rule = rule(members) {
        info.rateLimits.append(rule)
      } else {
        try info.problems.add(problem(.missingField("limit"), scanner, start, index), at: start)
      }
      index += 1
    }
  }

  private static func rule(_ members: [String: String]) -> ExchangeInfo.RateLimitRule? {
    guard let kind = members["rateLimitType"], let limit = members["limit"].flatMap({ Int($0) }), limit > 0,
      let count = members["intervalNum"].flatMap({ Int($0) }), (1...1_000_000).contains(count)
    else { return nil }
    let unit: Duration
    switch members["interval"] {
    case "SECOND": unit = .seconds(1)
    case "MINUTE": unit = .minutes(1)
    case "HOUR": unit = .hours(1)
    case "DAY": unit = .days(1)
    default: return nil
    }
    return ExchangeInfo.RateLimitRule(kind: kind, limit: limit, per: unit * count)
  }

  private static func readInstruments(_ scanner: inout JSONScanner, into info: inout ExchangeInfo) throws(JSONError) {
    try scanner.enterArray()
    var index = 0
    while try scanner.nextElement() {
      let start = try place(of: &scanner)
      guard index < instrumentsMax else { throw JSONError(offset: start, fact: .tooManyRows(rowsMax: instrumentsMax)) }
      switch try instrument(&scanner) {
      case .success(let instrument): info.instruments.append(instrument)
      case .failure(let reason): try info.problems.add(problem(reason, scanner, start, index), at: start)
      }
      index += 1
    }
  }

  private static func instrument(_ scanner: inout JSONScanner) throws(JSONError) -> Result<Instrument, RowProblem.Reason> {
    guard try scanner.kind() == .object else {
      try scanner.skipValue()
      return .failure(.notARow)
    }
    var steps = Steps()
    let members = try scanner.members { (scanner, key) throws(JSONError) in
      guard key == "filters", try scanner.kind() == .array else { return false }
      try steps.read(&scanner)
      return true
    }
    for field in ["symbol", "baseAsset", "quoteAsset", "status"] where members[field] == nil {
      return .failure(.missingField(field))
    }
    // `try?`: the only reason to fail is a name that is no symbol, and that is what is reported.
    guard let symbol = try? Symbol(members["symbol"]!) else { return .failure(.notASymbol) }
    if let field = steps.unreadable { return .failure(.notANumber(field: field)) }
    return .success(
      Instrument(
        symbol: symbol, base: members["baseAsset"]!, quote: members["quoteAsset"]!, status: members["status"]!,
        tickSize: steps.tickSize, lotStep: steps.lotStep))
  }

  /// The two filters that matter here.
  private struct Steps {
    var tickSize: ExactDecimal?
    var lotStep: ExactDecimal?
    var unreadable: String?

    mutating func read(_ scanner: inout JSONScanner) throws(JSONError) {
      try scanner.enterArray()
      while try scanner.nextElement() {
        guard try scanner.kind() == .object else {
          try scanner.skipValue()
          continue
        }
        let filter = try scanner.members()
        switch filter["filterType"] {
        case "PRICE_FILTER": tickSize = decimal("tickSize", of: filter)
        case "LOT_SIZE": lotStep = decimal("stepSize", of: filter)
        default: break
        }
      }
    }

    private mutating func decimal(_ field: String, of filter: [String: String]) -> ExactDecimal? {
      guard let text = filter[field] else { return nil }
      guard let decimal = ExactDecimal(text) else {
        unreadable = field
        return nil
      }
      return decimal
    }
  }

  private static func place(of scanner: inout JSONScanner) throws(JSONError) -> Int {
    scanner.skipBlanks()
    return scanner.offset
  }

  private static func problem(_ reason: RowProblem.Reason, _ scanner: JSONScanner, _ start: Int, _ index: Int) -> RowProblem {
    let end = min(scanner.offset, start + RowProblem.textBytesMax)
    return RowProblem(index: index, openTime: nil, reason: reason, text: scanner.source(start..<end))
  }
}
