import Foundation
import Sandbox
import Scheduling
import Storage
import Transport

/// One server, two clients, and what becomes of them.
struct Trial {
  let folder: String
  /// Of both clients together.
  let requests: Int
  /// How often one of them is killed in the middle of its work, and another one goes on.
  let kills: Int
  /// How often somebody else gets the address banned.
  let bans: Int

  private static let capacity = 6000
  /// Seconds of the limits in a real second.
  private static let scale = 10.0

  /// - Returns: whether everything held.
  func run() async throws -> Bool {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let clock = ScaledClock(start: Instant(iso8601: "2026-01-15T07:00:00Z")!, origin: ScaledClock.monotonic, scale: Trial.scale)
    try makeWarehouse()
    var settings = SandboxConfiguration(logicalDate: clock.start, clock: clock)
    settings.ledgerPath = "\(folder)/requests.jsonl"
    settings.requestWeightPerMinute = Trial.capacity
    let server = SandboxServer(configuration: settings)
    let address = try await server.start()
    let logs = (0..<2).map { "\(folder)/client-\($0).log" }
    let intruder = Task { try await intrude(address.binanceBaseURL, clock) }
    try await withThrowingTaskGroup { group in
      for (index, log) in logs.enumerated() {
        let orders = Client.Orders(
          requests: requests / 2, warehouse: "\(folder)/jobs.sqlite", url: address.binanceBaseURL, log: log, clock: clock,
          capacity: Trial.capacity)
        group.addTask { try await carryOut(orders, kills: index == 0 ? kills : 0) }
      }
      try await group.waitForAll()
    }
    intruder.cancel()
    await server.stop()
    return report(try Arrival.read(settings.ledgerPath!), try ClientEvents(logs))
  }

  private func makeWarehouse() throws {
    let lock = try RunLock(at: "\(folder)/run.lock", purpose: "limits")
    try Warehouse(writingTo: "\(folder)/jobs.sqlite", lock: lock).close()
  }

  /// Runs a client to its end; when it is killed on the way, another one does the rest.
  private func carryOut(_ orders: Client.Orders, kills: Int) async throws {
    var (orders, left) = (orders, kills)
    let all = orders.requests
    while true {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments = orders.words
      let ended = AsyncStream<Void>.makeStream()
      process.terminationHandler = { _ in ended.continuation.finish() }
      try process.run()
      if left > 0 {
        let mark = all - all * left / (kills + 1)
        while process.isRunning, try done(orders.log) < mark { try await Task.sleep(for: .milliseconds(50)) }
        kill(process.processIdentifier, SIGKILL)
      }
      for await _ in ended.stream {}
      guard process.terminationReason == .uncaughtSignal, left > 0 else {
        guard process.terminationStatus == 0 else { throw Trouble("a client ended with \(process.terminationStatus)") }
        return
      }
      left -= 1
      orders.requests = max(1, all - (try done(orders.log)))
    }
  }

  private func done(_ log: String) throws -> Int {
    guard let data = FileManager.default.contents(atPath: log) else { return 0 }
    return data.split(separator: UInt8(ascii: "\n")).count { $0.starts(with: "reserved ".utf8) }
  }

  /// Another program behind the same address, which listens to nobody until it is banned.
  private func intrude(_ url: String, _ clock: ScaledClock) async throws {
    let http = CurlHTTPClient(userAgent: "intruder")
    defer { http.shutdown() }
    for number in 0..<bans {
      // A minute of peace after the ban before, which lasts 2, 4, 8 minutes.
      try await clock.sleep(until: clock.now() + .minutes(number == 0 ? 1 : 1 + (1 << number)))
      var isBanned = false
      while !isBanned {
        try Task.checkCancellation()
        isBanned = try await http.send(HTTPRequest(url: url + "/api/v3/depth?symbol=ETHUSDT&limit=5000")).status == 418
      }
    }
  }

  private func report(_ arrivals: [Arrival], _ events: ClientEvents) -> Bool {
    let ours = arrivals.filter(\.isOurs)
    let judgement = Judgement(ours, capacity: Trial.capacity)
    var lines = [
      "\(judgement.requests) requests of two processes, weight \(judgement.weight), in \(String(format: "%.1f", judgement.minutes)) minutes "
        + "(\(Int(Trial.scale)) times as fast as real ones)"
    ]
    let isSound: Bool
    if bans == 0 {
      lines += [
        "one process killed \(kills) times; refused by the server: \(judgement.refused)",
        "most weight in a minute on the clock: \(judgement.mostInMinute), in any minute: \(judgement.mostInAnyMinute), of \(Trial.capacity)",
        "over the limit on the clock: \(judgement.overMinute), in any minute: \(judgement.overAnyMinute)",
        String(format: "used of what is allowed in the whole minutes: %.1f %%", judgement.share * 100),
      ]
      isSound = judgement.overMinute + judgement.overAnyMinute + judgement.refused == 0 && judgement.share >= 0.95
    } else {
      lines += [
        "bans that an intruder brought: \(events.bans)",
        "on their way when the first refusal of a silence came, and refused too: \(judgement.refused)",
        "let through when a silence was known: \(events.duringSilence)",
      ]
      isSound = events.duringSilence == 0 && events.bans >= bans
    }
    if let failure = events.failures.first { lines.append("failed: \(events.failures.count), the first: \(failure)") }
    lines.append(isSound ? "held" : "NOT HELD")
    print(lines.joined(separator: "\n") + "\n")
    return isSound
  }
}
