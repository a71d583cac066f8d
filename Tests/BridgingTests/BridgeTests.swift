import Foundation
import Scheduling
import Testing
import Transport

@testable import Bridging

/// The bridge at work before a real Redis.
@Suite(.enabled(if: RedisServer.program != nil, RedisServer.absence), .serialized)
struct `A bridge` {
  /// A bridge that works in a task, and what it says.
  final class Work: Sendable {
    let store: MemoryStore
    let sink: MemorySink
    let bridge: Bridge
    private let stopping: AsyncStream<Void>.Continuation
    private let task: Task<Bridge.End, Never>
    private let lock = NSLock()
    nonisolated(unsafe) private var news: [String] = []
    nonisolated(unsafe) private var printed: [String] = []

    init(
      _ port: Int, folder: String, store: MemoryStore = MemoryStore(), sink: MemorySink = MemorySink(), user: String? = nil,
      password: String? = nil, channels: ChannelChoice = ChannelChoice(names: ["orders"], patterns: ["ticker:*"]),
      time: any TimeSource = RealTime(), drainSeconds: Double = 10
    ) throws {
      (self.store, self.sink) = (store, sink)
      let (stop, stopping) = AsyncStream<Void>.makeStream()
      self.stopping = stopping
      let collector = Collector()
      let redis = RedisSettings(
        host: "127.0.0.1", port: port, user: user, password: password.map { Secret($0) }, channels: channels)
      let bridge = try Bridge(
        Bridge.Settings(redis: redis, folder: folder, hasHistory: true), store: store, sink: sink, time: time,
        write: { collector.add(lines: $0) }, say: { collector.add(news: $0.sentence) })
      (self.bridge, self.collector) = (bridge, collector)
      task = Task { await bridge.run(until: stop, drainSeconds: drainSeconds) { _ in } }
    }

    let collector: Collector

    func stop() async -> Bridge.End {
      stopping.yield()
      return await task.value
    }

    func end() async -> Bridge.End { await task.value }

    /// Waits for what must come: the test's own time limit is whoever runs it.
    func until(_ condition: @Sendable () -> Bool) async { while !condition() { await Task.yield() } }

    func connected() async { await until { self.bridge.figures().isConnected } }
  }

  final class Collector: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var newsLines: [String] = []
    nonisolated(unsafe) private var printedLines: [String] = []

    func add(news: String) { lock.withLock { newsLines.append(news) } }
    func add(lines: [String]) { lock.withLock { printedLines += lines } }
    var news: [String] { lock.withLock { newsLines } }
    var printed: [String] { lock.withLock { printedLines } }
  }

  @Test func `keeps, prints and tells what it hears`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path + "/spill")
    await work.connected()
    let bot = try RedisClient(server.port)
    #expect(try bot.publish(#"{"type":"price","timestamp":"1745000000.123","price":101.25,"volume":null,"symbol":"AAPL"}"#) == 1)
    #expect(try bot.publish(order(event: "new", execution: nil, id: "o1", status: "new"), on: "orders") == 1)
    try bot.publish(order(id: "o1"))
    try bot.publish(order(id: "o1"))
    // Told late: the order was filled meanwhile.
    try bot.publish(order(event: "partial_fill", execution: "late", id: "o1", status: "partially_filled"))
    await work.until { work.sink.values.count == 6 }
    let end = await work.stop()
    #expect(end.isAllKept && end.isAllTold && end.refusal == nil)
    #expect(work.store.keys.count == 3 && work.store.state(of: "o1") == "filled")
    let tree = work.sink.values
    #expect(
      tree.keys.sorted().map { $0.replacing(/[0-9a-f]{32}|t\d{13}/, with: "#") } == [
        "tickers/AAPL/price", "tickers/AAPL/prices/#", "tickers/SOLUSD/events/2f63ea93-423d-4169-b3f6-3fdafc10c418",
        "tickers/SOLUSD/events/h#", "tickers/SOLUSD/events/late", "tickers/SOLUSD/orders/o1",
      ])
    #expect(tree["tickers/SOLUSD/orders/o1"]?.contains(#""status":"filled""#) == true)
    #expect(tree["tickers/AAPL/price"]?.contains(#""price":101.25,"#) == true)
    for value in tree.values { _ = try JSONSerialization.jsonObject(with: Data(value.utf8)) }
    #expect(work.store.notes.prices.map(\.price.text) == ["101.25"] && work.store.notes.history.count == 1)
    #expect(work.store.notes.hours.map(\.seen) == [1])
    let figures = end.figures
    #expect(figures.pricesReceived == 1 && figures.ordersReceived == 4 && figures.ordersRepeated == 1 && figures.ordersTold == 3)
    #expect(work.collector.printed.count == 5 && work.collector.printed[0].contains("price AAPL 101.25"))
    #expect(work.collector.printed[2].contains("order SOLUSD fill sell 1790.86 status filled executed 1790.86 at 105.8988475 id o1"))
    // All is kept: nothing is left in the spill.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/spill") == [])
  }

  @Test func `counts what it cannot use, keeps the beginning of it, and goes on`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    let bot = try RedisClient(server.port)
    try bot.publish("{")
    try bot.publish(#"{"type":"trade","symbol":"A"}"#)
    try bot.ask(Array("PUBLISH".utf8), Array("ticker:A".utf8), [0xFF, 0x00, 0x22])
    // Far more than is ever held in memory.
    try bot.ask(Array("PUBLISH".utf8), Array("ticker:A".utf8), [UInt8](repeating: 0x7B, count: 20_000_000))
    try bot.publish(order())
    await work.until { work.store.keys.count == 1 }
    let end = await work.stop()
    #expect(end.figures.rejected == ["malformed": 2, "unknown_type": 1, "too_large": 1])
    #expect(work.store.notes.rejected.map(\.defect.kind) == ["malformed", "unknown_type", "malformed", "too_large"])
    #expect(work.store.notes.rejected[1].text == #"{"type":"trade","symbol":"A"}"#)
    #expect(work.store.notes.gaps == [])
  }

  @Test func `subscribes again within a second when it was cut off, and records the gap`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    let bot = try RedisClient(server.port)
    for round in 1...3 {
      try bot.publish(order(execution: "before \(round)"))
      #expect(try bot.ask("CLIENT", "KILL", "TYPE", "pubsub") == ":1")
      await work.until { work.bridge.figures().gaps == round && work.bridge.figures().isConnected }
    }
    #expect(try bot.publish(order(execution: "after")) == 1)
    await work.until { work.store.keys.count == 4 }
    _ = await work.stop()
    let gaps = work.store.notes.gaps
    #expect(gaps.count == 3 && gaps.allSatisfy { $0.to - $0.from < 1000 && $0.why == "the server closed the connection" })
    #expect(work.collector.news.contains { $0.contains("subscribed again after 0.") })
  }

  @Test func `finds a server again that was killed and started anew`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    server.kill()
    await work.until { !work.bridge.figures().isConnected }
    let back = ContinuousClock.now
    try server.start()
    await work.connected()
    // The start of the server, and at most a second.
    #expect(ContinuousClock.now - back < .seconds(5))
    try RedisClient(server.port).publish(order())
    await work.until { work.store.keys.count == 1 }
    _ = await work.stop()
    #expect(work.store.notes.gaps.count == 1)
  }

  @Test func `is cut off when it does not read, and goes on`() async throws {
    let (server, folder) = (try RedisServer(["--client-output-buffer-limit", "pubsub 1mb 1mb 1"]), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    let bot = try RedisClient(server.port)
    // A message that alone is more than the server holds for a reader.
    try bot.ask(Array("PUBLISH".utf8), Array("ticker:A".utf8), [UInt8](repeating: 0x7B, count: 8_000_000))
    await work.until { work.bridge.figures().gaps == 1 && work.bridge.figures().isConnected }
    try bot.publish(order())
    await work.until { work.store.keys.count == 1 }
    #expect(await work.stop().isAllTold)
  }

  @Test func `keeps orders while the realtime database hangs, and tells each once it answers`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    work.sink.hang(true)
    await work.connected()
    let bot = try RedisClient(server.port)
    for number in 0..<700 {
      try bot.publish(order(execution: "x\(number)", id: "o\(number)"))
      try bot.publish(#"{"type":"price","price":\#(number),"symbol":"AAPL"}"#)
    }
    await work.until { work.store.keys.count == 700 }
    #expect(work.sink.values.isEmpty)
    work.sink.hang(false)
    let end = await work.stop()
    #expect(end.isAllTold && end.figures.ordersTold == 700)
    #expect((0..<700).allSatisfy { work.sink.count("tickers/SOLUSD/events/x\($0)") == 1 })
    // Of the prices the last one is known, and few were told.
    #expect(work.sink.values["tickers/AAPL/price"]?.contains(#""price":699,"#) == true && work.sink.count("tickers/AAPL/price") < 20)
  }

  @Test func `leaves out what the database never takes, and keeps nothing waiting behind it`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    work.sink.refuse("tickers/SOLUSD/events/x1")
    let bot = try RedisClient(server.port)
    for number in 0..<300 { try bot.publish(order(execution: "x\(number)", id: "o\(number)")) }
    await work.until { work.store.keys.count == 300 }
    let end = await work.stop()
    #expect(end.isAllKept && end.isAllTold && end.figures.sinkRefusals == 1 && end.figures.sinkFailures == 0)
    #expect(work.sink.values.keys.filter { $0.contains("/events/") }.count == 299)
    #expect(work.collector.news.contains { $0.contains("does not take a change") && $0.contains("tickers/SOLUSD/events/x1") })
  }

  @Test func `repeats what was not acknowledged, and leaves the same tree`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    work.sink.fail(times: 4)
    work.store.fail(times: 3)
    let bot = try RedisClient(server.port)
    for number in 0..<50 { try bot.publish(order(execution: "x\(number)", id: "o\(number)")) }
    await work.until { work.store.keys.count == 50 }
    let end = await work.stop()
    #expect(end.isAllKept && end.isAllTold && end.figures.sinkFailures > 0 && end.figures.storeFailures > 0)
    #expect(work.store.keys.count == 50 && work.sink.values.keys.filter { $0.contains("/events/") }.count == 50)
  }

  @Test func `hands in again what is in the spill when the store was replaced`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    let bot = try RedisClient(server.port)
    for number in 0..<5 { try bot.publish(order(execution: "x\(number)")) }
    await work.until { work.store.keys.count == 5 }
    work.store.replace()
    try bot.publish(order(execution: "x5"))
    await work.until { work.store.keys.count == 6 }
    #expect(await work.stop().isAllTold)
    #expect(Set(work.store.keys) == Set((0..<6).map { "x\($0)" }))
  }

  @Test func `ends in time when nothing takes what it has, and the next one goes on with it`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let store = MemoryStore()
    let work = try Work(server.port, folder: folder.path, store: store, drainSeconds: 1)
    await work.connected()
    store.fail(times: .max)
    work.sink.hang(true)
    for number in 0..<20 { try RedisClient(server.port).publish(order(execution: "x\(number)")) }
    await work.until { work.bridge.figures().ordersReceived == 20 }
    let end = await work.stop()
    #expect(!end.isAllKept)
    // What it has not kept lies in the spill; the next one has another store, which is up to it.
    let next = try Work(server.port, folder: folder.path, store: MemoryStore(alive: 1000))
    await next.until { next.store.keys.count == 20 && next.bridge.figures().isConnected }
    #expect(await next.stop().isAllTold)
    #expect(next.sink.values.count == 21)
    // It was not at work since the store knew it to be.
    #expect(next.store.notes.gaps.map(\.from) == [1000] && next.store.notes.gaps[0].why == "the bridge was not at work")
  }

  @Test func `says what password is wanted, and comes in with the right one`() async throws {
    let (server, folder) = (
      try RedisServer(["--requirepass", "correcthorse", "--user", "jobs", "on", ">right", "&ticker:*", "&orders", "+@all"]), try Folder()
    )
    let cases: [(String?, String?, RedisRefusal?)] = [
      (nil, nil, .passwordMissing), (nil, "wrong", .passwordWrong), ("jobs", "wrong", .passwordWrong), (nil, "correcthorse", nil),
      ("jobs", "right", nil),
    ]
    for (index, (user, password, refusal)) in cases.enumerated() {
      let work = try Work(server.port, folder: "\(folder.path)/\(index)", user: user, password: password)
      if let refusal {
        #expect(await work.end().refusal == refusal)
        let said = work.collector.news.joined()
        #expect(said.contains(refusal.description) && !said.contains("wrong\"") && !said.contains("horse"))
      } else {
        await work.connected()
        #expect(await work.stop().refusal == nil)
      }
    }
  }

  @Test func `says that a user may not hear the channels`() async throws {
    let (server, folder) = (try RedisServer(["--user", "jobs", "on", ">right", "resetchannels", "&other", "+@all"]), try Folder())
    let work = try Work(server.port, folder: folder.path, user: "jobs", password: "right")
    let refusal = await work.end().refusal
    guard case .notPermitted = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
  }
}
