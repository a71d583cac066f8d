import Mirroring
import Testing

@Suite struct `The rows of the tree` {
  private let tree = MemoryTree.State()

  private func value(_ text: String) throws -> RealtimeValue { try RealtimeJSON.value(of: Array(text.utf8)) }
  private func text(_ path: String...) throws -> String { RealtimeJSON.text(of: try tree.value(at: path)) }

  private func put(_ text: String, at path: String...) throws { try tree.apply(try .put(try value(text), at: path)) }

  @Test func `keep what is put, and give a value back at any place`() throws {
    try put(#"{"a":{"x":1,"x-y":2,"x+":null,"b":{"c":[true,"t"]}},"a-b":3,"10":{"9":0}}"#)
    #expect(try text() == #"{"10":{"9":0},"a":{"b":{"c":[true,"t"]},"x":1,"x-y":2},"a-b":3}"#)
    #expect(try text("a") == #"{"b":{"c":[true,"t"]},"x":1,"x-y":2}"#)
    #expect(try text("a", "x") == "1" && text("a", "x", "y") == "null" && text("a", "b", "c", "1") == #""t""#)
    #expect(RealtimeJSON.text(of: try tree.shallow(at: [])) == #"{"10":true,"a":true,"a-b":true}"#)
    #expect(RealtimeJSON.text(of: try tree.shallow(at: ["a"])) == #"{"b":true,"x":true,"x-y":true}"#)
    #expect(RealtimeJSON.text(of: try tree.shallow(at: ["a-b"])) == "3")
    #expect(try tree.exists(at: ["a", "b"]) && !tree.exists(at: ["a", "bc"]))
  }

  @Test func `let a leaf give way to a child, and a tree to a leaf`() throws {
    try put("5", at: "a")
    try put("1", at: "a", "b", "c")
    #expect(try text() == #"{"a":{"b":{"c":1}}}"#)
    try put("null", at: "a", "b", "c", "d")
    #expect(try text() == #"{"a":{"b":{"c":1}}}"#)
    try put("true", at: "a")
    #expect(try text() == #"{"a":true}"#)
    try put("7")
    #expect(try text() == "7")
    try put("null")
    #expect(try text() == "null" && tree.rows.isEmpty)
  }

  @Test func `take several paths in one step, and refuse one above another`() throws {
    try put(#"{"old":{"x":1},"kept":2}"#)
    func patch(_ text: String, at path: String...) throws {
      try tree.apply(try .patch(try RealtimeJSON.members(of: Array(text.utf8)), at: path))
    }
    try patch(#"{"prices/AAPL/last":1.5,"/old/x/":null,"n":{"m":[]}}"#)
    #expect(try text() == #"{"kept":2,"prices":{"AAPL":{"last":1.5}}}"#)
    try patch(#"{"a/b":1,"a/c":null}"#, at: "kept")
    #expect(try text("kept") == #"{"a":{"b":1}}"#)
    #expect(throws: RealtimeWriteDefect.ancestor(above: "a", below: "a/b")) { try patch(#"{"a/b":1,"a":2}"#) }
    for bad in [#"{"a//b":1}"#, #"{"":1}"#, #"{"/":1}"#, #"{"a/$b":1}"#, #"{"a.b":1}"#] {
      #expect(throws: RealtimeWriteDefect.self) { try patch(bad) }
    }
    #expect(tree.noted.last?.value == #"{"a/b":1,"a/c":null}"#)
  }

  @Test func `are no deeper than 32 levels`() throws {
    let deep = Array(repeating: "k", count: 31)
    #expect(throws: RealtimeWriteDefect.depth) { try RealtimeWrite.put(try value(#"{"a":{"b":1}}"#), at: deep) }
    _ = try RealtimeWrite.put(try value(#"{"a":1}"#), at: deep)
  }

  @Test func `know the time and sums when they are written`() throws {
    try put(#"{"n":1.5,"t":"x"}"#)
    let write = try RealtimeWrite.put(
      try value(
        ##"{"n":{".sv":{"increment":2}},"t":{".sv":{"increment":-1}},"new":{".sv":{"increment":4}},"at":{"s":{".sv":"timestamp"}}}"##),
      at: [])
    try tree.apply(try write.resolved(now: 1_700_000_000_000) { try tree.value(at: $0) })
    #expect(try text() == #"{"at":{"s":1700000000000},"n":3.5,"new":4,"t":-1}"#)
    for bad in [#"{".sv":"time"}"#, #"{".sv":"timestamp","a":1}"#, #"{".sv":{"increment":"1"}}"#, #"{".sv":{"decrement":1}}"#] {
      #expect(throws: RealtimeWriteDefect.serverValue) {
        try RealtimeWrite.put(try value(bad), at: ["a"]).resolved(now: 1) { _ in .null }
      }
    }
  }

  @Test func `keep priorities, which only an export and their order show`() throws {
    try put(#"{"a":{".value":1,".priority":2},"b":{".priority":"p","c":{"d":1}},"e":{".priority":1}}"#)
    #expect(try text() == #"{"a":1,"b":{"c":{"d":1}}}"#)
    #expect(
      RealtimeJSON.text(of: try tree.value(at: [], withPriorities: true))
        == #"{"a":{".priority":2,".value":1},"b":{".priority":"p","c":{"d":1}}}"#)
    #expect(RealtimeJSON.text(of: try tree.result(of: RealtimeQuery(order: .priority, limit: .first(1)), at: [])) == #"{"a":1}"#)
    #expect(try text("b", ".priority") == #""p""#)
    try put("3", at: "b", ".priority")
    #expect(try text("b", ".priority") == "3")
    try put("3", at: "nothing", ".priority")
    try put("null", at: "b", "c", "d")
    #expect(tree.rows.map(\.path) == ["a", "a\u{1}.priority"])
    #expect(throws: RealtimeWriteDefect.leafWithChildren) { try put(#"{".value":1,"x":2}"#) }
    #expect(throws: RealtimeWriteDefect.priority) { try put(#"{"x":{".priority":true,"y":1}}"#) }
  }

  @Test func `agree with a tree of values after any sequence of writes`() throws {
    var random = Seeded(42)
    var model = RealtimeValue.null
    let keys = ["a", "b", "a-b", "a!", "10", "9", "é"]
    func made(_ depth: Int) -> RealtimeValue {
      switch Int.random(in: 0..<(depth > 2 ? 4 : 6), using: &random) {
      case 0: .null
      case 1: .number(Double(Int.random(in: 0..<9, using: &random)))
      case 2: .string(keys.randomElement(using: &random)!)
      case 3: .bool(true)
      default: .node(Dictionary(keys.prefix(3).map { ($0, made(depth + 1)) }) { $1 })
      }
    }
    for _ in 0..<2000 {
      let path = (0..<Int.random(in: 0..<4, using: &random)).map { _ in keys.randomElement(using: &random)! }
      let new = made(0)
      try tree.apply(try .put(new, at: path))
      model = model.setting(new, at: path)
      #expect(try tree.value(at: []) == model, "seed 42")
      #expect(try tree.value(at: path) == new)
    }
  }
}
