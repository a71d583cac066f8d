import JobGraph
import Notifying
import Scheduling
import Storage
import Testing

@testable import Steps

@Suite struct `What is to be told` {
  private let now = Instant(iso8601: "2026-01-15T04:30:00Z")!

  private func notice(_ word: String = "failed", cause: String = "nightly-1", title: String = "Failed") -> Notice {
    Notice(.failed, .trouble, severity: .error, job: "nightly", subject: "nightly", word: word, cause: cause, title: title, lines: ["why"])
  }

  private func rules(recipients: [String] = [""], quiet: String? = nil) -> NoticeRules {
    NoticeRules(
      channels: [.init("phone", recipients: recipients, quiet: quiet.flatMap { QuietHours($0) })],
      rules: [.init("r", on: [.failed, .verdict], to: ["phone"])])
  }

  @discardableResult
  private func queue(_ warehouse: Warehouse, _ rules: NoticeRules, _ notices: [Notice], at now: Instant) async throws -> Int {
    try await warehouse.write { transaction in
      try transaction.queueNotifications(at: now, logicalDate: now) { NoticeDecision(rules, told: $0, notices: notices, now: now) }
    }
  }

  private func dispatch(_ warehouse: Warehouse, _ rules: NoticeRules, _ courier: any Courier, _ time: MovingTime) -> NotificationDispatch {
    NotificationDispatch(
      warehouse: warehouse, desk: NotificationDesk(rules: rules, couriers: ["phone": courier]), reports: "/nonexistent", time: time)
  }

  private func states(_ warehouse: Warehouse) async throws -> [String] {
    try await warehouse.read { try $0.notifications(limit: 100) }.reversed().map { "\($0.state.rawValue) \($0.attempts)" }
  }

  @Test func `is put in line once for a cause and a word, whoever asks again`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    #expect(try await queue(warehouse, rules(recipients: ["a@x.example", "b@x.example"]), [notice()], at: now) == 2)
    #expect(try await queue(warehouse, rules(recipients: ["a@x.example", "b@x.example"]), [notice()], at: now + .days(2)) == 0)
    #expect(try await queue(warehouse, rules(), [notice("partial")], at: now) == 1)
  }

  @Test func `and is put off is told when its time has come, as the same message, once`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let courier = ScriptedCourier([.later(after: .seconds(20), why: "busy"), .later(after: nil, why: "busy"), .delivered(remark: nil)])
    let first = try await dispatch(warehouse, rules(), courier, time).run(until: now + .seconds(30))
    #expect(first.delivered == 0 && first.troubles == ["not yet told: phone, \"Failed\": busy"])
    #expect(try await states(warehouse) == ["waiting 2"], "20 s were waited for, the minute after the second attempt was not")
    time.advance(by: .seconds(40))
    let early = try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .seconds(5))
    #expect(courier.sent.count == 2 && early.troubles.count == 1)
    time.advance(by: .seconds(60))
    let second = try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .seconds(5))
    #expect(second.delivered == 1 && second.troubles == [])
    #expect(try await states(warehouse) == ["delivered 3"])
    #expect(Set(courier.sent.map(\.id)).count == 1)
    #expect(try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .seconds(5)).delivered == 0)
    #expect(courier.sent.count == 3)
  }

  @Test func `is given up after twelve attempts`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let courier = ScriptedCourier(Array(repeating: .later(after: .seconds(1), why: "busy"), count: 20))
    let tally = try await dispatch(warehouse, rules(), courier, time).run(until: now + .hours(10))
    #expect(courier.sent.count == 12)
    #expect(time.now() - now > .hours(4), "one that asks for a second each time has hours to come to its senses")
    #expect(tally.troubles == ["not told: phone, \"Failed\": given up after 12 attempts: busy"])
  }

  @Test(arguments: [(false, "unknown 1", 1), (true, "delivered 2", 2)])
  func `and may have arrived is sent again only to those who can tell`(repeats: Bool, state: String, count: Int) async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let courier = ScriptedCourier([.unknown(why: "cut"), .delivered(remark: nil)], repeatsSafely: repeats)
    let tally = try await dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1))
    #expect(try await states(warehouse) == [state])
    #expect(courier.sent.count == count)
    #expect(tally.troubles == (repeats ? [] : ["perhaps told: phone, \"Failed\": cut"]))
  }

  @Test func `was on its way when its sender died, and stays unknown`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    try await warehouse.write { try $0.beginSending([1], in: "m") }
    let courier = ScriptedCourier([.delivered(remark: nil)])
    let tally = try await dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1))
    #expect(courier.sent.isEmpty && tally.troubles == ["perhaps told: phone, \"Failed\": jobs was ended while it was being sent"])
    let untold = try await warehouse.read { [now] in try $0.untold(from: now, before: now + .days(1)) }
    #expect(untold.map(\.state) == [.unknown])
  }

  @Test func `in parts goes on where it stopped`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let courier = ScriptedCourier(
      [.delivered(remark: nil), .later(after: .seconds(3), why: "slow down"), .delivered(remark: nil), .delivered(remark: nil)], parts: 3)
    let tally = try await dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1))
    #expect(tally.delivered == 1 && tally.troubles == [])
    #expect(courier.parts == [0, 1, 1, 2])
  }

  @Test func `in quiet hours waits for their end, and comes as one message`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    let quiet = rules(quiet: "22:00-07:00")
    try await queue(warehouse, quiet, [notice(cause: "a", title: "First")], at: now)
    try await queue(warehouse, quiet, [notice("worse", cause: "b", title: "Second")], at: now + .hours(1))
    let courier = ScriptedCourier([.delivered(remark: nil)])
    #expect(try await dispatch(warehouse, quiet, courier, time).run(until: now + .minutes(1)).delivered == 0)
    time.advance(by: .hours(3))
    let tally = try await dispatch(warehouse, quiet, courier, time).run(until: time.now() + .minutes(1))
    #expect(tally.delivered == 1 && courier.sent.map(\.title) == ["First (and 1 more)"])
    #expect(courier.sent[0].sections.map(\.title) == ["First", "Second"])
    #expect(try await states(warehouse) == ["delivered 1", "delivered 1"])
  }

  @Test func `and was put off into quiet hours waits for their end, too`() async throws {
    let evening = Instant(iso8601: "2026-01-15T21:59:50Z")!
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(evening))
    let quiet = rules(quiet: "22:00-07:00")
    try await queue(warehouse, quiet, [notice()], at: evening)
    let courier = ScriptedCourier([.later(after: .seconds(20), why: "busy"), .delivered(remark: nil)])
    let first = try await dispatch(warehouse, quiet, courier, time).run(until: evening + .minutes(1))
    #expect(courier.sent.count == 1 && first.held == 1 && first.troubles == [])
    time.advance(by: .hours(3))
    let night = try await dispatch(warehouse, quiet, courier, time).run(until: time.now() + .minutes(1))
    #expect(courier.sent.count == 1 && night.held == 1 && night.troubles == [])
    time.advance(by: .hours(7))
    #expect(try await dispatch(warehouse, quiet, courier, time).run(until: time.now() + .minutes(1)).delivered == 1)
  }

  @Test func `to a muted channel waits, and comes as one message that says so`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    let until = now + .hours(2)
    try await warehouse.write { [now] in try $0.mute(channel: "phone", until: until, at: now) }
    let report = Notice(
      .verdict, severity: .info, job: "nightly", subject: "nightly report", word: "Complete", cause: "a", title: "Complete", lines: ["all"])
    try await queue(warehouse, rules(), [notice(cause: "a", title: "First"), report], at: now)
    let courier = ScriptedCourier([.delivered(remark: nil), .delivered(remark: nil)])
    let muted = try await dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1))
    #expect(muted == NotificationTally(held: 2))
    time.advance(by: .hours(2))
    try await queue(warehouse, rules(), [notice("worse", cause: "b", title: "Second")], at: time.now())
    #expect(try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .minutes(1)).delivered == 1)
    try #require(courier.sent.count == 1)
    #expect(courier.sent[0].sections.map(\.title) == ["First", "Complete", "Second"])
    #expect(courier.sent[0].lines[0] == "Held back while the channel was muted, since 2026-01-15T04:30:00Z: 2 messages.")
    #expect(try await warehouse.read { try $0.notifications(limit: 9).map(\.mutedSince) } == [nil, now, now])
  }

  @Test func `to all channels is muted and unmuted, beside what is muted by its name`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    let later = now + .hours(5)
    try await warehouse.write { [now] in
      try $0.mute(channel: "phone", until: now + .hours(1), at: now)
      try $0.mute(channel: ChannelMutes.all, until: later, at: now)
    }
    try await queue(warehouse, rules(), [notice()], at: now)
    let courier = ScriptedCourier([.delivered(remark: nil)])
    time.advance(by: .hours(2))
    #expect(try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .minutes(1)).held == 1)
    #expect(try await warehouse.write { try $0.unmute(channel: ChannelMutes.all, at: later - .hours(2)) })
    #expect(try await warehouse.write { try $0.unmute(channel: "phone", at: later - .hours(2)) } == false, "that one was over")
    #expect(try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .minutes(1)).delivered == 1)
    #expect(courier.sent[0].remark?.hasSuffix("1 message.") == true)
  }

  @Test func `by a clock that was wrong does not wait for that time to come`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now + .days(400)))
    try await queue(warehouse, rules(), [notice()], at: time.now())
    let courier = ScriptedCourier([.later(after: nil, why: "busy"), .delivered(remark: nil), .delivered(remark: nil)])
    _ = try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .seconds(1))
    time.advance(by: .zero - .days(400))
    #expect(try await dispatch(warehouse, rules(), courier, time).run(until: time.now() + .minutes(1)).delivered == 1)
    // And what goes on is told again, though it was told in the future.
    try await queue(warehouse, rules(), [notice(cause: "nightly-2")], at: now)
    #expect(try await states(warehouse) == ["delivered 2", "waiting 0"])
  }

  @Test func `to somebody who was taken out of the list is not sent`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(recipients: ["a@x.example", "gone@x.example"]), [notice()], at: now)
    let courier = ScriptedCourier([.delivered(remark: nil)])
    let tally = try await dispatch(warehouse, rules(recipients: ["a@x.example"]), courier, time).run(until: now + .minutes(1))
    #expect(courier.sent.map(\.recipient) == ["a@x.example"])
    #expect(tally.troubles == ["not told: phone (gone@x.example), \"Failed\": phone does not go to this recipient any more"])
  }

  @Test func `is told by one of two who tell at once, and is not abandoned to the other`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let gate = AsyncStream<Void>.makeStream()
    let courier = WaitingCourier(gate.stream)
    let desk = NotificationDesk(rules: rules(), couriers: ["phone": courier])
    let dispatch = NotificationDispatch(warehouse: warehouse, desk: desk, reports: "/nonexistent", time: time)
    let end = now + .minutes(1)
    async let first = dispatch.run(until: end)
    await courier.hasBegun()
    async let second = dispatch.run(until: end)
    gate.continuation.finish()
    let tallies = try await [first, second]
    #expect(tallies.map(\.delivered).sorted() == [0, 1] && tallies.flatMap(\.troubles) == [])
    #expect(try await states(warehouse) == ["delivered 1"])
  }

  @Test func `and is on its way when the run is asked to stop comes to its end`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let gate = AsyncStream<Void>.makeStream()
    let courier = WaitingCourier(gate.stream)
    let desk = NotificationDesk(rules: rules(), couriers: ["phone": courier])
    let dispatch = NotificationDispatch(warehouse: warehouse, desk: desk, reports: "/nonexistent", time: time)
    let end = now + .minutes(1)
    let work = Task { try await dispatch.run(until: end) }
    await courier.hasBegun()
    work.cancel()
    gate.continuation.finish()
    _ = await work.result
    #expect(try await states(warehouse) == ["delivered 1"])
  }

  @Test func `to a channel that is gone is not sent, nor is anything after it`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let courier = ScriptedCourier([.closed(why: "gone"), .delivered(remark: nil)])
    let first = try await dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1))
    #expect(first.troubles == ["not told: phone, \"Failed\": gone"])
    try await queue(warehouse, rules(), [notice("worse")], at: now)
    let second = try await dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1))
    #expect(courier.sent.count == 1 && second.troubles.count == 1 && second.troubles[0].contains("the channel is closed (gone)"))
  }

  @Test func `without a key waits, and says which one`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    try await queue(warehouse, rules(), [notice()], at: now)
    let desk = NotificationDesk(rules: rules(), missing: ["phone": "no key `token` is set"])
    let dispatch = NotificationDispatch(warehouse: warehouse, desk: desk, reports: "/nonexistent", time: time)
    #expect(try await dispatch.run(until: now + .minutes(1)).troubles == ["not yet told: phone, \"Failed\": no key `token` is set"])
    let courier = ScriptedCourier([.delivered(remark: nil)])
    #expect(try await self.dispatch(warehouse, rules(), courier, time).run(until: now + .minutes(1)).delivered == 1)
  }

  @Test func `had no turn before the time was over, and that is said`() async throws {
    let (warehouse, time) = (try Warehouse(inMemory: ()), MovingTime(now))
    let two = rules(recipients: ["a@x.example", "b@x.example"])
    try await queue(warehouse, two, [notice()], at: now)
    let courier = ScriptedCourier([.delivered(remark: nil), .delivered(remark: nil)]) { time.advance(by: .seconds(50)) }
    let tally = try await dispatch(warehouse, two, courier, time).run(until: now + .seconds(30))
    #expect(tally.delivered == 1)
    #expect(tally.troubles == ["not yet told: phone (b@x.example), \"Failed\": its turn had not come when the time was over"])
    #expect(try await dispatch(warehouse, two, courier, time).run(until: time.now() + .seconds(30)).delivered == 1)
  }

  @Test func `is forgotten after a while, but not before it was told`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    try await queue(warehouse, rules(), [notice()], at: now)
    let kept = RetentionRules(tables: [.notifications: .init(age: .days(1))])
    #expect(try await warehouse.prune(by: kept, at: now + .days(9)).total == 0)
    try await warehouse.write { [now] in try $0.endSending([1], as: .delivered, parts: 1, reason: nil, nextTry: nil, at: now) }
    #expect(try await warehouse.prune(by: kept, at: now + .days(9)).total == 1)
  }
}

/// Ends each attempt as told, in turn.
private final class ScriptedCourier: Courier, @unchecked Sendable {
  let repeatsSafely: Bool
  private let partCount: Int
  private var ends: [Delivery]
  private(set) var sent: [Message] = []
  private(set) var parts: [Int] = []

  private let meanwhile: () -> Void

  /// - Parameter meanwhile: what happens while one is sent.
  init(_ ends: [Delivery], repeatsSafely: Bool = false, parts: Int = 1, meanwhile: @escaping () -> Void = {}) {
    (self.ends, self.repeatsSafely, partCount, self.meanwhile) = (ends, repeatsSafely, parts, meanwhile)
  }

  func parts(of message: Message) -> Int { partCount }

  // One channel sends one message after another.
  func send(_ message: Message, part: Int) async -> Delivery {
    sent.append(message)
    parts.append(part)
    meanwhile()
    return ends.removeFirst()
  }
}

/// Takes as long as a test wants it to.
private actor WaitingCourier: Courier {
  nonisolated let repeatsSafely = false
  private let gate: AsyncStream<Void>
  private var begun = AsyncStream<Void>.makeStream()

  init(_ gate: AsyncStream<Void>) { self.gate = gate }

  nonisolated func parts(of message: Message) -> Int { 1 }

  func hasBegun() async { for await _ in begun.stream { return } }

  func send(_ message: Message, part: Int) async -> Delivery {
    begun.continuation.yield()
    for await _ in gate {}
    return Task.isCancelled ? .unknown(why: "cut") : .delivered(remark: nil)
  }
}

/// A clock that moves only when told, or when somebody waits for it.
private final class MovingTime: TimeSource, @unchecked Sendable {
  private var instant: Instant
  init(_ instant: Instant) { self.instant = instant }
  func now() -> Instant { instant }
  func advance(by duration: Duration) { instant = instant + duration }
  func sleep(until end: Instant) async throws { instant = max(instant, end) }
}
