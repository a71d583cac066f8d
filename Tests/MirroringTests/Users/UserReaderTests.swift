import Mirroring
import Testing

@Suite struct `What a user keeps` {
  private let reader = UserReader(UserLimits(nameMax: 10, watchlistMax: 3, alertsMax: 2)) { $0 == "Europe/Berlin" }

  @Test func `is read into a profile, a watchlist and alerts`() {
    let value = tree(
      #"""
      {"profile": {"display_name": "Ann", "email": "ann@example.com", "locale": "de", "time_zone": "Europe/Berlin"},
       "watchlist": {"s2": "BRK.B", "s0": "BTCUSDT"}, "results": {"x": 1},
       "alerts": {"s1": {"symbol": "AAPL", "kind": "signal"},
                  "s0": {"symbol": "BTCUSDT", "kind": "price_above", "threshold": 1e5, "channel": "telegram", "enabled": false, "note": "sell"}}}
      """#)
    let (account, defects) = reader.read(value, uid: "ann")
    #expect(defects == [])
    #expect(account?.profile == UserProfile(displayName: "Ann", email: "ann@example.com", locale: "de", timeZone: "Europe/Berlin"))
    #expect(account?.watchlist == ["BTCUSDT", "BRK.B"])
    #expect(
      account?.alerts == [
        UserAlert(slot: "s0", symbol: "BTCUSDT", kind: .priceAbove, threshold: 100_000, channel: .telegram, isEnabled: false, note: "sell"),
        UserAlert(slot: "s1", symbol: "AAPL", kind: .signal, threshold: nil),
      ])
  }

  @Test(arguments: [
    (#"5"#, ["/users/ann: expected an object, found a number"]), (#"{"x": 1}"#, ["/users/ann/x: an unknown key"]),
    (#"{"profile": {"email": "a@b"}}"#, ["/users/ann/profile: `display_name` is missing"]),
    (#"{"profile": {"display_name": "ABCDEFGHIJK"}}"#, ["/users/ann/profile/display_name: 11 characters; 10 are allowed"]),
    (#"{"profile": {"display_name": ""}}"#, ["/users/ann/profile/display_name: an empty text"]),
    (#"{"profile": {"display_name": "A", "email": "a@b@c"}}"#, ["/users/ann/profile/email: this is no mail address"]),
    (#"{"profile": {"display_name": "A", "time_zone": "Mars"}}"#, ["/users/ann/profile/time_zone: this is no time zone"]),
    (#"{"profile": {"display_name": "A", "admin": true}}"#, ["/users/ann/profile/admin: an unknown key"]),
    (#"{"watchlist": "BTCUSDT"}"#, ["/users/ann/watchlist: expected an object, found a text"]),
    (
      #"{"watchlist": {"s3": "A", "s01": "B", "s-1": "C"}}"#,
      [
        "/users/ann/watchlist/s-1: entries have the keys s0 to s2", "/users/ann/watchlist/s01: entries have the keys s0 to s2",
        "/users/ann/watchlist/s3: entries have the keys s0 to s2",
      ]
    ),
    (#"{"watchlist": {"s0": "A", "s1": "A"}}"#, ["/users/ann/watchlist/s1: the symbol stands at s0 already"]),
    (
      #"{"watchlist": {"s0": "A B", "s1": 5}}"#,
      [
        "/users/ann/watchlist/s0: this cannot be a symbol", "/users/ann/watchlist/s1: expected a text, found a number",
      ]
    ),
    (
      #"{"alerts": {"s0": {"kind": "moon"}}}"#,
      [
        "/users/ann/alerts/s0: `symbol` is missing",
        "/users/ann/alerts/s0/kind: an unknown word; known are price_above, price_below, change, volume, signal",
      ]
    ),
    (#"{"alerts": {"s0": {"symbol": "A", "kind": "volume"}}}"#, ["/users/ann/alerts/s0: `threshold` is missing"]),
    (
      #"{"alerts": {"s0": {"symbol": "A", "kind": "signal", "enabled": "yes"}}}"#,
      ["/users/ann/alerts/s0/enabled: expected true or false, found a text"]
    ),
  ])
  func `is told where it is not right`(json: String, expected: [String]) {
    #expect(reader.read(tree(json), uid: "ann").defects.map(\.description) == expected)
  }

  @Test func `is taken as far as it is right`() {
    let value = tree(
      #"{"profile": {"email": "a@b"}, "watchlist": {"s0": "A", "s1": 5, "s2": "B"}, "alerts": {"s0": {"symbol": "A", "kind": "signal"}, "s1": {"symbol": "A", "kind": "signal", "x": 1}}}"#
    )
    let (account, defects) = reader.read(value, uid: "ann")
    #expect(account?.profile == nil && account?.watchlist == ["A", "B"] && account?.alerts.map(\.slot) == ["s0"])
    #expect(defects.map(\.rule) == ["unknown_key", "missing", "wrong_type"])
  }

  @Test func `of all users is read, in order, and a bad one spoils no other`() {
    let (accounts, defects) = reader.read(tree(#"{"bob": {"watchlist": {"s0": "A"}}, "ann": 7, "zoe": {"watchlist": {"s0": "B"}}}"#))
    #expect(accounts.map(\.uid) == ["bob", "zoe"] && defects.map(\.path) == [["ann"]])
    #expect(reader.read(.null).accounts == [] && reader.read(.null).defects == [])
    #expect(
      reader.read(.object(["a.b": .bool(true), String(repeating: "x", count: 129): .bool(true)])).defects.map(\.rule) == [
        "bad_uid", "bad_uid",
      ])
  }

  /// What the rules let through, the reader takes, and the other way round: two statements of one contract.
  @Test func `is judged by the reader as by the rules`() throws {
    let limits = UserLimits(nameMax: 10, watchlistMax: 3, alertsMax: 2)
    let rules = try SecurityRules(reading: RealtimeAccess(projection: Projection([:]), roles: [], users: limits).rulesText)
    var (random, taken) = (Seeded(86), 0)
    for _ in 0..<4_000 {
      let part = ["profile", "watchlist", "alerts"].randomElement(using: &random)!
      let value = RealtimeValue.randomPart(part, &random)
      guard !value.isNull else { continue }
      let path = ["users", "ann", part]
      let verdict = rules.allowsWrite(
        changes: [path], auth: .user("ann"), now: 0, root: .null, newRoot: RealtimeValue.null.setting(value, at: path))
      // That a symbol stands twice is nothing that rules can see.
      let defects = reader.read(.node([part: value]), uid: "ann").defects.filter { $0.rule != "repeated" }
      #expect(verdict.isAllowed == defects.isEmpty, "seed 86: \(RealtimeJSON.text(of: value)): \(verdict), \(defects)")
      if verdict.isAllowed { taken += 1 }
    }
    #expect(taken > 100)
  }

  @Test func `that is wrong a thousand times is told a hundred times, and counted`() {
    let many = RealtimeValue.node(Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("x\($0)", .number(1)) }))
    let one = RealtimeValue.node(["profile": many, "watchlist": many])
    let (accounts, defects) = reader.read(.node(["ann": one, "bob": .node(["watchlist": .node(["s0": .string("A")])])]))
    #expect(accounts.map(\.uid) == ["ann", "bob"] && accounts[1].watchlist == ["A"])
    #expect(
      defects.count == 101
        && defects.last?.description
          == "/users/ann: 1902 more values of this user that are not right"
    )
    let all = reader.read(.node(Dictionary(uniqueKeysWithValues: (0..<300).map { ("u\($0)", one) }))).defects
    // Ninety-nine users in full, of one more the first, of the others how many.
    #expect(all.count == 99 * 101 + 2 + 200)
  }

  @Test func `is exported with what the warehouse holds`() {
    let held = RealtimeValue.node(["users": .node(["display_name": .string("Ann")])])
    let text = UserExport.document(of: "ann", in: .null, warehouse: held, writtenAt: "")
    #expect(text?.contains("\"warehouse\" : {\n    \"users\" : {\n      \"display_name\" : \"Ann\"") == true)
  }

  @Test func `is exported whole, and nothing of anybody else`() {
    let root = tree(#"{"users": {"ann": {"profile": {"display_name": "Ann"}, "odd": 1}, "bob": {"x": 1}}, "quotes": {"x": 1}}"#)
    #expect(
      UserExport.document(of: "ann", in: root, writtenAt: "2026-01-15T00:00:00Z") == """
        {
          "data" : {
            "odd" : 1,
            "profile" : {
              "display_name" : "Ann"
            }
          },
          "schema" : "jobs.realtime.user/1",
          "uid" : "ann",
          "written_at" : "2026-01-15T00:00:00Z"
        }

        """)
    #expect(UserExport.document(of: "eve", in: root, writtenAt: "") == nil)
  }
}

extension RealtimeValue {
  /// Something that is often right and often wrong in one place.
  fileprivate static func randomPart(_ part: String, _ random: inout Seeded) -> RealtimeValue {
    let texts: [RealtimeValue] = [
      .string("Ann"), .string(""), .string("ABCDEFGHIJ"), .string("ABCDEFGHIJK"), .string("a@b"), .string("A B"), .string("a/b"),
      .number(5), .bool(true),
      .string("signal"), .string("price_above"), .string("mail"), .string("Europe/Berlin"), .node(["x": .number(1)]),
    ]
    func any() -> RealtimeValue { texts.randomElement(using: &random)! }
    func often(_ value: RealtimeValue) -> RealtimeValue { Int.random(in: 0..<8, using: &random) > 0 ? value : any() }
    func maybe(_ value: RealtimeValue) -> RealtimeValue { Bool.random(using: &random) ? .null : often(value) }
    if Int.random(in: 0..<30, using: &random) == 0 { return any() }
    switch part {
    case "profile":
      return .node([
        "display_name": often(.string("Ann")), "email": maybe(.string("a@b")), "locale": maybe(.string("de")),
        "time_zone": maybe(.string("Europe/Berlin")).onlyZone, "more": Int.random(in: 0..<10, using: &random) == 0 ? any() : .null,
      ])
    case "watchlist":
      return .node(
        Dictionary(
          (0..<Int.random(in: 1...3, using: &random)).map { _ in ("s\(Int.random(in: 0...3, using: &random))", often(.string("A"))) }
        ) { $1 })
    default:
      return .node([
        "s\(Int.random(in: 0...2, using: &random))": .node([
          "symbol": often(.string("A")), "kind": often(.string(Bool.random(using: &random) ? "signal" : "volume")),
          "threshold": maybe(.number(2)),
          "channel": maybe(.string("none")), "enabled": maybe(.bool(false)), "note": maybe(.string("n")),
        ])
      ])
    }
  }

  /// The rules cannot know the zones.
  private var onlyZone: RealtimeValue { if case .string = self { .string("Europe/Berlin") } else { self } }
}
