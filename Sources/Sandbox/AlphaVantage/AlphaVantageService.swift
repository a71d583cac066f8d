import Scheduling

/// Answers Alpha Vantage's requests out of a market, with status 200 whatever happens.
struct AlphaVantageService: Sendable {
  let market: any EquityMarket
  let plan: SandboxConfiguration.Plan
  /// Of the pairs of currencies.
  let seed: UInt64

  func answer(_ request: Request, now: Instant) async -> Answer {
    guard request.path == "/query" else { return Answer(status: 404, contentType: "text/html", body: Array("Not Found".utf8)) }
    let function = request["function"] ?? ""
    switch function {
    case "TIME_SERIES_DAILY": return await daily(request, function, adjusted: false, now: now)
    case "TIME_SERIES_DAILY_ADJUSTED": return await daily(request, function, adjusted: true, now: now)
    case "GLOBAL_QUOTE": return await quote(request, now: now)
    default:
      do {
        if let answer = try await series(request, function, now: now) { return answer }
        return try await reference(request, function, now: now) ?? AlphaVantageRefusal.unknownFunction(function).answer
      } catch {
        return failure(error)
      }
    }
  }

  private func daily(_ request: Request, _ function: String, adjusted: Bool, now: Instant) async -> Answer {
    let (size, type) = (request["outputsize"] ?? "compact", request["datatype"] ?? "json")
    guard ["compact", "full"].contains(size), ["json", "csv"].contains(type), let symbol = request["symbol"], !symbol.isEmpty else {
      return AlphaVantageRefusal.invalidCall(function).answer
    }
    if plan == .free, adjusted || size == "full" { return AlphaVantageRefusal.premium.answer }
    do {
      guard let source = try await market.rows(symbol, now: now), !source.rows.isEmpty else {
        return AlphaVantageRefusal.invalidCall(function).answer
      }
      let rows = size == "full" ? source.rows[...] : source.rows.prefix(100)
      if type == "csv" { return csv(EquityWriter.csv(source, rows, adjusted: adjusted), function, symbol) }
      return Answer(contentType: "application/json", body: EquityWriter.json(source, rows, adjusted: adjusted, full: size == "full"))
    } catch {
      return failure(error)
    }
  }

  private func csv(_ body: [UInt8], _ function: String, _ symbol: String) -> Answer {
    let name = function.hasSuffix("ADJUSTED") ? "daily_adjusted" : "daily"
    return Answer(
      contentType: "application/x-download", headers: [("Content-Disposition", "attachment; filename=\(name)_\(symbol).csv")], body: body)
  }

  private func quote(_ request: Request, now: Instant) async -> Answer {
    do {
      guard let symbol = request["symbol"], let source = try await market.rows(symbol, now: now), let last = source.rows.first else {
        return Answer(contentType: "application/json", body: Array("{\n    \"Global Quote\": {}\n}".utf8))
      }
      return Answer(contentType: "application/json", body: QuoteWriter.json(source, last, before: source.rows.dropFirst().first))
    } catch {
      return failure(error)
    }
  }

  /// The sandbox's own failure, which the provider has no words for.
  private func failure(_ defect: RecordedDefect) -> Answer {
    Answer(status: 500, contentType: "text/plain", body: Array("sandbox: \(defect)".utf8))
  }
}

/// What Alpha Vantage says instead of data.
enum AlphaVantageRefusal: Equatable {
  case dayUsedUp
  case tooFast
  case premium
  case invalidCall(String)
  case unknownFunction(String)
  case badKey

  private static let premiumPage = "https://www.alphavantage.co/premium/"

  var answer: Answer {
    let (key, text): (String, String)
    switch self {
    case .dayUsedUp:
      key = "Information"
      text =
        "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium "
        + "plans at \(Self.premiumPage) to instantly remove all daily rate limits."
    case .tooFast:
      key = "Information"
      text =
        "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). "
        + "You may subscribe to any of the premium plans at \(Self.premiumPage) to lift the free key rate limit (25 requests per day), "
        + "raise the per-second burst limit, and instantly unlock all premium endpoints"
    case .premium:
      key = "Information"
      text =
        "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at "
        + "\(Self.premiumPage) to instantly unlock all premium endpoints"
    case .invalidCall(let function):
      key = "Error Message"
      text =
        "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for \(clean(function))."
    case .unknownFunction(let function):
      key = "Error Message"
      text = "This API function (\(clean(function))) does not exist."
    case .badKey:
      key = "Error Message"
      text =
        "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). "
        + "It should take less than 20 seconds."
    }
    return Answer(contentType: "application/json", body: Array("{\n    \"\(key)\": \"\(text)\"\n}".utf8))
  }

  /// Only what a function's name is made of, so that the answer stays JSON.
  private func clean(_ name: String) -> String { name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } }
}
