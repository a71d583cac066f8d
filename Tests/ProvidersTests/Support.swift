import Foundation
import MarketData
import Scheduling
import Transport

@testable import Providers

enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
}

func instant(_ text: String) -> Instant { Instant(iso8601: text)! }

extension Symbol {
  /// A symbol that a test spells right.
  static func named(_ name: String) -> Symbol {
    do {
      return try Symbol(name)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

/// A clock that moves only when somebody sleeps on it or sets it.
final class TestTime: TimeSource, @unchecked Sendable {
  private let lock = NSLock()
  private var current: Instant

  init(_ text: String) { current = instant(text) }

  func now() -> Instant { lock.withLock { current } }

  func sleep(until instant: Instant) async throws { lock.withLock { current = max(current, instant) } }
}

/// What a test limiter saw, in order.
enum LimiterEvent: Equatable, CustomStringConvertible {
  case reserved(Int)
  case settled(Int?)
  case paused(Instant, String)

  var description: String {
    switch self {
    case .reserved(let weight): "reserved \(weight)"
    case .settled(let usage): "settled \(usage.map(String.init) ?? "-")"
    case .paused(let end, let reason): "paused until \(end): \(reason)"
    }
  }
}

/// Lets everything go, except during a pause, which it waits out on the test's clock.
actor TestLimiter: RequestLimiter {
  private let time: TestTime
  private var pausedUntil: Instant?
  private(set) var events: [LimiterEvent] = []

  init(_ time: TestTime) { self.time = time }

  func reserve(weight: Int, for provider: String, latest: Instant?) async throws -> RateReservation {
    if let end = pausedUntil, end > time.now() {
      if let latest, end > latest { throw LimiterRefusal(provider: provider, reason: "paused", availableAt: end) }
      try await time.sleep(until: end)
    }
    events.append(.reserved(weight))
    return RateReservation(provider: provider, weight: weight, instant: time.now())
  }

  func settle(_ reservation: RateReservation, serverUsage: Int?, host: HostHealth) { events.append(.settled(serverUsage)) }

  func pause(_ provider: String, until end: Instant, reason: String) {
    pausedUntil = max(pausedUntil ?? end, end)
    events.append(.paused(end, reason))
  }

  var log: [String] { events.map(\.description) }
}

/// A network that answers by a function of the request.
actor TestHTTP: HTTPClient {
  typealias Answer = @Sendable (HTTPRequest, Int) -> Result<HTTPResponse, TransportError>

  private let answer: Answer
  private(set) var requests: [HTTPRequest] = []

  init(_ answer: @escaping Answer) { self.answer = answer }

  /// The same answer to everything.
  init(status: Int = 200, headers: [HTTPHeader] = [], _ body: [UInt8]) {
    answer = { _, _ in .success(HTTPResponse(status: status, headers: headers, body: body)) }
  }

  /// One answer after the other; the last one goes on.
  init(sequence: [String]) {
    answer = { _, index in .success(HTTPResponse(status: 200, body: Array(sequence[min(index, sequence.count - 1)].utf8))) }
  }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    requests.append(request)
    return try answer(request, requests.count - 1).get()
  }

  var urls: [String] { requests.map(\.url) }
}

/// A provider's surroundings, ready to be looked into.
struct Desk {
  let time: TestTime
  let limiter: TestLimiter
  let archive: InMemoryResponseArchive
  let http: TestHTTP

  init(_ http: TestHTTP, now: String = "2026-01-15T07:00:30Z", archive: InMemoryResponseArchive = InMemoryResponseArchive()) {
    time = TestTime(now)
    limiter = TestLimiter(time)
    (self.http, self.archive) = (http, archive)
  }

  func client(_ settings: ProviderSettings, isOffline: Bool = false) -> ProviderClient {
    ProviderClient(settings: settings, http: http, limiter: limiter, archive: archive, time: time, isOffline: isOffline)
  }

  func binance(isOffline: Bool = false) throws -> Binance {
    Binance(client(try Binance.publicSettings(baseURL: "http://127.0.0.1:8080"), isOffline: isOffline))
  }

  func alphaVantage(
    key: String? = "SECRETKEY1234567", market: AlphaVantage.Market = .shares, form: AlphaVantage.Form = .json,
    strategy: AlphaVantage.Strategy = .auto,
    entitlements: any EntitlementMemory = InMemoryEntitlementMemory(), isOffline: Bool = false
  ) throws -> AlphaVantage {
    let settings = try AlphaVantage.publicSettings(baseURL: "http://127.0.0.1:8081", key: key.map(Secret.init))
    return AlphaVantage(client(settings, isOffline: isOffline), market: market, form: form, strategy: strategy, entitlements: entitlements)
  }
}

/// Pages as they were delivered.
func pages(
  _ provider: some CandleProvider, _ symbol: String, _ interval: Interval, from: String, until: String, latest: Instant? = nil
) async throws -> [CandlePage] {
  var result: [CandlePage] = []
  try await provider.candles(.named(symbol), interval, from: instant(from), until: instant(until), latest: latest) { page in
    result.append(page)
  }
  return result
}

/// The failure that `work` ends with.
func failure(of work: () async throws -> Void) async throws -> ProviderFailure? {
  do {
    try await work()
    return nil
  } catch let failure as ProviderFailure {
    return failure
  }
}

/// Binance's klines as the documentation describes them: `startTime` and `endTime` inclusive, oldest first, at most `limit`.
func klineServer(_ body: [UInt8], limitMax: Int = 1000) throws -> TestHTTP {
  let rows = try (JSONSerialization.jsonObject(with: Data(body)) as! [[Any]]).map { row in
    (open: (row[0] as! NSNumber).int64Value, text: String(decoding: try JSONSerialization.data(withJSONObject: row), as: UTF8.self))
  }
  return TestHTTP { request, _ in
    let query = URLComponents(string: request.url)!.queryItems!.reduce(into: [:]) { $0[$1.name] = $1.value }
    let (start, end) = (Int64(query["startTime"]!)!, Int64(query["endTime"]!)!)
    let page = rows.filter { $0.open >= start && $0.open <= end }.prefix(min(limitMax, Int(query["limit"]!)!))
    let text = "[" + page.map(\.text).joined(separator: ",") + "]"
    return .success(HTTPResponse(status: 200, headers: [HTTPHeader("x-mbx-used-weight-1m", "7")], body: Array(text.utf8)))
  }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
