import Foundation
import MarketData
import Providers
import Scheduling
import Storage
import Transport

/// One of the processes that share an address: asks for tickers and descriptions as fast as the limiter lets it, through the same
/// client, limiter and ledger as a run does.
struct Client {
  let orders: Orders

  /// What the referee tells a client, as the words of its command line.
  struct Orders {
    var requests: Int
    var warehouse: String
    var url: String
    var log: String
    var start: Int64
    var origin: UInt64
    var scale: Double
    var capacity: Int

    var words: [String] {
      ["client", "\(requests)", warehouse, url, log, "\(start)", "\(origin)", "\(scale)", "\(capacity)"]
    }

    init(requests: Int, warehouse: String, url: String, log: String, clock: ScaledClock, capacity: Int) {
      (self.requests, self.warehouse, self.url, self.log) = (requests, warehouse, url, log)
      (start, origin, scale, self.capacity) = (clock.start.milliseconds, clock.origin, clock.scale, capacity)
    }

    init?(_ words: [String]) {
      guard words.count == 9, words[0] == "client", let requests = Int(words[1]), let start = Int64(words[5]),
        let origin = UInt64(words[6]), let scale = Double(words[7]), let capacity = Int(words[8])
      else { return nil }
      (self.requests, warehouse, url, log) = (requests, words[2], words[3], words[4])
      (self.start, self.origin, self.scale, self.capacity) = (start, origin, scale, capacity)
    }
  }

  /// Requests under way at once, in this process.
  private static let concurrency = 8

  func run() async throws {
    let clock = ScaledClock(start: Instant(milliseconds: orders.start), origin: orders.origin, scale: orders.scale)
    let log = try EventLog(orders.log)
    let limits = [
      try RateLimit(name: "weight per minute", capacity: orders.capacity, unit: .weight, window: .fixed(.minutes(1)), isReported: true),
      try RateLimit(
        name: "weight in any minute", capacity: orders.capacity, unit: .weight, window: .rolling(.minutes(1)), isReported: true),
    ]
    // The longest a request may take is real time; its lease is told in the time of the limits.
    let timeout = Duration.seconds(10)
    let limiter = Watched(
      StoredRequestLimiter(
        limits: ["binance": limits], leases: ["binance": .seconds(timeout.inSeconds * orders.scale)],
        store: try LedgerFile(orders.warehouse), time: clock), clock: clock, log: log)
    let http = CurlHTTPClient(userAgent: "limits", transfersPerHostMax: Client.concurrency)
    defer { http.shutdown() }
    let settings = try ProviderSettings(name: "binance", baseURL: orders.url, usageHeader: Binance.usageHeader, timeout: timeout)
    let binance = Binance(ProviderClient(settings: settings, http: http, limiter: limiter, archive: NoArchive(), time: clock))
    let work = Work(orders.requests)
    let symbol = try Symbol("BTCUSDT")
    await withTaskGroup { group in
      for _ in 0..<Client.concurrency {
        group.addTask {
          while let number = await work.next() {
            do {
              let (now, latest) = (clock.now(), clock.now() + .days(2))
              // One request in twenty-five weighs twenty, the others two.
              if number % 25 == 0 {
                _ = try await binance.exchangeInfo(for: [symbol], logicalDate: now, latest: latest)
              } else {
                _ = try await binance.ticker24hr([symbol], logicalDate: now, latest: latest)
              }
            } catch {
              log.write("failed \(error)")
            }
          }
        }
      }
    }
  }
}

/// How many requests are still to be made.
private actor Work {
  private var left: Int
  init(_ count: Int) { left = count }

  func next() -> Int? {
    guard left > 0 else { return nil }
    left -= 1
    return left
  }
}

/// Keeps nothing: every request goes out.
private struct NoArchive: ResponseArchive {
  func answered(_ key: RequestKey) -> [UInt8]? { nil }
  func land(_ response: HTTPResponse, for key: RequestKey) -> LandedResponse { LandedResponse(hash: "", key: key, status: response.status) }
  func judge(_ landed: LandedResponse, as answer: AnswerClass) {}
}

/// Writes down what a limiter lets through, and what it is told.
private struct Watched: RequestLimiter {
  private let limiter: StoredRequestLimiter
  private let clock: ScaledClock
  private let log: EventLog

  init(_ limiter: StoredRequestLimiter, clock: ScaledClock, log: EventLog) {
    (self.limiter, self.clock, self.log) = (limiter, clock, log)
  }

  func reserve(weight: Int, for provider: String, latest: Instant?) async throws -> RateReservation {
    let reservation = try await limiter.reserve(weight: weight, for: provider, latest: latest)
    log.write("reserved \(reservation.instant.milliseconds) \(weight)")
    return reservation
  }

  func settle(_ reservation: RateReservation, serverUsage: Int?, host: HostHealth) async throws {
    try await limiter.settle(reservation, serverUsage: serverUsage, host: host)
  }

  func pause(_ provider: String, until end: Instant, reason: String) async throws {
    try await limiter.pause(provider, until: end, reason: reason)
    log.write("paused \(clock.now().milliseconds) \(end.milliseconds) \(reason)")
  }
}

/// A file of lines; a killed process leaves at most its last one torn.
final class EventLog: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Trouble("\(path) cannot be written: \(String(cString: strerror(errno)))") }
  }

  func write(_ line: String) {
    let bytes = Array((line.replacing("\n", with: " ") + "\n").utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}

struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
