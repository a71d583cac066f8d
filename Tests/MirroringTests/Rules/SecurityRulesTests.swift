import Mirroring
import Testing

@Suite struct `Security rules` {
  /// The example of SOURCES, section 5: roles by claims, users who own their subtree, an admin list in the data.
  private let example = """
    {"rules":{ // of the night
      "runs":   {".read":"auth != null", ".write":"auth.token.role == 'writer'", ".indexOn":["state","finishedAt"],
                 "$day":{".validate":"$day.matches(/^d[0-9]{8}$/) && newData.hasChildren(['state'])",
                         "state":{".validate":"newData.isString() && newData.val().matches(/^(running|done|failed)$/)"},
                         "$other":{".validate":false}}},
      "users":  {"$uid":{".read":"auth.uid === $uid || root.child('admins/' + auth.uid).exists()",".write":"auth.uid === $uid"}}}}
    """
  private let writer = RealtimeIdentity.user("jobs", claims: ["role": .string("writer")])
  private let ann = RealtimeIdentity.user("ann")
  private let boss = RealtimeIdentity.user("boss")

  @Test func `of the example do what it says`() throws {
    let rules = try SecurityRules(reading: example)
    let data = tree(#"{"admins": {"boss": true}, "users": {"ann": {"name": "Ann"}}, "runs": {"d20260115": {"state": "done"}}}"#)
    #expect(rules.reads("runs/d20260115", of: data, as: ann) && !rules.reads("runs", of: data))
    #expect(rules.reads("users/ann", of: data, as: ann) && rules.reads("users/ann/name", of: data, as: boss))
    #expect(!rules.reads("users", of: data, as: boss) && !rules.reads("users/ann", of: data, as: .user("bob")))
    #expect(!rules.reads("users/ann", of: data) && !rules.reads("", of: data, as: boss) && rules.reads("", of: data, as: .admin))
    #expect(rules.write(["runs/d20260116": #"{"state": "running"}"#], to: data, as: writer) == .allowed)
    #expect(!rules.write(["runs/d20260116": #"{"state": "running"}"#], to: data, as: ann).isAllowed)
    for bad in [#"{"state": "walking"}"#, #"{"state": 1}"#, #"{"x": 1}"#, #"{"state": "done", "x": 1}"#, "7"] {
      #expect(!rules.write(["runs/d20260116": bad], to: data, as: writer).isAllowed, "\(bad)")
      #expect(rules.write(["runs/d20260116": bad], to: data, as: .admin) == .allowed)
    }
    #expect(!rules.write(["runs/20260116": #"{"state": "done"}"#], to: data, as: writer).isAllowed)
    #expect(rules.index(at: ["runs"]) == [.child("state"), .child("finishedAt")] && rules.index(at: ["users", "x"]) == [])
  }

  @Test func `grant downwards, and nothing below takes it back`() throws {
    let rules = try rules(#"{"a": {".read": true, ".write": true, "b": {".read": false, ".write": false}}, "c": {"d": {".read": true}}}"#)
    #expect(rules.reads("a/b/x") && rules.write(["a/b/x": "1"]).isAllowed)
    #expect(!rules.reads("c") && rules.reads("c/d") && rules.reads("c/d/e/f"))
    #expect(!rules.reads("other") && !rules.write(["": "1"]).isAllowed)
  }

  @Test func `deny everything that nobody granted`() {
    #expect(!SecurityRules.closed.reads("") && !SecurityRules.closed.write(["a": "1"]).isAllowed)
    #expect(SecurityRules.closed.reads("a", as: .admin))
  }

  @Test func `validate every level that is written, and what stands above it`() throws {
    let rules = try rules(
      #"""
      {".write": true, "w": {".validate": "newData.hasChildren(['color', 'size'])",
        "size": {".validate": "newData.isNumber() && newData.val() >= 0 && newData.val() <= 99"},
        "color": {".validate": "root.child('colors/' + newData.val()).exists()"}}}
      """#)
    let colors = tree(#"{"colors": {"blue": true}}"#)
    #expect(!rules.write(["w": #""foo""#], to: colors).isAllowed)
    #expect(!rules.write(["w": #"{"size": 22}"#], to: colors).isAllowed)
    #expect(!rules.write(["w": #"{"size": "foo", "color": "blue"}"#], to: colors).isAllowed)
    #expect(!rules.write(["w": #"{"size": 1, "color": "red"}"#], to: colors).isAllowed)
    #expect(rules.write(["w": #"{"size": 21, "color": "blue"}"#], to: colors).isAllowed)
    // The rule above sees the merged value: with a color there already a size alone may be written.
    #expect(!rules.write(["w/size": "99"], to: colors).isAllowed)
    #expect(rules.write(["w/size": "99"], to: tree(#"{"colors": {"blue": true}, "w": {"color": "blue", "size": 1}}"#)).isAllowed)
    // What is written far above is validated down to its leaves.
    #expect(!rules.write(["": #"{"w": {"size": -1, "color": "blue"}}"#], to: colors).isAllowed)
  }

  @Test func `do not validate what is deleted`() throws {
    let rules = try rules(
      #"{".write": true, "a": {"$k": {".validate": "newData.hasChildren(['must'])", "must": {".validate": false}}}}"#)
    let data = tree(#"{"a": {"k": {"must": 1, "may": 2}}}"#)
    #expect(rules.write(["a/k": "null"], to: data).isAllowed)
    #expect(rules.write(["a": "null"], to: data).isAllowed)
    // What stays above a deletion is asked: it would lack what it must have.
    #expect(!rules.write(["a/k/must": "null"], to: data).isAllowed)
    #expect(!rules.write(["a/k/must": "1"], to: data).isAllowed)
  }

  @Test func `see a set of changes as a whole`() throws {
    let rules = try rules(
      #"""
      {"accounts": {"$id": {".write": "auth != null",
         ".validate": "newData.parent().child('a').val() + newData.parent().child('b').val() == root.child('accounts/a').val() + root.child('accounts/b').val()"}},
       "log": {".write": "newData.parent().child('accounts/a').val() != data.parent().child('accounts/a').val()"}}
      """#)
    let data = tree(#"{"accounts": {"a": 10, "b": 5}}"#)
    #expect(rules.write(["accounts/a": "7", "accounts/b": "8"], to: data, as: ann).isAllowed)
    #expect(!rules.write(["accounts/a": "7"], to: data, as: ann).isAllowed)
    #expect(rules.write(["accounts/a": "7", "accounts/b": "8", "log": "1"], to: data, as: ann).isAllowed)
    // One that is refused refuses all.
    #expect(!rules.write(["log": "1"], to: data, as: ann).isAllowed)
    #expect(!rules.write(["accounts/a": "7", "accounts/b": "8", "elsewhere": "1"], to: data, as: ann).isAllowed)
  }

  @Test func `capture keys that have no rules of their own`() throws {
    let rules = try rules(
      #"""
      {"$room": {".read": "$room.beginsWith('open')", "$thing": {".write": "$room + '/' + $thing == 'open1/x'", "y": {".read": "$room == 'shut'"}}},
       "lobby": {".read": true}, "widget": {".write": true, "title": {".validate": true}, "$other": {".validate": false}}}
      """#)
    #expect(rules.reads("open7") && rules.reads("lobby") && !rules.reads("shut/x") && rules.reads("shut/x/y"))
    #expect(rules.write(["open1/x": "1"]).isAllowed && !rules.write(["open2/x": "1"]).isAllowed)
    #expect(rules.write(["widget": #"{"title": "t"}"#]).isAllowed)
    #expect(!rules.write(["widget": #"{"title": "t", "more": 1}"#]).isAllowed && !rules.write(["widget/more": "1"]).isAllowed)
  }

  @Test func `know what time it is, and what was there before`() throws {
    let rules = try rules(
      #"{"m": {"$id": {".write": "!data.exists() || !newData.exists()", "at": {".validate": "newData.val() <= now && newData.val() > now - 60000"}}}}"#
    )
    #expect(rules.write(["m/1": #"{"at": 100000}"#], now: 100_000).isAllowed)
    #expect(
      !rules.write(["m/1": #"{"at": 100001}"#], now: 100_000).isAllowed && !rules.write(["m/1": #"{"at": 1}"#], now: 100_000).isAllowed)
    let data = tree(#"{"m": {"1": {"at": 5}}}"#)
    #expect(!rules.write(["m/1": #"{"at": 100000}"#], to: data, now: 100_000).isAllowed)
    #expect(rules.write(["m/1": "null"], to: data, now: 100_000).isAllowed)
  }

  @Test func `say which rule refused which path, and why`() throws {
    let rules = try SecurityRules(reading: example)
    #expect(
      rules.write(["runs/d20260116": #"{"state": "walking"}"#], as: writer).refusal?.description
        == "/runs/d20260116/state is refused by the .validate of /runs/$day/state: newData.isString() && newData.val().matches(/^(running|done|failed)$/)"
    )
    #expect(
      rules.write(["runs/x": "null"], as: ann).refusal?.description
        == "nothing grants .write at /runs/x; the last rule asked is that of /runs: auth.token.role == 'writer'")
    #expect(rules.write(["elsewhere": "1"], as: ann).refusal?.description == "no rule grants .write at /elsewhere")
    #expect(
      rules.allowsRead(path: ["users", "u"], auth: .nobody, now: 0, root: .null).refusal?.description
        == "nothing grants .read at /users/u; the last rule asked is that of /users/$uid: auth.uid === $uid || "
        + "root.child('admins/' + auth.uid).exists() (`+` between a text and null)")
  }

  @Test func `of a set name the same refusal every time`() throws {
    let rules = try rules(#"{".write": true, "$k": {".validate": "newData.val() < 5"}}"#)
    let verdict = rules.write(["": "{" + (0..<50).map { "\"k\($0)\": \($0)" }.joined(separator: ",") + "}"])
    #expect(verdict.refusal?.path == ["k10"])
  }
}

@Suite struct `A document of rules` {
  @Test(arguments: [
    ("", ["1:1 expected a value"]), ("[]", ["1:1 expected an object with the key `rules`"]), ("{}", ["1:1 the key `rules` is missing"]),
    (#"{"rule": {}}"#, ["1:2 unknown key `rule`; expected `rules`"]), (#"{"rules": 1}"#, ["1:11 the rules of / must be an object"]),
    (#"{"rules": {".raed": true}}"#, ["1:12 unknown key `.raed`; expected .read, .write, .validate or .indexOn"]),
    (#"{"rules": {".read": 1}}"#, ["1:21 .read must be a text or true or false"]),
    ("{\"rules\": {\n  \".read\": \"user != null\"\n}}", ["2:13 unknown variable `user`; known are auth, now, root, data, query"]),
    (#"{"rules": {".read": "newData.exists()"}}"#, ["1:22 `newData` is not known in .read"]),
    (#"{"rules": {".write": "query.limitToFirst < 3"}}"#, ["1:23 `query` is known only in .read"]),
    (#"{"rules": {".read": "auth != null && "}}"#, ["1:38 expected a value, found the end"]),
    (#"{"rules": {".read": "\"é\" == \"\u00e9\" && x == 1"}}"#, ["1:46 unknown variable `x`; known are auth, now, root, data, query"]),
    (#"{"rules": {".read": "data.exist()"}}"#, ["1:26 a place in the data has no method `exist`"]),
    (#"{"rules": {".read": "'a"}}"#, ["1:22 a text that does not end"]),
    (#"{"rules": {".read": "data.val().matches(/a(/)"}}"#, ["1:43 a group that does not end"]),
    (#"{"rules": {"$a": {}, "$b": {}}}"#, ["1:22 `$b` stands beside `$a`; one of them can never be asked"]),
    (#"{"rules": {"$a": {"$a": {}}}}"#, ["1:19 `$a` is captured above already"]),
    (#"{"rules": {"$": {}}}"#, ["1:12 `$` is no name for a capture: letters, digits and _"]),
    (#"{"rules": {"a/b": {}}}"#, ["1:12 `a/b` cannot be a key: it has one of . $ # [ ] / or a control character"]),
    (#"{"rules": {".indexOn": ["a", 1]}}"#, ["1:30 .indexOn must be a text or a list of texts"]),
    (#"{"rules": {".indexOn": "a//b"}}"#, ["1:24 `a//b` cannot be an index: it is empty"]),
    (#"{"rules": {"a": {}, "a": {}}}"#, ["1:21 the key `a` stands twice in one object"]),
    (
      "{\"rules\": {\n\".read\": \"1\",\n\".write\": \"1 < 'a'\", \"k\": {\".validate\": \"!now\"}}}",
      [
        "2:11 a rule must be true or false; this is a number", "3:14 `<` between a number and a text is never true",
        "3:43 what follows `!` must be true or false; this is a number",
      ]
    ),
  ])
  func `tells each mistake with its line and column`(text: String, expected: [String]) {
    do {
      _ = try SecurityRules(reading: text)
      Issue.record("\(text) was read")
    } catch {
      #expect(error.mistakes.map { "\($0.line):\($0.column) \($0.message)" } == expected)
    }
  }

  @Test func `may have comments, truth values and indexes`() throws {
    let rules = try SecurityRules(
      reading:
        "/* all */ {\"rules\": { // open\n \".read\": true, \"x\": {\".indexOn\": \".value\", \"y\": {\".indexOn\": [\"a/b\", \"c\"]}}}}")
    #expect(rules.reads("anything"))
    #expect(rules.index(at: ["x"]) == [.value] && rules.index(at: ["x", "y"]) == [.child("a/b"), .child("c")])
  }
}
