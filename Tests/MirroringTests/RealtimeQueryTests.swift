import Mirroring
import Testing

@Suite struct `A query of the realtime tree` {
  private static let birds = #"""
    {"none":{"n":1},"no":{"h":false},"yes":{"h":true},"one":{"h":1},"uno":{"h":1},"two":{"h":2.5},"A":{"h":"A"},"a":{"h":"a"},"é":{"h":"é"},"deep":{"h":{"x":1}}}
    """#

  private func result(_ parameters: [(name: String, value: String)], _ text: String) throws -> String {
    let query = try #require(try RealtimeQuery.reading(parameters))
    return RealtimeJSON.text(of: query.result(of: try RealtimeJSON.value(of: Array(text.utf8))))
  }

  private func keys(_ text: String) throws -> String {
    try RealtimeJSON.value(of: Array(text.utf8)).children.keys.sorted(by: RealtimeKey.precedes).joined(separator: " ")
  }

  @Test(arguments: [
    ("limitToFirst=1", "none"), ("limitToFirst=3", "no none yes"), ("limitToLast=1", "deep"), ("limitToLast=3", "a deep é"),
    ("startAt=1", "A a deep one two uno é"), ("startAfter=1", "A a deep two é"), ("endAt=1", "no none one uno yes"),
    ("endBefore=1", "no none yes"), ("equalTo=1", "one uno"), ("equalTo=null", "none"), ("equalTo=true", "yes"), ("equalTo=\"a\"", "a"),
    ("startAt=\"B\"", "a deep é"), ("startAt=1&endAt=2", "one uno"), ("startAt=1&limitToFirst=1", "one"),
    ("startAt=1&endAt=2&limitToLast=1", "uno"),
    ("equalTo=7", ""), ("startAt=\"z\"&limitToLast=1", "deep"),
  ])
  func `by a child sorts null, false, true, numbers, strings, objects`(parameters: String, expected: String) throws {
    let pairs = parameters.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }.map {
      (name: $0[0], value: $0[1])
    }
    #expect(try keys(try result([("orderBy", "\"h\"")] + pairs, Self.birds)) == expected)
  }

  @Test(arguments: [
    ("limitToFirst=2", "-5 9"), ("limitToLast=2", "a b"), ("startAt=\"10\"", "10 3000000000 a b"), ("endBefore=\"10\"", "-5 9"),
    ("equalTo=\"a\"", "a"), ("startAt=\"9\"&limitToFirst=2", "9 10"), ("startAfter=\"a\"", "b"),
  ])
  func `by key puts 32-bit integers first`(parameters: String, expected: String) throws {
    let pairs = parameters.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }.map {
      (name: $0[0], value: $0[1])
    }
    let text = #"{"b":1,"a":1,"10":1,"9":1,"-5":1,"3000000000":1}"#
    #expect(try keys(try result([("orderBy", "\"$key\"")] + pairs, text)) == expected)
  }

  @Test func `by value, and by a path below each child`() throws {
    #expect(try result([("orderBy", "\"$value\""), ("limitToLast", "2")], #"{"x":3,"y":1,"z":2}"#) == #"{"x":3,"z":2}"#)
    #expect(
      try result([("orderBy", "\"d/h\""), ("startAt", "2")], #"{"x":{"d":{"h":3}},"y":{"d":{"h":1}},"z":{"d":1}}"#)
        == #"{"x":{"d":{"h":3}}}"#)
    #expect(try result([("orderBy", "\"$key\""), ("limitToFirst", "1")], "5") == "null")
    #expect(try result([("orderBy", "\"$key\"")], "5") == "5")
  }

  @Test(arguments: [
    ("limitToFirst=1", "orderBy must be defined when other query parameters are defined"),
    ("startAt=1", "orderBy must be defined when other query parameters are defined"),
    ("orderBy=h", "orderBy must be a valid JSON encoded path"), ("orderBy=\"\"", "orderBy must be a valid JSON encoded path"),
    ("orderBy=\"a.b\"", "orderBy must be a valid JSON encoded path"), ("orderBy=1", "orderBy must be a valid JSON encoded path"),
    ("orderBy=\"h\"&equalTo=abc", "Constraint index field must be a JSON primitive"),
    ("orderBy=\"h\"&startAt={}", "Constraint index field must be a JSON primitive"),
    ("orderBy=\"h\"&startAt=[1]", "Constraint index field must be a JSON primitive"),
    ("orderBy=\"h\"&limitToFirst=0", "limitToFirst must be a positive integer"),
    ("orderBy=\"h\"&limitToLast=x", "limitToLast must be a positive integer"),
    ("orderBy=\"h\"&limitToLast=1&limitToFirst=1", "limitToFirst and limitToLast cannot be combined"),
    ("orderBy=\"h\"&equalTo=1&startAt=1", "equalTo cannot be specified in addition to startAfter, startAt, endAt, or endBefore"),
    ("orderBy=\"$key\"&startAt=1", "startAt must be a JSON string when the order is by $key"),
  ])
  func `is refused with the sentence that clients know`(parameters: String, sentence: String) {
    let pairs = parameters.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }.map {
      (name: $0[0], value: $0[1])
    }
    let defect = #expect(throws: RealtimeQuery.Defect.self) { try RealtimeQuery.reading(pairs) }
    #expect(defect?.description == sentence)
  }

  @Test func `is none without its parameters`() throws {
    #expect(try RealtimeQuery.reading([("print", "pretty")]) == nil)
  }
}

@Suite struct `An ETag` {
  @Test func `is the same for equal values, and null_etag for nothing`() throws {
    func tag(_ text: String) throws -> String { RealtimeTag.tag(of: try RealtimeJSON.value(of: Array(text.utf8))) }
    #expect(try tag(#"{"a":1,"b":[2]}"#) == tag(#" {"b":{"0":2.0},"a":1e0}"#))
    #expect(try tag("null") == "null_etag" && tag("{}") == "null_etag")
    #expect(try Set(["1", "\"1\"", "true", #"{"a":1}"#, #"{"b":1}"#].map(tag)).count == 5)
    #expect(try tag("1").utf8.count == 28)
  }
}

@Suite struct `A push key` {
  @Test func `has 20 characters and sorts behind all earlier ones`() {
    var keys = PushKey()
    var random = Seeded(7)
    var made: [String] = []
    for millisecond in [1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_000, 1_800_000_000_000] as [Int64] {
      for _ in 0..<100 { made.append(keys.next(at: millisecond, using: &random)) }
    }
    #expect(made.allSatisfy { $0.utf8.count == 20 && RealtimeKey.defect(of: $0) == nil })
    #expect(zip(made, made.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  @Test func `tells its time in its first eight characters`() {
    var keys = PushKey()
    var zero = Fixed()
    #expect(keys.next(at: 0, using: &zero) == "--------------------")
    #expect(keys.next(at: 0, using: &zero) == "-------------------0")
    #expect(keys.next(at: 1_436_309_000_000, using: &zero).prefix(8) == "-Jteg-x-")
  }

  private struct Fixed: RandomNumberGenerator { mutating func next() -> UInt64 { 0 } }
}
