import Foundation
import FoundationNetworking
import Scheduling
import Testing

@testable import Sandbox

@Suite struct `A sandbox server` {
  @Test func `answers both providers on the loopback, packed when the client can unpack`() async throws {
    let sandbox = try await Running(configuration("2024-06-01"))
    let klines = try await sandbox.get("binance/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=1000")
    #expect(klines.status == 200)
    #expect(klines.header("Content-Type") == "application/json;charset=UTF-8")
    #expect(klines.header("X-MBX-USED-WEIGHT-1M") == "2")
    #expect(klines.header("Content-Encoding") == "gzip")
    #expect(try JSONDecoder().decode([Kline].self, from: klines.body).count == 1000)
    let daily = try await sandbox.get("alphavantage/query?function=TIME_SERIES_DAILY&symbol=IBM&datatype=csv&apikey=k")
    #expect(daily.header("Content-Type") == "application/x-download")
    #expect(try await sandbox.get("elsewhere/api").status == 404)
    await sandbox.stop()
  }

  @Test func `turns those who go on after a 429 away with a 418, whatever they ask`() async throws {
    var strict = configuration("2024-06-01")
    strict.requestWeightPerMinute = 4
    let sandbox = try await Running(strict)
    let path = "binance/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=1"
    for _ in 0..<2 { #expect(try await sandbox.get(path).status == 200) }
    for _ in 0...5 {
      let refusal = try await sandbox.get(path)
      #expect(refusal.status == 429)
      #expect(refusal.header("Retry-After") == "60")
      #expect(refusal.text.hasPrefix("{\"code\":-1003,"))
    }
    for ask in [path, "binance/api/v3/ping"] {
      let ban = try await sandbox.get(ask)
      #expect(ban.status == 418)
      #expect(ban.header("Retry-After") == "120")
      #expect(ban.text.contains("IP banned until 1717200120000."))
    }
    sandbox.clock.advance(.minutes(2))
    #expect(try await sandbox.get("binance/api/v3/ping").status == 200)
    await sandbox.stop()
  }

  @Test func `keeps Alpha Vantage's second and day, the day also over a restart`() async throws {
    let ledger = temporary("ledger.jsonl")
    defer { remove(ledger) }
    var frugal = configuration("2024-06-01T12:00:00Z")
    frugal.alphaVantageRequestsPerDay = 2
    frugal.ledgerPath = ledger
    let path = "alphavantage/query?function=TIME_SERIES_DAILY&symbol=IBM&apikey=secret"
    let first = try await Running(frugal)
    #expect(try await first.get("alphavantage/query?function=TIME_SERIES_DAILY&symbol=IBM").text.contains("apikey is invalid or missing"))
    #expect(try await first.get(path).text.contains("Meta Data"))
    #expect(try await first.get(path).text.contains("1 request per second"))
    await first.stop()
    // A killed process may leave half a line.
    let torn = try #require(FileHandle(forWritingAtPath: ledger))
    try torn.seekToEnd()
    try torn.write(contentsOf: Data("{\"at\":\"2024-06-01T12".utf8))
    try torn.close()
    let second = try await Running(frugal)
    #expect(try await second.get(path).text.contains("Meta Data"))
    second.clock.advance(.seconds(2))
    #expect(try await second.get(path).text.contains("rate limit is 25 requests per day"))
    second.clock.advance(.hours(16))
    #expect(try await second.get(path).text.contains("Meta Data"))
    await second.stop()
    let text = try String(contentsOfFile: ledger, encoding: .utf8)
    #expect(!text.contains("secret"))
    let lines = text.split(separator: "\n")
    #expect(lines.count == 7)
    #expect(
      lines[1].hasPrefix(
        #"{"at":"2024-06-01T12:00:00Z","provider":"alphavantage","path":"/query","query":"function=TIME_SERIES_DAILY&symbol=IBM"#
          + #"&apikey=redacted","status":200,"weight":1,"bytes":"#))
    #expect(lines.filter { $0.contains(#""weight":1,"#) }.count == 3)
  }

  @Test func `spoils the answers that it is told to spoil`() async throws {
    var spoiled = configuration("2024-06-01")
    spoiled.faults = [
      FaultRule(path: "/api/v3/ping", nth: 2, answer: .html200), FaultRule(path: "/api/v3/time", answer: .status500),
      FaultRule(symbol: "BTCUSDT", answer: .halfBody), FaultRule(symbol: "ETHUSDT", times: 0, answer: .refuse),
      FaultRule(symbol: "ADAUSDT", answer: .otherSymbol), FaultRule(symbol: "LTCUSDT", answer: .emptyBody),
      FaultRule(path: "TIME_SERIES_DAILY", answer: .status429WithoutRetryAfter),
    ]
    let sandbox = try await Running(spoiled)
    func klines(_ symbol: String) -> String { "binance/api/v3/klines?symbol=\(symbol)&interval=1d&limit=9" }
    #expect(try await sandbox.get("binance/api/v3/ping").text == "{}")
    #expect(try await sandbox.get("binance/api/v3/ping").text.hasPrefix("<!DOCTYPE html>"))
    #expect(try await sandbox.get("binance/api/v3/ping").text == "{}")
    #expect(try await sandbox.get("binance/api/v3/time").status == 500)
    await #expect(throws: URLError.self) { try await sandbox.get(klines("BTCUSDT")) }
    for _ in 0..<2 { await #expect(throws: URLError.self) { try await sandbox.get(klines("ETHUSDT")) } }
    let right = try await sandbox.get(klines("BTCUSDT")).text
    #expect(try await sandbox.get(klines("ADAUSDT")).text == right)
    #expect(try await sandbox.get(klines("ADAUSDT")).text != right)
    #expect(try await sandbox.get(klines("LTCUSDT")).body.isEmpty)
    let limited = try await sandbox.get("alphavantage/query?function=TIME_SERIES_DAILY&symbol=IBM&apikey=k")
    #expect(limited.status == 429 && limited.header("Retry-After") == nil)
    await sandbox.stop()
  }

  @Test func `says at once that another listens on its port`() async throws {
    let first = SandboxServer(configuration: configuration("2024-06-01"))
    let port = try await first.start().port
    var taken = configuration("2024-06-01")
    taken.port = port
    let second = SandboxServer(configuration: taken)
    // What the system says, not that the waiting took too long.
    await #expect(throws: SandboxError.cannotListen(port: port, reason: "Address already in use")) { try await second.start() }
    await first.stop()
  }

  @Test func `starts once`() async throws {
    let server = SandboxServer(configuration: configuration("2024-06-01"))
    _ = try await server.start()
    await #expect(throws: SandboxError.alreadyStarted) { try await server.start() }
    await server.stop()
  }
}

@Suite struct `Faults in a file` {
  @Test func `are read with what is left out matching everything`() throws {
    let path = temporary("faults.json")
    defer { remove(path) }
    try Data(#"[{"provider":"binance","symbol":"BTCUSDT","nth":2,"times":3,"answer":"slowDrip"},{"answer":"refuse"}]"#.utf8)
      .write(to: URL(filePath: path))
    #expect(
      try FaultRule.load(path: path) == [
        FaultRule(provider: "binance", symbol: "BTCUSDT", nth: 2, times: 3, answer: .slowDrip), FaultRule(answer: .refuse),
      ])
  }

  @Test(arguments: [#"[{"answer":"explode"}]"#, #"[{"answr":"refuse","answer":"refuse"}]"#, "{}", "["])
  func `are refused when a word is unknown`(text: String) throws {
    let path = temporary("faults.json")
    defer { remove(path) }
    try Data(text.utf8).write(to: URL(filePath: path))
    #expect(throws: SandboxError.self) { try FaultRule.load(path: path) }
  }
}

@Suite struct `The sandbox's clock` {
  @Test func `starts where it is told and waits less than the wall does`() async throws {
    let start = Instant(iso8601: "2018-11-10")!
    let clock = SandboxClock(startingAt: start, scale: 100_000)
    #expect(clock.now() >= start)
    try await clock.sleep(until: start + .minutes(10))
    #expect(clock.now() >= start + .minutes(10))
  }
}

/// A server that was started, and a client for it.
private struct Running {
  let server: SandboxServer
  let clock: HandClock
  private let base: String
  private let session: URLSession

  init(_ configuration: SandboxConfiguration) async throws {
    clock = HandClock(configuration.logicalDate.description)
    var own = configuration
    own.clock = clock
    server = SandboxServer(configuration: own)
    base = "http://127.0.0.1:\(try await server.start().port)/"
    session = URLSession(configuration: .ephemeral)
  }

  struct Response {
    let status: Int
    let headers: [AnyHashable: Any]
    let body: Data
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
      headers.first { ($0.key as? String)?.lowercased() == name.lowercased() }?.value as? String
    }
  }

  func get(_ path: String) async throws -> Response {
    let (body, response) = try await session.data(from: URL(string: base + path)!)
    let http = try #require(response as? HTTPURLResponse)
    return Response(status: http.statusCode, headers: http.allHeaderFields, body: body)
  }

  func stop() async {
    session.invalidateAndCancel()
    await server.stop()
  }
}

private func temporary(_ name: String) -> String {
  FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString)-\(name)").path()
}

private func remove(_ path: String) {
  // A file that a failed test did not make needs no removal.
  try? FileManager.default.removeItem(atPath: path)
}
