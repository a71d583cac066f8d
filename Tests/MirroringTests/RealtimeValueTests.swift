import Mirroring
import Testing

@Suite struct `A value of the realtime tree` {
  private let tree = RealtimeValue.node(["a": .node(["x": .number(1), "y": .bool(true)]), "b": .string("B")])

  @Test func `is reached by its path, and is null where nothing is`() {
    #expect(tree[["a", "x"]] == .number(1))
    #expect(tree[["a", "x", "deeper"]] == .null)
    #expect(tree[[String]()] == tree)
  }

  @Test func `loses its parents when it is deleted last`() {
    let rest = tree.setting(.null, at: ["a", "x"]).setting(.null, at: ["a", "y"])
    #expect(rest == .node(["b": .string("B")]))
    #expect(rest.setting(.null, at: ["b"]) == .null)
  }

  @Test func `stays when nothing is put below it, and makes way for a child`() {
    #expect(tree.setting(.null, at: ["b", "c"]) == tree)
    #expect(tree.setting(.number(2), at: ["b", "c"])["b"] == .node(["c": .number(2)]))
  }

  @Test func `holds nothing empty`() {
    #expect(RealtimeValue.node(["a": .null, "b": .node([:])]) == .null)
  }
}
