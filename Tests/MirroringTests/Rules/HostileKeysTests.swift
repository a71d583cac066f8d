import Mirroring
import Testing

/// Two texts may be one to Swift and two to the database; what Swift thinks must never let anybody in.
@Suite struct `Keys that look like others` {
  /// `é` as one scalar, and as two.
  private let one = "\u{e9}ve"
  private let two = "e\u{301}ve"

  @Test func `open no door for whoever has the other`() throws {
    let rules = try MirroringTests.rules(
      #"{"desk": {".read": "root.child('admins').hasChild(auth.uid) && root.child('admins/' + auth.uid).val() === true"}}"#)
    let data = RealtimeValue.node(["admins": .node([one: .bool(true)])])
    #expect(rules.reads("desk", of: data, as: .user(one)) && !rules.reads("desk", of: data, as: .user(two)))
    let whole = try MirroringTests.rules(
      #"{"desk": {".read": "root.child('admins').val() != null && root.child('admins').child(auth.uid).exists()"}}"#)
    #expect(whole.reads("desk", of: data, as: .user(one)) && !whole.reads("desk", of: data, as: .user(two)))
  }

  @Test func `have the rules of their own, not those of the other`() throws {
    let rules = try MirroringTests.rules("{\"\(one)\": {\".write\": true, \".read\": true}, \"$other\": {\".validate\": false}}")
    #expect(rules.reads(one) && !rules.reads(two))
    #expect(rules.write([one: "1"]).isAllowed && !rules.write([two: "1"]).isAllowed)
  }

  @Test func `are claims of their own`() throws {
    let rules = try MirroringTests.rules("{\".read\": \"auth.token.level['\(one)'] === true\"}")
    let claims = { (key: String) in RealtimeIdentity.user("x", claims: ["level": .node([key: .bool(true)])]) }
    #expect(rules.reads("x", as: claims(one)) && !rules.reads("x", as: claims(two)))
  }

  @Test func `are validated when the other is there already`() throws {
    // What stands above was read before: the new key must be found in it, with its own bytes.
    let rules = try MirroringTests.rules(
      #"{"k": {".write": true, ".validate": "newData.val() != 1", "$name": {".validate": "newData.isNumber()"}}}"#)
    let before = RealtimeValue.node(["k": .node([one: .number(1)])])
    #expect(rules.write(["k/\(two)": "2"], to: before).isAllowed && !rules.write(["k/\(two)": "\"x\""], to: before).isAllowed)
    let (data, change) = (RuleData(before), (path: ["k", two], value: RealtimeValue.string("x")))
    let verdict = rules.allowsWrite(changes: [["k", two]], auth: .nobody, now: 0, root: data, newRoot: RuleData(data, changes: [change]))
    #expect(verdict.refusal?.kind == .validate)
  }

  @Test func `are refused beside each other, for one of them would be lost`() {
    #expect(throws: RealtimeJSONError.self) { try RealtimeJSON.value(of: Array("{\"\(one)\": 1, \"\(two)\": 2}".utf8)) }
    #expect(tree("{\"\(one)\": 1, \"\(one)\": 2}")[one] == .number(2))
  }

  @Test func `are refused beside the letter that they are, in either order`() {
    for text in ["{\"K\": 1, \"\u{212A}\": 2}", "{\"\u{212A}\": 2, \"K\": 1}"] {
      #expect(throws: RealtimeJSONError.self) { try RealtimeJSON.value(of: Array(text.utf8)) }
    }
    #expect(tree("{\"\u{212A}\": 2}")["K"] == .number(2))
  }

  @Test func `name the same rule, however it is written`() throws {
    let rules = try MirroringTests.rules("{\"\(two)\": {\".read\": false}, \"$other\": {\".read\": true}}")
    #expect(!rules.reads(one) && rules.reads("x"))
  }

  @Test func `that begin with a mark do not swallow the slash before them`() throws {
    let rules = try MirroringTests.rules(
      #"{".read": "!root.child('banned/' + auth.uid).exists()", ".write": "!root.hasChildren(['banned/' + auth.uid])"}"#)
    for uid in ["mallory", "\u{301}mallory", "\u{200d}", "\u{fe0f}x"] {
      let data = RealtimeValue.node(["banned": .node([uid: .bool(true)])])
      #expect(!rules.reads("x", of: data, as: .user(uid)), "\(uid.unicodeScalars.map(\.value))")
      #expect(!rules.write(["x": "1"], to: data, as: .user(uid)).isAllowed && rules.reads("x", as: .user(uid)))
    }
  }
}

@Suite struct `A priority` {
  @Test func `is judged as its node, never as a child of it`() throws {
    let rules = try MirroringTests.rules(
      #"{"open": {"$item": {".read": true, ".write": true}}, "own": {".read": true, ".write": true, "n": {".validate": "newData.isNumber()"}}}"#
    )
    #expect(!rules.write(["open/.priority": "1"]).isAllowed && !rules.reads("open/.priority"))
    #expect(rules.write(["open/x/.priority": "1"]).isAllowed && rules.reads("own/.priority"))
    // It changes no value: what was right stays right.
    let before = RuleData(.node(["own": .node(["n": .number(1)])]))
    let after = RuleData(before, changes: [(path: ["own", "n", ".priority"], value: .number(5))])
    #expect(rules.allowsWrite(changes: [["own", "n", ".priority"]], auth: .nobody, now: 0, root: before, newRoot: after).isAllowed)
  }
}

@Suite struct `A set of many changes` {
  /// Each change used to look at all the others, so that anybody who might write at all could hold up the database for hours.
  @Test func `costs what its changes cost`() throws {
    let rules = try SecurityRules(reading: RealtimeAccess(projection: Projection([:]), roles: [], users: UserLimits()).rulesText)
    let changes = (0..<100_000).map { (path: ["users", "ann", "watchlist", "x\($0)"], value: RealtimeValue.null) }
    let before = RuleData(tree(#"{"users": {"ann": {"watchlist": {"s0": "A"}}}}"#))
    let verdict = rules.allowsWrite(
      changes: changes.map(\.path), auth: .user("ann"), now: 0, root: before, newRoot: RuleData(before, changes: changes))
    #expect(verdict.isAllowed)
    let new = (0..<100_000).map { (path: ["chat", "m\($0)"], value: RealtimeValue.number(Double($0))) }
    let chat = try MirroringTests.rules(
      #"{"chat": {".write": true, ".validate": "newData.val() != null", "$m": {".validate": "newData.isNumber()"}}}"#)
    let none = RuleData(.null)
    #expect(
      chat.allowsWrite(changes: new.map(\.path), auth: .nobody, now: 0, root: none, newRoot: RuleData(none, changes: new)).isAllowed)
  }

  @Test func `is seen as the tree that it makes`() {
    for seed in UInt64(1)...300 {
      var random = Seeded(seed)
      let before = RealtimeValue.random(depth: 3, &random)
      var changes: [(path: [String], value: RealtimeValue)] = []
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        let path = (0..<Int.random(in: 1...4, using: &random)).map { _ in RealtimeValue.names.randomElement(using: &random)! }
        guard !changes.contains(where: { $0.path.starts(with: path) || path.starts(with: $0.path) }) else { continue }
        changes.append((path, Bool.random(using: &random) ? .null : .random(depth: 2, &random)))
      }
      let after = changes.reduce(before) { $0.setting($1.value, at: $1.path) }
      let seen = RuleData(RuleData(before), changes: changes)
      for _ in 0..<20 {
        let path = (0..<Int.random(in: 0...5, using: &random)).map { _ in RealtimeValue.names.randomElement(using: &random)! }
        let place = path.isEmpty ? "newData" : "newData.child('\(path.joined(separator: "/"))')"
        let expected = after[path].isNull ? "null" : RealtimeJSON.text(of: after[path])
        let asked = try? SecurityRules(reading: "{\"rules\": {\".write\": \(quoted("\(place).exists() && \(place).val() == root.val()"))}}")
        let verdict = asked?.allowsWrite(changes: [[]], auth: .nobody, now: 0, root: RuleData(after[path]), newRoot: seen)
        #expect(verdict?.isAllowed == !after[path].isNull, "seed \(seed): /\(path.joined(separator: "/")) is \(expected)")
      }
    }
  }

  @Test func `of rules that nest is asked no rule twice`() throws {
    // Twice at each of 30 levels would be a thousand million times.
    let document = (0..<30).reduce(#"{".validate": "false"}"#) { inner, _ in "{\".validate\": true, \"a\": \(inner)}" }
    let rules = try MirroringTests.rules("{\".write\": true, \"a\": \(document)}")
    let value = (0..<30).reduce(RealtimeValue.number(1)) { inner, _ in .node(["a": inner]) }
    let verdict = rules.allowsWrite(changes: [["a"]], auth: .nobody, now: 0, root: .null, newRoot: .node(["a": value]))
    #expect(verdict.refusal?.path.count == 31)
  }
}

extension RealtimeValue {
  fileprivate static let names = ["a", "b", "c"]

  fileprivate static func random(depth: Int, _ random: inout Seeded) -> RealtimeValue {
    if depth == 0 || Int.random(in: 0..<4, using: &random) == 0 { return .number(Double(Int.random(in: 0...2, using: &random))) }
    return .node(
      Dictionary(uniqueKeysWithValues: names.filter { _ in Bool.random(using: &random) }.map { ($0, .random(depth: depth - 1, &random)) }))
  }
}
