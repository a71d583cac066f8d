import Foundation
import Glibc
import Scheduling
import Testing

@testable import Bridging

extension `A bridge` {
  private static func large(_ number: Int) -> String {
    order(execution: "x\(number)", id: "o\(number)", extra: #","padding":"\#(String(repeating: "a", count: 200_000))""#)
  }

  @Test func `ends in time when its disk takes nothing, and says how many orders that cost`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path + "/spill", drainSeconds: 1)
    await work.connected()
    // The next file of the spill cannot be made.
    #expect(rename(folder.path + "/spill", folder.path + "/away") == 0)
    let bot = try RedisClient(server.port)
    for number in 0..<30 { try bot.publish(Self.large(number)) }
    await work.until { work.collector.news.contains { $0.contains("nothing more is read until they can") } }
    let end = await work.stop()
    #expect(!end.isAllKept && end.figures.ordersLost > 0)
    #expect(work.collector.news.contains { $0.contains("received orders could not be written down") })
  }

  @Test func `goes on when its disk takes something again`() async throws {
    let (server, folder) = (try RedisServer(["--client-output-buffer-limit", "pubsub 0 0 0"]), try Folder())
    let work = try Work(server.port, folder: folder.path + "/spill")
    await work.connected()
    #expect(rename(folder.path + "/spill", folder.path + "/away") == 0)
    let bot = try RedisClient(server.port)
    for number in 0..<30 { try bot.publish(Self.large(number)) }
    await work.until { work.collector.news.contains { $0.contains("nothing more is read until they can") } }
    #expect(rename(folder.path + "/away", folder.path + "/spill") == 0)
    await work.until { work.store.keys.count == 30 }
    let end = await work.stop()
    #expect(end.isAllKept && end.isAllTold && end.figures.ordersLost == 0)
  }

  @Test func `says once that the warehouse takes no prices, and once that it takes them again`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    await work.connected()
    work.store.refuseNotes(true)
    try RedisClient(server.port).publish(#"{"type":"price","price":1,"symbol":"AAPL"}"#)
    await work.until { work.bridge.figures().storeFailures >= 5 }
    let before = work.collector.news
    #expect(before.filter { $0.contains("takes nothing now") }.count == 1 && !before.contains { $0.contains("again") })
    work.store.refuseNotes(false)
    await work.until { work.store.notes.prices.count == 1 && work.collector.news.contains { $0.contains("what waits again") } }
    _ = await work.stop()
    #expect(work.collector.news.filter { $0.contains("what waits again") }.count == 1)
  }

  @Test func `counts nothing twice when the warehouse cannot be put in order`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    work.store.refuseTidying()
    await work.connected()
    try RedisClient(server.port).publish(#"{"type":"price","price":1,"symbol":"AAPL"}"#)
    await work.until { work.store.notes.prices.count == 1 }
    _ = await work.stop()
    #expect(work.store.notes.hours.map(\.seen) == [1] && work.bridge.figures().storeFailures > 0)
  }

  @Test func `hears a message once that comes by several subscriptions, and twice what was published twice`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let channels = ChannelChoice(names: ["ticker:AAPL"], patterns: ["ticker:*", "t*", "other"])
    let work = try Work(server.port, folder: folder.path, channels: channels)
    await work.connected()
    let bot = try RedisClient(server.port)
    let price = #"{"type":"price","price":1,"volume":5,"symbol":"AAPL"}"#
    for _ in 0..<2 { #expect(try bot.publish(price, on: "ticker:AAPL") == 3) }
    try bot.publish(price, on: "ticker:B")
    try bot.publish(price, on: "ticker:AAPL")
    try bot.publish(order(), on: "other")
    await work.until { work.store.keys.count == 1 }
    #expect(await work.stop().figures.pricesReceived == 4)
  }

  @Test func `says why it finds no server, also when one was at work before`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    server.kill()
    let work = try Work(server.port, folder: folder.path, store: MemoryStore(alive: 1000))
    await work.until { work.store.timesKept > 1 && work.collector.news.contains { $0.contains("no connection") } }
    try server.start()
    await work.connected()
    _ = await work.stop()
    #expect(work.collector.news.filter { $0.contains("no connection") }.count == 1)
    #expect(work.store.notes.gaps.map(\.from) == [1000])
  }

  @Test func `comes in with a password of any bytes`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let password = "a\u{0}b \u{1}é"
    try RedisClient(server.port).ask(
      Array("CONFIG".utf8), Array("SET".utf8), Array("requirepass".utf8), Array(password.utf8))
    let work = try Work(server.port, folder: folder.path, password: password)
    await work.until { work.bridge.figures().isConnected || work.collector.news.contains { $0.contains("password") } }
    #expect(work.bridge.figures().isConnected)
    #expect(await work.stop().refusal == nil)
  }

  @Test func `ends in time when the warehouse answers nobody`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path, drainSeconds: 1)
    await work.connected()
    work.store.fallSilent()
    let end = await work.stop()
    #expect(end.isAllKept && !end.isAllTold)
    // Whoever still asks it would ask until the last test.
    work.store.speak()
  }

  @Test func `closes an hour by the clock alone, and not while nothing is heard`() async throws {
    let (server, folder, clock) = (try RedisServer(), try Folder(), SetClock(1_768_392_000_000))
    let work = try Work(server.port, folder: folder.path, time: clock)
    await work.connected()
    let bot = try RedisClient(server.port)
    try bot.publish(#"{"type":"price","price":1,"volume":"0.1","symbol":"AAPL"}"#)
    await work.until { work.bridge.figures().pricesReceived == 1 }
    clock.set(1_768_395_600_000)
    await work.until { work.store.notes.aliveAt == 1_768_395_600_000 }
    #expect(work.store.notes.hours.map { "\($0.hour) \($0.volume!)" } == ["1768392000000 0.1"])
    server.kill()
    await work.until { !work.bridge.figures().isConnected }
    clock.set(1_768_399_200_000)
    let kept = work.store.timesKept
    await work.until { work.store.timesKept >= kept + 2 }
    #expect(work.store.notes.aliveAt == 1_768_395_600_000)
    try server.start()
    await work.until { work.store.notes.aliveAt == 1_768_399_200_000 }
    #expect(work.store.notes.gaps.map { [$0.from, $0.to] } == [[1_768_395_600_000, 1_768_399_200_000]])
    _ = await work.stop()
  }

  @Test func `tells a verdict until it is acknowledged, and orders and prices whatever becomes of verdicts`() async throws {
    let (server, folder) = (try RedisServer(), try Folder())
    let work = try Work(server.port, folder: folder.path)
    work.sink.fail(times: 1)
    work.store.judged((0..<250).map { VolumeSignal(symbol: "A", hour: $0, change: BridgeChange(path: ["signals", "\($0)"], value: "1")) })
    await work.until { work.sink.values.count == 250 && work.bridge.figures().volumesTold == 250 }
    #expect(work.bridge.figures().volumeFailures == 1)
    work.store.refuseVolumes()
    await work.connected()
    try RedisClient(server.port).publish(order())
    await work.until { work.sink.values.count == 252 }
    #expect(await work.stop().isAllTold)
  }
}

/// A clock that goes only when it is told to.
final class SetClock: TimeSource {
  private let lock = NSLock()
  nonisolated(unsafe) private var milliseconds: Int64

  init(_ milliseconds: Int64) { self.milliseconds = milliseconds }

  func set(_ milliseconds: Int64) { lock.withLock { self.milliseconds = milliseconds } }
  func now() -> Instant { Instant(milliseconds: lock.withLock { milliseconds }) }
  func sleep(until instant: Instant) async throws {
    while now() < instant {
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}
