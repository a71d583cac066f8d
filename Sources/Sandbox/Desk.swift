import FlyingFox
import Foundation
import Scheduling

/// Takes a request from the server, has it admitted, answered, spoiled and written down, and hands the answer back.
struct Desk: Sendable {
  private let clock: any TimeSource
  private let gate: Gate
  private let binance: BinanceService
  private let alphaVantage: AlphaVantageService
  private let archive: ArchiveService
  private let seed: UInt64

  init(_ configuration: SandboxConfiguration) throws(SandboxError) {
    let crypto: any CryptoMarket
    let equities: any EquityMarket
    var shelf: (any ArchiveShelf)?
    switch configuration.data {
    case .synthetic(let seed):
      crypto = SyntheticCryptoMarket(seed: seed, listedGeneratedSymbols: configuration.listedGeneratedSymbols)
      equities = SyntheticEquityMarket(seed: seed, isSession: configuration.isSession)
    case .recorded(let directory):
      let folder = try RecordedFolder(directory)
      crypto = try RecordedCryptoMarket(folder, bound: configuration.logicalDate)
      equities = RecordedEquityMarket(folder, bound: configuration.logicalDate)
      shelf = RecordedArchive(folder)
    }
    let allowance = BinanceLimits.Allowance(
      weightPerMinute: configuration.requestWeightPerMinute ?? crypto.requestWeightPerMinute,
      requestsPerFiveMinutes: configuration.rawRequestsPerFiveMinutes, strikes: configuration.strikesBeforeBan)
    if case .synthetic(let given) = configuration.data { seed = given } else { seed = 1 }
    clock = configuration.clock
    gate = try Gate(configuration, allowance: allowance)
    binance = BinanceService(market: crypto, allowance: allowance)
    alphaVantage = AlphaVantageService(market: equities, plan: configuration.alphaVantagePlan, seed: seed)
    archive = ArchiveService(shelf: shelf ?? MadeArchive(crypto))
  }

  /// Answers one request.
  func respond(to incoming: HTTPRequest) async -> HTTPResponse {
    guard let request = Request(incoming) else { return HTTPResponse(statusCode: .notFound, body: Data("Not Found".utf8)) }
    guard incoming.method == .GET else { return HTTPResponse(statusCode: .methodNotAllowed) }
    let now = clock.now()
    switch await gate.admit(request, at: now) {
    case .refused(let answer):
      return await deliver(answer, to: request, at: now, refused: true)
    case .open(let fault?):
      return await deliver(await spoiled(request, fault, at: now), to: request, at: now, fault: fault)
    case .open(nil):
      return await deliver(await answer(request, at: now), to: request, at: now)
    }
  }

  /// The answer as the provider would give it, before limits and faults.
  func answer(_ request: Request, at now: Instant) async -> Answer {
    switch request.provider {
    case .binance: await binance.answer(request, now: now)
    case .alphavantage: await alphaVantage.answer(request, now: now)
    case .archive: await archive.file(request, now: now)
    case .listing: await archive.listing(request, now: now)
    case .ecb: ReferenceRateService(seed: seed).answer(request, now: now)
    case .sec: CompanyService().answer(request)
    }
  }

  private func spoiled(_ request: Request, _ fault: FaultRule.Kind, at now: Instant) async -> Answer {
    switch fault {
    case .html200:
      return Answer(
        contentType: "text/html", body: Array("<!DOCTYPE html>\n<html><head><title>Please wait</title></head><body></body></html>\n".utf8))
    case .status429WithoutRetryAfter:
      return Answer(status: 429, body: BinanceError.body(code: -1003, message: "Too many requests."))
    case .emptyBody, .refuse:
      return Answer(body: [])
    case .status500:
      return Answer(
        status: 500, body: BinanceError.body(code: -1001, message: "Internal error; unable to process your request. Please try again."))
    case .otherSymbol:
      guard let symbol = request["symbol"] else { return await answer(request, at: now) }
      let isCrypto = request.provider != .alphavantage
      let other = isCrypto ? binance.market.symbol(otherThan: symbol) : alphaVantage.market.symbol(otherThan: symbol)
      return await answer(request.asking(for: other), at: now)
    case .halfBody, .slowDrip:
      return await answer(request, at: now)
    }
  }

  /// Compresses the answer, writes the request down, and gives the server what it sends.
  private func deliver(_ answer: Answer, to request: Request, at now: Instant, refused: Bool = false, fault: FaultRule.Kind? = nil)
    async -> HTTPResponse
  {
    var headers = HTTPHeaders()
    headers[.contentType] = answer.contentType
    headers[.date] = HTTPDate.text(now)
    for (name, value) in answer.headers { headers[HTTPHeader(name)] = value }
    if request.provider == .binance { headers[HTTPHeader("X-MBX-USED-WEIGHT-1M")] = "\(await gate.usedWeight)" }
    var body = answer.body
    if request.acceptsGzip, body.count > Gzip.threshold, answer.contentType != "application/zip", let packed = Gzip.compress(body) {
      body = packed
      headers[.contentEncoding] = "gzip"
    }
    do {
      try await gate.record(request, status: answer.status, refused: refused, bytes: body.count, at: now)
    } catch {
      // An answer that the ledger does not know would be lost from the day's quota.
      return HTTPResponse(statusCode: .internalServerError, body: Data("sandbox: \(error)".utf8))
    }
    return response(answer.status, headers, body, fault)
  }

  private func response(_ status: Int, _ headers: HTTPHeaders, _ body: [UInt8], _ fault: FaultRule.Kind?) -> HTTPResponse {
    let code = HTTPStatusCode(status, phrase: Desk.phrases[status] ?? "")
    let sequence: HTTPBodySequence
    switch fault {
    case .refuse:
      return HTTPResponse(webSocket: Hangup())
    case .halfBody:
      sequence = HTTPBodySequence(from: SpoiledBody(bytes: body, sent: body.count / 2), count: body.count)
    case .slowDrip:
      let drip = (bytes: 10, pause: Duration.seconds(1))
      sequence = HTTPBodySequence(from: SpoiledBody(bytes: body, sent: body.count, drip: drip), count: body.count)
    default:
      sequence = HTTPBodySequence(data: Data(body), suggestedBufferSize: max(4096, body.count))
    }
    return HTTPResponse(statusCode: code, headers: headers, body: sequence)
  }

  private static let phrases = [
    200: "OK", 400: "Bad Request", 404: "Not Found", 418: "I'm a teapot", 429: "Too Many Requests", 500: "Internal Server Error",
  ]
}

/// The one form of date that HTTP sends: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  static func text(_ instant: Instant) -> String {
    let day = instant.utcDay
    let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][day.weekday]
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][day.month - 1]
    let clock = instant.iso8601.dropFirst(11).prefix(8)
    return "\(weekday), \(day.day < 10 ? "0" : "")\(day.day) \(month) \(day.year) \(clock) GMT"
  }
}

extension Request {
  /// - Returns: nil for a path below no provider.
  init?(_ incoming: HTTPRequest) {
    let parts = incoming.path.split(separator: "/", maxSplits: 1)
    guard let first = parts.first, let provider = Provider(rawValue: String(first)) else { return nil }
    self.provider = provider
    path = "/" + (parts.count > 1 ? String(parts[1]) : "")
    parameters = incoming.query.map { ($0.name, $0.value) }
    acceptsGzip = incoming.headers[HTTPHeader("Accept-Encoding")]?.lowercased().contains("gzip") ?? false
  }
}
