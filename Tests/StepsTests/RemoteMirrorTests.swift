import Foundation
import JobGraph
import Mirroring
import Scheduling
import Steps
import Storage
import Testing

/// A warehouse, what its tree must come to, and pushes into a stand-in.
private final class Night {
  let warehouse = try! Warehouse(inMemory: ())
  let time = HastyTime()
  /// What was queued, as a tree of its own.
  private(set) var projection = WireValue.null

  func queue(_ changes: [(path: String, value: String?)]) async throws {
    try await warehouse.write { transaction in
      for change in changes { try transaction.enqueue(path: change.path, value: change.value, logicalDate: january(1)) }
    }
    for change in changes {
      projection = projection.setting(
        change.value.map { WireValue(json: $0)! } ?? .null, at: change.path.split(separator: "/").map(String.init)[...])
    }
  }

  /// Every series has a new candle.
  func queueQuotes(_ count: Int, night: Int) async throws {
    try await queue(
      (0..<count).map { ("quotes/binance/S\($0)/1d", "{\"night\":\(night),\"n\":\(night),\"close\":\(Double($0) * 1.01 + Double(night))}") }
    )
  }

  func mirror(_ sink: any RemoteSink) -> RemoteMirror {
    RemoteMirror(warehouse, to: sink, places: MirroredPlaces(tops: ["quotes", "signals", "reports"]), time: time) { "this" }
  }

  func push(_ sink: any RemoteSink, night: Int = 1) async throws -> RemoteMirror.Outcome {
    try await mirror(sink).push(night: january(night))
  }

  func waiting() async throws -> Int { try await warehouse.read { try $0.outboxPaths().values.reduce(0, +) } }
}

private func january(_ number: Int) -> Instant { Instant(iso8601: "2026-01-\(number < 10 ? "0" : "")\(number)")! }

extension WireValue {
  /// What readers see: without what the mirror keeps for itself.
  fileprivate var shown: WireValue { setting(.null, at: ["mirror"]) }
}

/// The promises to a database that counts what a client must never do.
private func demandNoMischief(_ standIn: StandIn) async throws {
  let stats = try await standIn.stats()
  #expect(stats.posts == 0 && stats.outOfOrder == 0 && stats.mixtures == 0 && stats.unsigned == 0)
  #expect(try await standIn.refusals() == [])
}

@Suite struct `A database elsewhere` {
  @Test func `that loses answers, fails and lets tokens expire holds the projection in the end, and no reader saw a mixture`() async throws
  {
    let standIn = try StandIn("--lose", "25", "--errors", "0.05", "--seed", "11", "--token-uses", "30")
    let (night, bounds) = (Night(), BatchBounds(pathsMax: 50, bytesMax: 100_000))
    for number in 1...3 {
      try await night.queueQuotes(2000, night: number)
      try await night.queue([
        ("reports/nightly/n\(number)", "{\"verdict\":\"ok\"}"), ("signals/A", number == 2 ? nil : "{\"x\":\(number)}"),
      ])
      let outcome = try await night.push(try standIn.firebase(bounds, time: night.time), night: number)
      #expect(outcome.paths == 2002 && outcome.refused == 0)
      #expect(try await standIn.tree().shown.isSame(as: night.projection))
      let tree = try await standIn.tree()
      #expect(tree.value(at: ["mirror", "current", "at"]) == .string("/"))
      #expect(tree.value(at: ["mirror", "current", "night"]) == .string(january(number).iso8601))
    }
    #expect(try await night.waiting() == 0)
    let stats = try await standIn.stats()
    #expect(stats.lost > 5 && stats.errors > 5 && stats.expired > 5 && stats.tokens > 5 && stats.pathsMax <= 50 && stats.switches > 5)
    try await demandNoMischief(standIn)
  }

  @Test func `is told a small night in one request, in place`() async throws {
    let standIn = try StandIn()
    let night = Night()
    try await night.queueQuotes(400, night: 1)
    let outcome = try await night.push(try standIn.firebase(time: night.time))
    #expect(outcome.requests == 1 && outcome.writes == 400)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    #expect(try await standIn.stats().requests == 2)
    // Nothing waits, so nothing is said.
    #expect(try await night.push(try standIn.firebase(time: night.time)).requests == 0)
    try await demandNoMischief(standIn)
  }

  @Test(arguments: [1, 2, 7, 19, 20, 21, 25, 39, 40, 41]) func `holds the projection after a push that died behind any request`(
    request: Int
  ) async throws {
    let standIn = try StandIn("--owner")
    let (night, bounds) = (Night(), BatchBounds(pathsMax: 50, bytesMax: 100_000))
    try await night.queueQuotes(1000, night: 1)
    _ = try await night.push(try standIn.firebase(bounds, time: night.time))
    try await night.queueQuotes(1000, night: 2)
    let before = try await standIn.stats().paths
    await #expect(throws: Died.self) {
      _ = try await night.push(DyingSink(sink: try standIn.firebase(bounds, time: night.time), after: request), night: 2)
    }
    _ = try await night.push(try standIn.firebase(bounds, time: night.time), night: 2)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    #expect(try await night.waiting() == 0)
    // Twice each path, and once more the requests whose end nobody learned.
    #expect(try await standIn.stats().paths - before <= 2150)
    try await demandNoMischief(standIn)
  }

  @Test(arguments: [1, 2, 7, 20, 21, 22]) func `that was empty is filled once, and shows nothing before all of it, whenever a push dies`(
    request: Int
  ) async throws {
    let standIn = try StandIn("--owner")
    let (night, bounds) = (Night(), BatchBounds(pathsMax: 50, bytesMax: 100_000))
    try await night.queueQuotes(1000, night: 1)
    await #expect(throws: Died.self) {
      _ = try await night.push(DyingSink(sink: try standIn.firebase(bounds, time: night.time), after: request))
    }
    let half = try await standIn.tree()
    #expect((half.value(at: ["mirror", "current", "at"]) == .string("/")) == (request == 22))
    #expect(half.value(at: ["mirror", "copy"]) == .null)
    try await night.queue([("signals/s/1d", "1"), ("quotes/binance/S3/1d", nil)])
    _ = try await night.push(try standIn.firebase(bounds, time: night.time))
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    #expect(try await standIn.tree().value(at: ["mirror", "current", "at"]) == .string("/"))
    #expect(try await standIn.stats().paths <= 1000 + 2 + 150)
    // The next large night finds no second tree: what it changes is not written there as it was before.
    let before = try await standIn.stats().paths
    try await night.queueQuotes(1000, night: 2)
    _ = try await night.push(try standIn.firebase(bounds, time: night.time), night: 2)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    #expect(try await standIn.stats().paths - before <= 2 * 1000 + 2)
    #expect(try await standIn.tree().value(at: ["mirror", "copy"]).isSame(as: night.projection))
    try await demandNoMischief(standIn)
  }

  @Test func `that refuses a request in the middle keeps the night before, and the rest waits`() async throws {
    let standIn = try StandIn("--owner")
    let (night, bounds) = (Night(), BatchBounds(pathsMax: 50, bytesMax: 100_000))
    try await night.queueQuotes(1000, night: 1)
    _ = try await night.push(try standIn.firebase(bounds, time: night.time))
    let before = try await standIn.tree().shown
    try await night.queueQuotes(1000, night: 2)
    let written = try await standIn.stats().writes
    try await standIn.control("{\"refuse\":[{\"after\":\(written + 8),\"status\":403,\"text\":\"The database is disabled\"}]}")
    await #expect { _ = try await night.push(try standIn.firebase(bounds, requestsMax: 1, time: night.time), night: 2) } throws: {
      "\($0)".contains("it answered 403, The database is disabled") && "\($0)".contains("50 paths from quotes/binance/S400/1d")
    }
    #expect(try await night.waiting() == 600)
    #expect(try await standIn.tree().shown == before)
    let place = "firebase http://127.0.0.1:\(standIn.port)"
    let journal = try #require(try await night.warehouse.read { try $0.mirrorJournal(of: place) })
    #expect(journal.failure?.contains("403") == true && journal.failedAt != nil)
    try await standIn.control("{\"refuse\":[]}")
    #expect(try await night.push(try standIn.firebase(bounds, time: night.time), night: 2).paths == 600)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    #expect(try await standIn.stats().mixtures == 0)
  }

  @Test func `is told of no value that it would refuse, and everything else`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    try await night.warehouse.write { transaction in
      for (path, value) in [
        ("quotes/a", "{\"v\":nan}"), ("quotes/\(String(repeating: "k", count: 800))", "1"),
        ("signals/x", "{\"a\":[1,{}],\"700\":2,\"b.c\":[]}"),
        ("other/x", "1"), ("quotes/b", "{\"id\":12345678901234567890,\"close\":\"1.10\"}"),
      ] { try transaction.enqueue(path: path, value: value, logicalDate: january(1)) }
    }
    let outcome = try await night.push(try standIn.firebase(time: night.time))
    #expect(outcome.paths == 2 && outcome.refused == 2 && outcome.forgotten == 1 && outcome.refusals.count == 2)
    #expect(outcome.refusals[0] == "quotes/a: its value is not JSON" && outcome.refusals[1].contains("longer than 768 bytes"))
    #expect(
      try await standIn.tree().shown.isSame(
        as: WireValue(
          json:
            "{\"quotes\":{\"b\":{\"id\":\"12345678901234567890\",\"close\":\"1.10\"}},\"signals\":{\"x\":{\"a\":{\"i0\":1},\"%3700\":2}}}")!
      ))
    #expect(try await night.waiting() == 0)
    try await demandNoMischief(standIn)
  }

  @Test(arguments: [20, 1000]) func `that refuses single changes is told all others, and keeps what it had of those`(
    count: Int
  ) async throws {
    let standIn = try StandIn("--owner")
    let (night, bounds) = (Night(), BatchBounds(pathsMax: 50, bytesMax: 100_000))
    let sink = try standIn.firebase(bounds, time: night.time)
    try await night.queueQuotes(count, night: 1)
    try await night.queue([("signals/a/x", "1"), ("signals/b/x", "1"), ("signals/c/x", "1")])
    _ = try await night.push(sink)
    try await standIn.control(
      #"""
      {"refuse":[{"path":"signals/a"},{"path":"mirror/copy/signals/a"},
      {"path":"mirror/copy/signals/b","status":400,"text":"Invalid data; no","value":2},
      {"path":"signals/b","status":400,"text":"Invalid data; no","value":2}]}
      """#)
    try await night.queueQuotes(count, night: 2)
    try await night.queue([("signals/c/x", "2")])
    let expected = night.projection
    try await night.queue([("signals/a/x", "2"), ("signals/b/x", "2")])
    let outcome = try await night.push(sink, night: 2)
    #expect(outcome.paths == count + 1 && outcome.refused == 2 && outcome.refusals.count == 2)
    #expect(outcome.refusals[0].hasPrefix("signals/a/x: "))
    #expect(outcome.refusals[0].contains("signals/a/x: it answered 401, Permission denied"))
    #expect(outcome.refusals[1].hasPrefix("signals/b/x: ") && outcome.refusals[1].contains("it answered 400, Invalid data; no"))
    #expect(try await standIn.tree().shown.isSame(as: expected))
    // The second tree is new, and takes nothing at that path.
    #expect(try await standIn.tree().value(at: ["mirror", "copy"]).isSame(as: expected.setting(.null, at: ["signals", "a"])))
    #expect(try await night.waiting() == 0)
    try await standIn.control("{\"refuse\":[]}")
    #expect(try await night.mirror(sink).drift()?.isNone == true)
    #expect(try await standIn.stats().mixtures == 0)
  }

  @Test func `that denies everything keeps all of it waiting`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    try await night.queueQuotes(100, night: 1)
    try await standIn.control(#"{"refuse":[{"path":""}]}"#)
    let sink = try standIn.firebase(time: night.time)
    await #expect { _ = try await night.push(sink) } throws: { ($0 as? MirrorFailure)?.kind == .denied }
    #expect(try await night.waiting() == 100)
    try await standIn.control(#"{"refuse":[]}"#)
    _ = try await night.push(sink)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
  }

  @Test func `that was meddled with is found out and repaired, and only what differs is written`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    try await night.queueQuotes(1200, night: 1)
    try await night.queue([("signals/A/1d", "{\"x\":1.50,\"y\":[1,2]}"), ("reports/nightly/a", "{\"v\":1}")])
    let sink = try standIn.firebase(time: night.time)
    _ = try await night.push(sink)
    let none = try #require(try await night.mirror(sink).drift())
    #expect(none.isNone && none.compared == 1202)
    _ = try await standIn.body("/quotes/binance/S7.json", "DELETE")
    _ = try await standIn.body("/quotes/binance/S9/1d/close.json", "PUT", "7")
    _ = try await standIn.body("/quotes/binance/S8/1d/more.json", "PUT", "7")
    _ = try await standIn.body("/signals/B/1d.json", "PUT", "{\"z\":1}")
    _ = try await standIn.body("/reports.json", "DELETE")
    let drift = try #require(try await night.mirror(sink).drift())
    #expect(drift.missing == 2 && drift.different == 2 && drift.extra == 1 && drift.repaired == 0)
    #expect(drift.examples.contains("signals/B was not told") && drift.examples.contains("quotes/binance/S7/1d is not there"))
    let before = try await standIn.stats().paths
    #expect(try await night.mirror(sink).drift(repairing: true)?.repaired == 5)
    #expect(try await standIn.stats().paths - before == 5)
    #expect(try await night.mirror(sink).drift()?.isNone == true)
    try await demandNoMischief(standIn)
  }

  @Test func `holds what people keep, which a push, a search and a repair neither read nor write`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    let kept = "{\"profile\":{\"name\":\"Ann\"},\"watchlist\":{\"A\":true}}"
    // The second is nobody the mirror knows of; the third has digits for a name, and the last one that begins with an accent.
    for uid in ["ann", "stranger", "4711", "%CC%81x"] {
      _ = try await standIn.body("/users/\(uid).json", "PUT", kept)
      _ = try await standIn.body("/mirror/copy/users/\(uid).json", "PUT", kept)
    }
    _ = try await standIn.body("/users/stranger/results/own.json", "PUT", "1")
    let before = try await standIn.stats().people
    try await night.queue(
      (0..<600).map { ("users/ann/results/s\($0)", "{\"v\":\($0)}") } + [
        ("users/4711/results/x", "1"), ("users/\u{301}x/results/x", "2"), ("quotes/binance/A/1d", "{\"v\":1}"),
      ])
    try await night.warehouse.write { transaction in
      for (path, value) in [
        ("users", nil), ("users/ann", nil), ("users/ann/profile/name", "\"Eve\""), ("users/resultsx/results", nil),
        ("users/ann/resultsx", "1"), ("users/stranger", "{\"results\":1}"), ("mirror/copy", nil),
      ] as [(String, String?)] { try transaction.enqueue(path: path, value: value, logicalDate: january(1)) }
    }
    let sink = try standIn.firebase(BatchBounds(pathsMax: 100, bytesMax: 100_000), time: night.time)
    let outcome = try await night.push(sink)
    #expect(outcome.paths == 604 && outcome.forgotten == 6 && outcome.refused == 0)
    #expect(try await night.mirror(sink).drift()?.compared == 603)
    // Another large night, which needs the second tree.
    try await night.queue((0..<600).map { ("users/ann/results/s\($0)", "{\"v\":\($0)}") })
    _ = try await night.push(sink, night: 2)
    // Meddled with in both trees: what is the mirror's is mended, and what is not stays.
    for tree in ["", "/mirror/copy"] {
      _ = try await standIn.body("\(tree)/users/ann/results/s7.json", "PUT", "8")
      _ = try await standIn.body("\(tree)/users/ann/results/extra.json", "PUT", "8")
      _ = try await standIn.body("\(tree)/users/4711/results.json", "DELETE")
      _ = try await standIn.body("\(tree)/quotes/other.json", "PUT", "8")
    }
    let drift = try #require(try await night.mirror(sink).drift())
    #expect(drift.missing == 1 && drift.different == 1 && drift.extra == 2)
    #expect(try await night.mirror(sink).drift(repairing: true)?.repaired == 8)
    #expect(try await night.mirror(sink).drift()?.isNone == true)
    let tree = try await standIn.tree()
    for place in [[], ["mirror", "copy"]] {
      for uid in ["ann", "stranger", "4711", "\u{301}x"] {
        #expect(tree.value(at: place + ["users", uid, "profile", "name"]) == .string("Ann"), "\(place) \(uid)")
        #expect(tree.value(at: place + ["users", uid, "watchlist", "A"]) == .bool(true), "\(place) \(uid)")
      }
      #expect(tree.value(at: place + ["users", "ann", "results", "s7", "v"]) == .number("7"))
      #expect(tree.value(at: place + ["users", "4711", "results", "x"]) == .number("1"))
      #expect(tree.value(at: place + ["users", "\u{301}x", "results", "x"]) == .number("2"))
    }
    #expect(tree.value(at: ["users", "stranger", "results", "own"]) == .number("1"))
    #expect(try await standIn.stats().people == before)
    try await demandNoMischief(standIn)
  }

  @Test func `is seeded with what the embedded one held, and with nothing of what people keep`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    try await WarehouseTree(night.warehouse).replace([
      ("quotes/binance/A/1d", "{\"v\":1,\"w\":2}"), ("other/x", "1"), ("users/ann/profile/name", "\"Ann\""), ("users/ann/results/s/v", "3"),
      ("users/ann-b/results/s", "4"), ("users/ann-b/resultsx", "4"),
    ])
    _ = try await night.push(try standIn.firebase(time: night.time))
    let quotes = "{\"binance\":{\"A\":{\"1d\":{\"v\":1,\"w\":2}}}}"
    let users = "{\"ann\":{\"results\":{\"s\":{\"v\":3}}},\"ann-b\":{\"results\":{\"s\":4}}}"
    #expect(try await standIn.tree().shown == WireValue(json: "{\"quotes\":\(quotes),\"users\":\(users)}"))
  }

  @Test func `and the embedded one take turns, and neither misses what the other was told`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    let sink = try standIn.firebase(time: night.time)
    let places = MirroredPlaces(tops: ["quotes", "signals", "reports"])
    func embedded() async throws -> WireValue {
      try await night.warehouse.read { reader in
        try reader.tree(below: "").reduce(WireValue.null) {
          $0.setting(WireValue(json: $1.value)!, at: $1.path.split(separator: "/").map(String.init)[...])
        }
      }
    }
    try await night.queue([("quotes/a", "{\"v\":1}"), ("quotes/b", "{\"v\":1}"), ("quotes/gone", "1")])
    _ = try await PushRealtime.drain(night.warehouse, places: places)
    try await night.queue([("quotes/a", "{\"v\":2}"), ("signals/s/t", "2"), ("quotes/gone", nil)])
    _ = try await night.push(sink)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    try await night.queue([("quotes/b", "{\"v\":3}"), ("signals/s", nil)])
    #expect(try await PushRealtime.drain(night.warehouse, places: places).paths == 2)
    #expect(try await embedded().isSame(as: night.projection))
    _ = try await night.push(sink, night: 2)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
    #expect(try await night.mirror(sink).drift()?.isNone == true)
    try await night.queue([("quotes/a", nil), ("quotes/c", "4")])
    _ = try await night.push(sink, night: 3)
    _ = try await PushRealtime.drain(night.warehouse, places: places)
    #expect(try await embedded().isSame(as: night.projection))
  }

  @Test func `is told of a deletion inside of a larger value for as long as that is told`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    let sink = try standIn.firebase(time: night.time)
    try await night.queue([("quotes/a", "{\"v\":1,\"w\":{\"x\":1}}")])
    _ = try await night.push(sink)
    try await night.queue([("quotes/a/w", nil)])
    _ = try await night.push(sink)
    #expect(try await night.mirror(sink).drift()?.isNone == true)
    _ = try await standIn.body("/.json", "DELETE")
    _ = try await night.push(sink)
    #expect(try await standIn.tree().shown == WireValue(json: "{\"quotes\":{\"a\":{\"v\":1}}}"))
  }

  @Test func `that was emptied is told everything again`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    try await night.queueQuotes(700, night: 1)
    let sink = try standIn.firebase(time: night.time)
    _ = try await night.push(sink)
    _ = try await standIn.body("/.json", "DELETE")
    try await night.queueQuotes(1, night: 1)
    _ = try await night.push(sink)
    #expect(try await standIn.tree().shown.isSame(as: night.projection))
  }

  @Test func `into which another warehouse writes is left to it until it is taken over`() async throws {
    let standIn = try StandIn("--owner")
    let (one, other) = (Night(), Night())
    try await one.queueQuotes(1, night: 1)
    try await other.queueQuotes(2, night: 2)
    let sink = try standIn.firebase(time: one.time)
    _ = try await one.push(sink)
    let second = RemoteMirror(other.warehouse, to: sink, places: MirroredPlaces(tops: ["quotes"]), time: other.time) { "other" }
    await #expect { _ = try await second.push(night: january(2)) } throws: {
      "\($0)".contains("another warehouse writes there (last for 2026-01-01T00:00:00Z)")
    }
    #expect(try await other.waiting() == 2)
    _ = try await second.push(night: january(2), takingOver: true)
    #expect(try await standIn.tree().shown.isSame(as: other.projection))
    try await one.queueQuotes(1, night: 3)
    await #expect(throws: MirrorFailure.self) { _ = try await one.push(sink) }
  }

  @Test func `deletes a tree that is too large for one step in several`() async throws {
    let standIn = try StandIn("--owner", "--max-delete", "40")
    let night = Night()
    try await night.queue((0..<130).map { ("signals/A/s\($0)", "1") } + [("signals/B", "1")])
    let sink = try standIn.firebase(time: night.time)
    _ = try await night.push(sink)
    try await night.queue([("signals/A", nil)])
    _ = try await night.push(sink)
    #expect(try await standIn.tree().shown.isSame(as: WireValue(json: "{\"signals\":{\"B\":1}}")!))
  }
}

@Suite struct `Firestore elsewhere` {
  @Test func `holds a document for each symbol and each signal, in spite of lost answers`() async throws {
    let standIn = try StandIn("--lose", "3", "--errors", "0.1", "--token-uses", "4")
    let night = Night()
    try await night.queueQuotes(1200, night: 1)
    try await night.queue([
      ("quotes/binance/S1/1h", "{\"open_time\":\"2026-01-15T00:00:00Z\",\"volume\":12}"), ("signals/A/1d/rsi/t", "{\"tags\":[\"x\"]}"),
    ])
    let sink = try standIn.firestore(time: night.time)
    #expect(try await night.push(sink).paths == 1202)
    try await night.queue([("quotes/binance/S2/1d", nil), ("signals/A/1d", nil)])
    _ = try await night.push(sink)
    guard case .object(let documents)? = WireValue(json: try await standIn.body("/__documents")) else { return #expect(Bool(false)) }
    let root = "projects/stand-in/databases/(default)/documents"
    #expect(documents.count == 1201 && documents["\(root)/signals/A|1d|rsi|t"] == nil)
    #expect(
      documents["\(root)/market_data/S1"]?.value(at: ["fields", "quotes", "mapValue", "fields", "binance", "mapValue", "fields", "1h"]).json
        == "{\"mapValue\":{\"fields\":{\"open_time\":{\"timestampValue\":\"2026-01-15T00:00:00Z\"},\"volume\":{\"integerValue\":\"12\"}}}}")
    #expect(documents["\(root)/mirror/current"]?.value(at: ["fields", "complete", "booleanValue"]) == .bool(true))
    #expect(try await night.waiting() == 0)
    let stats = try await standIn.stats()
    #expect(stats.lost > 0 && stats.pathsMax <= 500)
    #expect(try await standIn.refusals() == [])
  }
}

extension `Firestore elsewhere` {
  @Test func `that was meddled with is found out and repaired, and what is not the mirror's stays`() async throws {
    let standIn = try StandIn("--owner")
    let night = Night()
    try await night.queueQuotes(700, night: 1)
    try await night.queue(
      (0..<640).map { ("signals/S\($0 % 3)/1d/rsi/t\($0)", "{\"tags\":[\"x\",{\"a.b\":\($0)}],\"at\":\"2026-01-15T00:00:00Z\"}") })
    try await night.queue([("users/ann/results/s", "{\"v\":1.50}"), ("reports/nightly/a|b", "{\"%41\":12}")])
    let sink = try standIn.firestore(time: night.time)
    func meddle(_ writes: String) async throws {
      let body = writes.replacing("ROOT", with: "projects/stand-in/databases/(default)/documents")
      _ = try await standIn.body("/v1/projects/stand-in/databases/(default)/documents:commit", "POST", "{\"writes\":[\(body)]}")
    }
    let kept = #"{"fields":{"own":{"stringValue":"kept"}},"name":"ROOT/NAME"}"#
    for name in ["users/ann", "users/stranger", "market_data/S5", "market_data/OTHER", "signals/own", "notes/x"] {
      try await meddle("{\"update\":\(kept.replacing("NAME", with: name))}")
    }
    _ = try await night.push(sink)
    let none = try #require(try await night.mirror(sink).drift())
    #expect(none.isNone && none.compared == 1342, "\(none)")
    try await meddle(
      #"""
      {"delete":"ROOT/signals/S1|1d|rsi|t4"},{"update":{"name":"ROOT/signals/S1|1d|rsi|new","fields":{"a":{"integerValue":"1"}}}},
      {"update":{"name":"ROOT/market_data/S6","fields":{}},"updateMask":{"fieldPaths":["quotes.binance.`1d`.close"]}},
      {"update":{"name":"ROOT/market_data/OTHER","fields":{"quotes":{"mapValue":{"fields":{"x":{"booleanValue":true}}}}}},
      "updateMask":{"fieldPaths":["quotes"]}},{"update":{"name":"ROOT/users/ann","fields":{}},"updateMask":{"fieldPaths":["results.s"]}}
      """#)
    let drift = try #require(try await night.mirror(sink).drift())
    #expect(drift.missing == 2 && drift.different == 1 && drift.extra == 2, "\(drift)")
    #expect(try await night.mirror(sink).drift(repairing: true)?.repaired == 5)
    #expect(try await night.mirror(sink).drift()?.isNone == true)
    let documents = try #require(WireValue(json: try await standIn.body("/__documents")))
    for name in ["users/ann", "users/stranger", "market_data/S5", "market_data/OTHER", "signals/own", "notes/x"] {
      let document = documents.value(at: ["projects/stand-in/databases/(default)/documents/\(name)"])
      #expect(document.value(at: ["fields", "own", "stringValue"]) == .string("kept"), "\(name)")
    }
    #expect(try await standIn.stats().people == 0)
    #expect(try await standIn.refusals() == [])
  }
}

private struct Died: Error {}

/// Dies behind a request that was applied, before anybody could note it.
private struct DyingSink: RemoteSink {
  var sink: FirebaseSink
  let count = Counter()
  let after: Int

  init(sink: FirebaseSink, after: Int) { (self.sink, self.after) = (sink, after) }

  var place: String { sink.place }
  var bounds: BatchBounds { sink.bounds }
  var requestsMax: Int { sink.requestsMax }
  var hasCopy: Bool { sink.hasCopy }
  var keepsArrays: Bool { sink.keepsArrays }
  var canCompare: Bool { sink.canCompare }
  var latest: Instant? {
    get { sink.latest }
    set { sink.latest = newValue }
  }

  func write(_ changes: [WireChange], in copy: MirrorCopy, with pointer: MirrorPointer?) async throws {
    try await sink.write(changes, in: copy, with: pointer)
    try count.tick(after)
  }
  func pointer() async throws -> SeenPointer { try await sink.pointer() }
  func point(to pointer: MirrorPointer, replacing seen: SeenPointer) async throws -> SeenPointer {
    let result = try await sink.point(to: pointer, replacing: seen)
    try count.tick(after)
    return result
  }
  func value(at path: RealtimePath, in copy: MirrorCopy, bytesMax: Int) async throws -> WireValue? {
    try await sink.value(at: path, in: copy, bytesMax: bytesMax)
  }
  func children(
    of path: RealtimePath, from first: String, through last: String, in copy: MirrorCopy, bytesMax: Int
  ) async throws -> WireValue? {
    try await sink.children(of: path, from: first, through: last, in: copy, bytesMax: bytesMax)
  }
  func keys(at path: RealtimePath, in copy: MirrorCopy) async throws -> [String] { try await sink.keys(at: path, in: copy) }

  final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    func tick(_ limit: Int) throws {
      let reached = lock.withLock {
        count += 1
        return count == limit
      }
      if reached { throw Died() }
    }
  }
}
