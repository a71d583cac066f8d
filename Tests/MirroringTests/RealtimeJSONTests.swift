import Mirroring
import Testing

@Suite struct `JSON of the realtime tree` {
  private func read(_ text: String) throws(RealtimeJSONError) -> RealtimeValue { try RealtimeJSON.value(of: Array(text.utf8)) }

  @Test(arguments: [
    (#"{"b":1,"a":[true,null,"x"]}"#, #"{"a":[true,null,"x"],"b":1}"#),
    (#"{"10":"ten","9":"nine","x":0,"A":1,"-1":2}"#, #"{"-1":2,"9":"nine","10":"ten","A":1,"x":0}"#),
    (#" [ 1 , 2.50 , -0 , 1e3 , 1E-7 ] "#, "[1,2.5,0,1000,1e-7]"),
    ("9007199254740993", "9007199254740992"), ("-1e22", "-1e+22"), ("123456789012345678", "123456789012345680"),
    (#"{"0":1,"2":3}"#, "[1,null,3]"), (#"{"0":1,"3":3}"#, "[1,null,null,3]"), (#"{"1":1,"4":3}"#, #"{"1":1,"4":3}"#),
    (#"{"00":1,"1":3}"#, #"{"00":1,"1":3}"#),
    ("[]", "null"), ("{}", "null"), (#"{"a":{"b":[null,{}]}}"#, "null"), (#"{"a":null,"b":0}"#, #"{"b":0}"#),
    (#""\u00e9\ud83d\ude00\/\n\u0001\u007f""#, #""é😀/\n\u0001\u007f""#), (#"{"a":1,"a":2}"#, #"{"a":2}"#),
    (#"{".value":1,".priority":2}"#, #"{".priority":2,".value":1}"#), (#"{"t":{".sv":"timestamp"}}"#, #"{"t":{".sv":"timestamp"}}"#),
  ])
  func `is read and printed as the database does`(text: String, printed: String) throws {
    #expect(RealtimeJSON.text(of: try read(text)) == printed)
  }

  @Test(arguments: [
    "", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "nul", "truex", "01", "-", "+1", ".5", "1.", "1e", "1e999", "NaN", "'a'",
    "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\u{1}\"", "1 2", "// no\n1", "{\"a\":1,}",
  ])
  func `is refused when it is none`(text: String) {
    let error = #expect(throws: RealtimeJSONError.self) { try read(text) }
    #expect(error?.description == "Invalid data; couldn't parse JSON object, array, or value.")
  }

  @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22]])
  func `is refused when it is not UTF-8`(bytes: [UInt8]) {
    #expect(throws: RealtimeJSONError.self) { try RealtimeJSON.value(of: bytes) }
  }

  @Test(arguments: [
    (#"{"":1}"#, "1:2"), (#"{"a.b":1}"#, "1:2"), ("{\"a\":1,\n  \"$x\":1}", "2:3"), (#"{"a":{"b/c":1}}"#, "1:7"), (##"{"#":1}"##, "1:2"),
    (#"{"a[":1}"#, "1:2"), (#"{"a\u0001":1}"#, "1:2"), (#"{"a\u007f":1}"#, "1:2"), (#"{".sw":1}"#, "1:2"),
  ])
  func `names the place of a key that cannot be one`(text: String, place: String) {
    let error = #expect(throws: RealtimeJSONError.self) { try read(text) }
    #expect(
      error?.description == "Invalid data; couldn't parse key beginning at \(place). Key value can't be empty or contain $ # [ ] / or .")
  }

  @Test func `has keys of 768 bytes at most, and 32 levels`() throws {
    let key = String(repeating: "k", count: 768)
    #expect(try read(#"{"\#(key)":1}"#)[key] == .number(1))
    #expect(throws: RealtimeJSONError(.keyTooLong, at: .init(line: 1, column: 2))) { try read(#"{"\#(key)k":1}"#) }
    func nested(_ count: Int) -> String { String(repeating: #"{"a":"#, count: count) + "1" + String(repeating: "}", count: count) }
    #expect(try read(nested(32))[Array(repeating: "a", count: 32)] == .number(1))
    #expect(throws: RealtimeJSONError.self) { try read(nested(33)) }
    #expect(throws: RealtimeJSONError.self) { try read(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func `keeps the members of a PATCH with their nulls, and wants an object`() throws {
    let members = try RealtimeJSON.members(of: Array(#"{"b/c":null,"a":{"x":[]}, "d":1}"#.utf8))
    #expect(members.map(\.key) == ["b/c", "a", "d"])
    #expect(members.map(\.value) == [.null, .null, .number(1)])
    #expect(members.map(\.position.column) == [2, 13, 27])
    let error = #expect(throws: RealtimeJSONError.self) { try RealtimeJSON.members(of: Array("[1]".utf8)) }
    #expect(error?.description == "Invalid data; couldn't parse JSON object. Are you sending a JSON object with valid key names?")
  }

  @Test func `with comments keeps the place of everything, for rules`() throws {
    let text = """
      { // of all
        "rules": { /* a
          note */ ".read": "auth != null",
          "$x": {".indexOn": ["a", "b"]} } }
      """
    let root = try RealtimeJSON.document(of: Array(text.utf8))
    guard case .object(let top) = root.content, case .object(let rules) = top[0].value.content else { Issue.record("no object"); return }
    #expect(top[0].position == .init(line: 2, column: 3))
    #expect(rules.map(\.key) == [".read", "$x"])
    #expect(rules[0].position == .init(line: 3, column: 13))
    #expect(rules[0].value.position == .init(line: 3, column: 22))
    #expect(root.value["rules"]["$x"][".indexOn"] == .object(["0": .string("a"), "1": .string("b")]))
    #expect(throws: RealtimeJSONError(.duplicateKey("a"), at: .init(line: 1, column: 9))) {
      try RealtimeJSON.document(of: Array(#"{"a":1, "a":2}"#.utf8))
    }
    let error = #expect(throws: RealtimeJSONError.self) { try RealtimeJSON.document(of: Array("{\n /* never".utf8)) }
    #expect(error?.position == .init(line: 2, column: 2))
    #expect(error?.explanation == "expected the end of this comment")
  }

  @Test func `is indented on request`() throws {
    #expect(
      RealtimeJSON.text(of: try read(#"{"a":[1],"b":{"c":"x"}}"#), isPretty: true) == """
        {
          "a" : [
            1
          ],
          "b" : {
            "c" : "x"
          }
        }

        """)
  }
}
