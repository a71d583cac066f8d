import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Testing

@Suite struct `Pulling users` {
  /// A realtime database that holds what a test put there.
  private struct Source: RealtimeReading {
    let place = "memory"
    var users: RealtimeValue

    func value(at path: [String]) async throws -> RealtimeValue { RealtimeValue.node(["users": users])[path] }
  }

  private func pull(_ json: String, into bench: Bench, night: Int, rules: JobValue? = nil) async throws -> RunState {
    let source = Source(users: try RealtimeJSON.value(of: Array(json.utf8)))
    let rules = rules ?? .map([.init("users", .map([.init("watchlist_max", .int(3))]))])
    return try await bench.run("realtime.pull", at: day(night)) { _ in try PullUsers(bench.warehouse, from: source, rules: rules) }
  }

  @Test func `leaves what is there at this moment, and twice leaves the same`() async throws {
    let bench = try Bench()
    let json =
      #"{"ann": {"profile": {"display_name": "Ann"}, "watchlist": {"s1": "B", "s0": "A"}, "alerts": {"s0": {"symbol": "A", "kind": "signal"}}}, "bob": {"watchlist": {"s0": "B"}}}"#
    for night in 1...2 {
      let state = try await pull(json, into: bench, night: night)
      #expect(state.result == .succeeded)
      let users = try await bench.warehouse.read { try $0.users() }
      #expect(users.map(\.uid) == ["ann", "bob"] && users[0].watchlist == ["A", "B"] && users[0].displayName == "Ann")
      #expect(
        users[0].alerts == [.init(slot: "s0", symbol: "A", kind: "signal", threshold: nil, channel: "mail", isEnabled: true, note: nil)])
    }
    #expect(try await pull(#"{"bob": {"watchlist": {"s0": "C"}}}"#, into: bench, night: 3).result == .succeeded)
    let users = try await bench.warehouse.read { try $0.users() }
    #expect(users.map(\.uid) == ["bob"] && users[0].watchlist == ["C"])
  }

  @Test func `puts what is not right into quarantine, from when it was found first until it is right`() async throws {
    let bench = try Bench()
    let bad = #"{"ann": {"watchlist": {"s0": "A", "s3": "B"}, "profile": 5}, "bob": {"watchlist": {"s0": "C"}}}"#
    for night in 1...2 { #expect(try await pull(bad, into: bench, night: night).result == .succeeded) }
    let quarantine = try await bench.warehouse.read { try $0.userQuarantine() }
    #expect(quarantine.map(\.value.path) == ["users/ann/profile", "users/ann/watchlist/s3"])
    #expect(quarantine.map(\.value.rule) == ["wrong_type", "bad_slot"] && quarantine.map(\.value.value) == ["5", "\"B\""])
    #expect(quarantine.allSatisfy { $0.firstFoundAt == day(1) })
    #expect(try await bench.warehouse.read { try $0.users() }.map(\.watchlist) == [["A"], ["C"]])
    _ = try await pull(#"{"ann": {"watchlist": {"s0": "A"}}}"#, into: bench, night: 3)
    #expect(try await bench.warehouse.read { try $0.userQuarantine().count } == 0)
  }

  @Test func `asks nobody where realtime.yaml says nothing of users, and knows none any more`() async throws {
    let bench = try Bench()
    let json = #"{"ann": {"watchlist": {"s0": "A"}}}"#
    #expect(try await pull(json, into: bench, night: 1).result == .succeeded)
    #expect(try await pull(json, into: bench, night: 2, rules: .map([])).result == .succeeded)
    #expect(try await bench.warehouse.read { try $0.users() } == [])
    #expect(try await pull(json, into: bench, night: 3, rules: .string("x")).result == .failed)
  }
}

@Suite struct `Places of the outbox` {
  @Test func `are those that are configured, or none`() async throws {
    let warehouse = try Warehouse(inMemory: ())
    warehouse.outboxPlaces.set { $0.hasPrefix("quotes/") ? "market/" + $0 : nil }
    try await warehouse.write {
      try $0.enqueue(path: "quotes/x", value: "1", logicalDate: day(1))
      try $0.enqueue(path: "signals/x", value: "2", logicalDate: day(1))
    }
    #expect(try await warehouse.read { try $0.outbox(limit: 9).map(\.path) } == ["market/quotes/x"])
  }

  @Test func `follow the templates of parts`() {
    let projection = Projection([.quotes: PathTemplate("m/{symbol}/q/{source}/{interval}")!, .reports: ProjectedPart.reports.standard])
    #expect(projection.place(of: RealtimePath("quotes", "binance", "BRK.B", "1d"))?.description == "m/BRK%2EB/q/binance/1d")
    #expect(projection.place(of: RealtimePath("reports", "nightly", "d", "deeper"))?.description == "reports/nightly/d/deeper")
    #expect(projection.place(of: RealtimePath("signals", "A", "1d", "s", "t")) == nil)
  }
}
