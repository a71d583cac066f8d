import Foundation
import Mirroring
import Testing
import Transport

@Suite struct `The realtime server` {
  @Test func `does what each verb says`() async throws {
    let served = try Served()
    func body(_ method: String, _ target: String, _ body: String? = nil, _ headers: [String] = []) async throws -> String {
      let answer = try await served.ask(method, target, headers, body: body)
      return "\(answer.status) \(answer.body)"
    }
    #expect(try await body("GET", "/a.json") == "200 null")
    #expect(try await body("PUT", "/a.json", #"{"b":[1,2],"c":{}}"#) == #"200 {"b":[1,2]}"#)
    #expect(try await body("PATCH", "/a.json", #"{"b/0":null,"d/e":"x"}"#) == #"200 {"b/0":null,"d/e":"x"}"#)
    #expect(try await body("GET", "/.json") == #"200 {"a":{"b":[null,2],"d":{"e":"x"}}}"#)
    #expect(try await body("GET", "/a.json?shallow=true") == #"200 {"b":true,"d":true}"#)
    #expect(try await body("GET", "/a/d/e.json?print=pretty") == "200 \"x\"\n")
    #expect(try await body("PUT", "/a/d/e.json?print=silent", "7") == "204 ")
    let pushed = try await body("POST", "/list.json", #"{"n":1}"#)
    let key = try #require(pushed.wholeMatch(of: /200 \{"name":"([-0-9A-Z_a-z]{20})"\}/)?.1)
    #expect(try await body("GET", "/list/\(key)/n.json") == "200 1")
    #expect(try await body("POST", "/a/d.json", #"{"f":8}"#, ["X-HTTP-Method-Override: PATCH"]) == #"200 {"f":8}"#)
    #expect(try await body("POST", "/a/d.json?x-http-method-override=PUT", "9") == "200 9")
    #expect(try await body("DELETE", "/a.json?ns=any") == "200 null")
    #expect(
      try await body("PUT", "/t.json", #"{"at":{".sv":"timestamp"},"n":{".sv":{"increment":2}}}"#) == #"200 {"at":1700000000000,"n":2}"#)
    #expect(try await body("PUT", "/p.json", #"{"x":{".value":1,".priority":5}}"#) == #"200 {"x":1}"#)
    #expect(try await body("GET", "/p.json?format=export") == #"200 {"x":{".priority":5,".value":1}}"#)
    #expect(try await body("GET", "/BRK%252EB/a%20b/%C3%A9.json") == "200 null")
    #expect(try await body("GET", "/a.json?timeout=10s") == "200 null")
    await served.server.stop()
  }

  @Test(arguments: [
    ("PUT", "/a.json", "{a}", 400, "Invalid data; couldn't parse JSON object, array, or value."),
    ("PUT", "/a.json", "", 400, "Invalid data; couldn't parse JSON object, array, or value."),
    (
      "PUT", "/a.json", #"{"a.b":1}"#, 400,
      "Invalid data; couldn't parse key beginning at 1:2. Key value can't be empty or contain $ # [ ] / or ."
    ),
    (
      "PATCH", "/a.json", #"{"a/b":1,"a":2}"#, 400,
      "Invalid data; the path /a/a is an ancestor of the path /a/a/b in the same request."
    ),
    ("PATCH", "/a.json", "[1]", 400, "Invalid data; couldn't parse JSON object. Are you sending a JSON object with valid key names?"),
    ("GET", "/a.json?orderBy=\"h\"", nil, 400, #"Index not defined, add ".indexOn": "h", for path "/a", to the rules"#),
    ("GET", "/a.json?limitToFirst=1", nil, 400, "orderBy must be defined when other query parameters are defined"),
    ("GET", "/a.json?orderBy=%22h%22&equalTo=abc", nil, 400, "Constraint index field must be a JSON primitive"),
    ("GET", "/a.json?timeout=16min", nil, 400, "timeout must be a number with ms, s or min, 15min at most, and is for reading only"),
    ("GET", "/a.json?shallow=true&orderBy=%22$key%22", nil, 400, "shallow cannot be used with other query parameters"),
    ("GET", "/a$b.json", nil, 400, "Invalid path: Invalid token in path"),
    ("GET", "/a%2Fb.json", nil, 400, "Invalid path: Invalid token in path"),
    ("GET", "/%zz.json", nil, 400, "Invalid path: the percent-encoding is malformed."),
    ("GET", "/%ff.json", nil, 400, "Invalid path: the percent-encoding is malformed."),
    ("GET", "/a", nil, 404, "Append .json to your request URL to use the REST API."), ("BREW", "/a.json", nil, 405, nil),
    ("GET", "/a.json?auth=x.y.z", nil, 401, "Could not parse auth token."),
    ("PUT", "/.settings/rules.json", "{}", 401, "Permission denied"),
  ])
  func `answers what cannot be done with the database's status and sentence`(
    method: String, target: String, body: String?, status: Int, sentence: String?
  ) async throws {
    let served = try Served()
    let answer = try await served.ask(method, target, body: body)
    #expect(answer.status == status)
    if let sentence {
      #expect(answer.body == RealtimeJSON.text(of: .object(["error": .string(sentence)]), isPretty: true))
    }
    await served.server.stop()
  }

  @Test func `compares and sets by ETag`() async throws {
    let served = try Served()
    let none = try await served.ask("GET", "/n.json", ["X-Firebase-ETag: true"])
    #expect(none.headers["etag"] == "null_etag")
    let made = try await served.ask("PUT", "/n.json", ["if-match: null_etag"], body: "1")
    let tag = try #require(made.headers["etag"])
    #expect(made.status == 200)
    let refused = try await served.ask("PUT", "/n.json", ["if-match: null_etag"], body: "2")
    #expect(refused.status == 412 && refused.body == "1" && refused.headers["etag"] == tag)
    #expect(try await served.ask("GET", "/n.json", ["if-none-match: \(tag)"]).status == 304)
    let changed = try await served.ask("GET", "/n.json", ["if-none-match: other"])
    #expect(changed.status == 200 && changed.headers["etag"] == tag)
    #expect(try await served.ask("DELETE", "/n.json", ["if-match: \(tag)"]).status == 200)
    #expect(try await served.ask("PATCH", "/n.json", ["if-match: \(tag)"], body: #"{"a":1}"#).status == 400)
    #expect(try await served.ask("GET", "/n.json?shallow=true", ["X-Firebase-ETag: true"]).status == 400)
    await served.server.stop()
  }

  @Test func `loses no increment of many who compare and set at once`() async throws {
    let served = try Served()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          guard let wire = try? served.connect() else { return }  // the sum tells
          for _ in 0..<25 {
            while true {
              await wire.request("GET", "/n.json", ["X-Firebase-ETag: true"])
              guard let now = await wire.answer() else { return }
              await wire.request("PUT", "/n.json", ["if-match: \(now.headers["etag"]!)"], body: String((Int(now.body) ?? 0) + 1))
              guard let answer = await wire.answer() else { return }
              if answer.status == 200 { break }
            }
          }
        }
      }
    }
    #expect(try await served.ask("GET", "/n.json").body == "200")
    await served.server.stop()
  }

  @Test func `asks the rules, of everyone but the admin`() async throws {
    let rules = #"""
      {"rules": {
        "users": {"$uid": {".read": "auth.uid === $uid", ".write": "auth.uid === $uid && root.child('open').val() === true",
          "age": {".validate": "newData.isNumber() && (!data.exists() || newData.val() >= data.val())"}}},
        "list": {".read": "query.limitToFirst <= 2", ".indexOn": ["n", ".value"]} } }
      """#
    let served = try Served(rules: rules)
    func token(_ uid: String, _ more: String = "") -> String {
      func part(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
      }
      return part(#"{"alg":"none"}"#) + "." + part(#"{"sub":"\#(uid)"\#(more)}"#) + "."
    }
    let owner = ["Authorization: Bearer owner"]
    func status(_ method: String, _ target: String, _ body: String? = nil, _ headers: [String] = []) async throws -> Int {
      try await served.ask(method, target, headers, body: body).status
    }
    #expect(try await status("PUT", "/users/ann.json?auth=\(token("ann"))", #"{"age":1}"#) == 401)
    #expect(try await status("PUT", "/open.json", "true", owner) == 200)
    #expect(try await status("PUT", "/users/ann.json?auth=\(token("ann"))", #"{"age":1}"#) == 200)
    #expect(try await status("PATCH", "/users/ann.json?auth=\(token("ann"))", #"{"age":0}"#) == 401)
    #expect(try await status("PATCH", "/users.json?auth=\(token("ann"))", #"{"ann/age":3}"#) == 200)
    #expect(try await status("PATCH", "/users.json?auth=\(token("ann"))", #"{"ann/age":4,"bob/age":1}"#) == 401)
    #expect(try await served.ask("GET", "/users.json", owner).body == #"{"ann":{"age":3}}"#)
    #expect(try await status("GET", "/users/ann.json?auth=\(token("bob"))") == 401)
    #expect(try await status("GET", "/users/ann.json", nil, ["Authorization: Bearer \(token("ann"))"]) == 200)
    #expect(try await status("GET", "/users/ann.json?auth=\(token("ann", ",\"exp\":1600000000"))") == 401)
    #expect(try await status("GET", "/users/ann.json?auth_variable_override=%7B%22uid%22:%22bob%22%7D", nil, owner) == 401)
    #expect(try await status("GET", "/users/ann.json?auth_variable_override=%7B%22uid%22:%22ann%22%7D", nil, owner) == 200)
    #expect(try await status("GET", "/users/ann.json?access_token=owner") == 200)
    #expect(try await status("GET", "/list.json?orderBy=%22n%22&limitToFirst=2") == 200)
    #expect(try await status("GET", "/list.json?orderBy=%22n%22&limitToFirst=3") == 401)
    #expect(try await status("GET", "/list.json?orderBy=%22$value%22&limitToFirst=1") == 200)
    await served.server.stop()
  }

  @Test func `keeps rules that are put, and refuses bad ones with their place`() async throws {
    let served = try Served()
    let owner = ["Authorization: Bearer owner"]
    let text = "{ // closed\n \"rules\": {\".read\": false} }"
    #expect(try await served.ask("PUT", "/.settings/rules.json", owner, body: text).body == #"{"status":"ok"}"#)
    #expect(try await served.ask("GET", "/.settings/rules.json", owner).body == text)
    #expect(try await served.ask("GET", "/a.json").status == 401)
    let bad = try await served.ask("PUT", "/.settings/rules.json", owner, body: #"{"rules": {".read": "user"}}"#)
    #expect(bad.status == 400 && bad.body.contains("column 22: unknown variable"), "\(bad)")
    #expect(try await served.ask("GET", "/.settings/rules.json").status == 401)
    // Another process may set them, too.
    try await served.tree.write { try $0.setRules(#"{"rules":{".read":true}}"#) }
    while try await served.ask("GET", "/a.json").status != 200 {}
    await served.server.stop()
  }

  @Test func `takes nobody's word but the token's without --emulator`() async throws {
    let served = try Served(rules: #"{"rules":{}}"#, door: .token(Secret("s3cret")))
    for (header, status) in [("Bearer s3cret", 200), ("Bearer owner", 401), ("Bearer s3cre", 401), ("Basic s3cret", 401)] {
      #expect(try await served.ask("GET", "/a.json", ["Authorization: \(header)"]).status == status, "\(header)")
    }
    #expect(try await served.ask("GET", "/a.json").status == 401)
    #expect(!"\(RealtimeDoor.token(Secret("s3cret")))".contains("s3cret"))
    await served.server.stop()
  }

  @Test func `answers to its own names only`() async throws {
    let served = try Served()
    for (headers, status) in [
      (["Host: localhost:9000"], 200), (["Host: evil.example"], 403), (["Host: 127.0.0.1.evil.example"], 403), (["Host: [::1]:9"], 200),
    ] {
      let wire = try served.connect()
      await wire.send("GET /a.json HTTP/1.1\r\n\(headers[0])\r\n\r\n")
      #expect(await wire.answer()?.status == status, "\(headers)")
    }
    #expect(try await served.ask("GET", "/a.json", ["Origin: https://evil.example"]).status == 403)
    #expect(try await served.ask("GET", "/a.json", ["Origin: http://localhost:3000"]).status == 200)
    await served.server.stop()
  }
}
