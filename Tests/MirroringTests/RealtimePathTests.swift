import Mirroring
import Testing

/// One odd ticker on a bot's channel stopped the mirror of all of them: its path was cut into keys as Swift cuts texts into characters.
@Suite struct `A key that begins with a combining mark` {
  private let odd = "\u{301}X"

  @Test func `is a key of its own behind the slash`() throws {
    let path = RealtimePath("tickers", odd, "price")
    #expect(RealtimePath(escaped: path.description) == path)
    let merge = try #require(try RealtimeWrite.merges([(path.description, "1.5"), ("tickers/AAPL/price", "2")]).first)
    #expect(merge.changes.map(\.path.count) == [3, 3] && merge.changes[0].path[1].utf8.elementsEqual(odd.utf8))
  }

  @Test(arguments: ["%", "%4", "%+4", "%G0", "%-1"]) func `is no excuse for an escape that is none`(text: String) {
    #expect(RealtimePath(escaped: "a/\(text)") == nil)
  }
}

@Suite struct `A realtime path` {
  @Test(arguments: [
    (["quotes", "BRK.B"], "quotes/BRK%2EB"), (["a/b", "$x#[1]"], "a%2Fb/%24x%23%5B1%5D"), (["100%"], "100%25"), (["\u{1}"], "%01"),
    (["é", "日本"], "é/日本"),
  ])
  func `escapes what the database forbids, and reads it back`(keys: [String], text: String) {
    #expect(RealtimePath(keys).description == text)
    #expect(RealtimePath(escaped: text)?.keys == keys)
  }

  @Test(arguments: ["", "a//b", "a/%2", "%zz", "%ff"])
  func `refuses a text that no path writes`(text: String) {
    #expect(RealtimePath(escaped: text) == nil)
  }
}

@Suite struct `The outbox` {
  @Test func `tells only the last change of a path, and none below a later one`() {
    func change(_ path: String, _ value: String?) -> RealtimeChange { RealtimeChange(path: RealtimePath(escaped: path)!, value: value) }
    let told = Outbox.coalesced([
      change("a/x", "1"), change("b", "2"), change("a/x", "3"), change("c/d", "4"), change("c", nil), change("c/e", "5"),
    ])
    #expect(told == [change("b", "2"), change("a/x", "3"), change("c", nil), change("c/e", "5")])
  }
}
