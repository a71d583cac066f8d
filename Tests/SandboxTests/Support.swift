import Foundation
import Scheduling

@testable import Sandbox

/// A clock that moves only when it is told.
final class HandClock: TimeSource, @unchecked Sendable {
  private let lock = NSLock()
  private var instant: Instant

  init(_ text: String) { instant = Instant(iso8601: text)! }

  func now() -> Instant { lock.withLock { instant } }
  func sleep(until instant: Instant) async throws {}
  func advance(_ duration: Duration) { lock.withLock { instant = instant + duration } }
}

func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path()
}

func configuration(_ date: String, recorded: String? = nil) -> SandboxConfiguration {
  var result = SandboxConfiguration(logicalDate: Instant(iso8601: date)!, clock: HandClock(date))
  if let recorded { result.data = .recorded(directory: recorded) }
  return result
}

/// `"symbol=BTCUSDT&interval=1h"` at a path of Binance.
func binance(_ path: String, _ query: String = "") -> Request { request(.binance, "/api/v3/" + path, query) }

func alphaVantage(_ query: String) -> Request { request(.alphavantage, "/query", query) }

func archive(_ key: String) -> Request { request(.archive, "/" + key, "") }

func listing(_ query: String) -> Request { request(.listing, "/", query) }

private func request(_ provider: Request.Provider, _ path: String, _ query: String) -> Request {
  let parameters = query.split(separator: "&").map { pair in
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
  }
  return Request(provider: provider, path: path, parameters: parameters)
}

extension SandboxConfiguration {
  /// The answer to a request at the logical date, before limits.
  func answer(_ request: Request, at now: Instant? = nil) async throws -> Answer {
    try await Desk(self).answer(request, at: now ?? logicalDate)
  }

  func text(_ request: Request, at now: Instant? = nil) async throws -> String {
    String(decoding: try await answer(request, at: now).body, as: UTF8.self)
  }

  func klines(_ query: String, at now: Instant? = nil) async throws -> [Kline] {
    try JSONDecoder().decode([Kline].self, from: Data(try await answer(binance("klines", query), at: now).body))
  }
}

/// A row of a klines answer, read as the documents describe it.
struct Kline: Decodable, Equatable {
  let openTime, closeTime: Int64
  let open, high, low, close, volume, quoteVolume, takerVolume, takerQuoteVolume: String
  let trades: Int

  init(from decoder: any Decoder) throws {
    var row = try decoder.unkeyedContainer()
    openTime = try row.decode(Int64.self)
    open = try row.decode(String.self)
    high = try row.decode(String.self)
    low = try row.decode(String.self)
    close = try row.decode(String.self)
    volume = try row.decode(String.self)
    closeTime = try row.decode(Int64.self)
    quoteVolume = try row.decode(String.self)
    trades = try row.decode(Int.self)
    takerVolume = try row.decode(String.self)
    takerQuoteVolume = try row.decode(String.self)
    _ = try row.decode(String.self)
  }

  func value(_ field: KeyPath<Kline, String>) -> Decimal { Decimal(string: self[keyPath: field])! }
}
