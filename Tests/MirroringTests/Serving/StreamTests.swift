import Foundation
import Mirroring
import Testing

@Suite struct `A stream of the realtime server` {
  @Test func `begins with the whole value and tells every change of it`() async throws {
    let served = try Served()
    _ = try await served.ask("PUT", "/a.json", body: #"{"x":1}"#)
    let wire = try await served.listen("/a.json")
    #expect(await wire.event() == #"put {"path":"/","data":{"x":1}}"#)
    for (method, target, body, event) in [
      ("PUT", "/a/y/z.json", "2", #"put {"path":"/y/z","data":2}"#),
      ("PATCH", "/a.json", #"{"x":null,"w":[1]}"#, #"patch {"path":"/","data":{"x":null,"w":[1]}}"#),
      ("PATCH", "/a/y.json", #"{"0":5}"#, #"patch {"path":"/y","data":{"0":5}}"#),
      ("PATCH", "/.json", #"{"a/v":1,"b":2,"a/u/t":3}"#, #"patch {"path":"/","data":{"v":1,"u/t":3}}"#),
      ("PATCH", "/.json", #"{"a":{"n":1},"c":2}"#, #"put {"path":"/","data":{"n":1}}"#),
      ("PUT", "/.json", #"{"a":{"m":"\n"}}"#, #"put {"path":"/","data":{"m":"\n"}}"#),
      ("DELETE", "/a/m.json", nil, #"put {"path":"/m","data":null}"#), ("PUT", "/a.json", "{}", #"put {"path":"/","data":null}"#),
    ] as [(String, String, String?, String)] {
      _ = try await served.ask("PUT", "/elsewhere.json", body: "0")
      _ = try await served.ask(method, target, body: body)
      #expect(await wire.event() == event)
    }
    await served.server.stop()
    #expect(await wire.event() == nil)
  }

  @Test func `hears what another process writes`() async throws {
    let served = try Served()
    let wire = try await served.listen("/prices.json")
    #expect(await wire.event() == #"put {"path":"/","data":null}"#)
    try await served.tree.write { tree in
      for write in try RealtimeWrite.merges([
        ("prices/AAPL", #"{"p":1}"#), ("prices/BRK%2EB", "2"), ("prices/AAPL", nil), ("prices/AAPL/p", "3"),
      ]) {
        try tree.apply(write)
      }
    }
    #expect(await wire.event() == #"patch {"path":"/","data":{"AAPL":{"p":1},"BRK%2EB":2}}"#)
    #expect(await wire.event() == #"patch {"path":"/","data":{"AAPL":null}}"#)
    #expect(await wire.event() == #"patch {"path":"/","data":{"AAPL/p":3}}"#)
    await served.server.stop()
  }

  @Test func `of a query tells how its result changes`() async throws {
    let served = try Served(rules: #"{"rules":{".read":true,".write":true,"s":{".indexOn":"n"}}}"#)
    _ = try await served.ask("PUT", "/s.json", body: #"{"a":{"n":1},"b":{"n":2},"c":{"n":3}}"#)
    let wire = try await served.listen("/s.json?orderBy=%22n%22&limitToLast=2")
    #expect(await wire.event() == #"put {"path":"/","data":{"b":{"n":2},"c":{"n":3}}}"#)
    _ = try await served.ask("PUT", "/s/a/n.json", body: "0")
    _ = try await served.ask("PUT", "/s/d.json", body: #"{"n":4}"#)
    #expect(await wire.event() == #"patch {"path":"/","data":{"b":null,"d":{"n":4}}}"#)
    _ = try await served.ask("PUT", "/s/c/m.json", body: "1")
    #expect(await wire.event() == #"put {"path":"/c","data":{"m":1,"n":3}}"#)
    await served.server.stop()
  }

  @Test func `tells the whole again when it missed too much, or a value was too long to keep`() async throws {
    let served = try Served()
    let wire = try await served.listen("/a.json")
    _ = await wire.event()
    try await served.tree.write { tree in
      for number in 0...TreeChange.keptMax { try tree.apply(try .put(.number(Double(number)), at: ["a", "n"])) }
    }
    #expect(await wire.event() == #"put {"path":"/","data":{"n":1024}}"#)
    let long = String(repeating: "x", count: TreeChange.bytesMax)
    _ = try await served.ask("PATCH", "/a.json", body: #"{"l":"\#(long)","n":1}"#)
    #expect(await wire.event() == #"put {"path":"/l","data":"\#(long)"}"#)
    #expect(await wire.event() == #"patch {"path":"/","data":{"n":1}}"#)
    await served.server.stop()
  }

  @Test func `shows that it lives, and ends when its token does`() async throws {
    let served = try Served(rules: #"{"rules":{".read":"auth != null"}}"#)
    let token = "eyJhbGciOiJub25lIn0." + Data(#"{"sub":"a","exp":1700000100}"#.utf8).base64EncodedString().replacing("=", with: "") + "."
    let wire = try await served.listen("/a.json?auth=\(token)")
    #expect(await wire.event() == #"put {"path":"/","data":null}"#)
    served.clock.advance(seconds: 31)
    #expect(await wire.event() == "keep-alive null")
    served.clock.advance(seconds: 100)
    #expect(await wire.event() == "auth_revoked credential is no longer valid")
    #expect(await wire.event() == nil)
    await served.server.stop()
  }

  @Test func `is cancelled when the rules no longer allow it`() async throws {
    let served = try Served(rules: #"{"rules":{".read":"root.child('open').val() === true"}}"#)
    let owner = ["Authorization: Bearer owner"]
    let refused = try await served.ask("GET", "/a.json", ["Accept: text/event-stream"])
    #expect(refused.status == 401)
    _ = try await served.ask("PUT", "/open.json", owner, body: "true")
    let wire = try await served.listen("/a.json")
    #expect(await wire.event() == #"put {"path":"/","data":null}"#)
    let admin = try await served.listen("/a.json", owner)
    _ = await admin.event()
    _ = try await served.ask("DELETE", "/open.json", owner)
    #expect(await wire.event() == "cancel Permission denied")
    #expect(await wire.event() == nil)
    _ = try await served.ask("PUT", "/a.json", owner, body: "1")
    #expect(await admin.event() == #"put {"path":"/","data":1}"#)
    await served.server.stop()
  }

  @Test func `that is not read is cut off, and the others go on`() async throws {
    let served = try Served()
    let slow = try served.connect(receiveBuffer: 4096)
    await slow.request("GET", "/.json", ["Accept: text/event-stream"])
    let quick = try await served.listen("/.json")
    _ = await quick.event()
    let text = String(repeating: "x", count: 100_000)
    for number in 0..<120 {
      _ = try await served.ask("PUT", "/n.json?print=silent", body: "\"\(number)\(text)\"")
      #expect(await quick.event()?.hasPrefix(#"put {"path":"/n","data":"\#(number)x"#) == true)
    }
    // Much less than was told, and then the end.
    #expect(await slow.rest().utf8.count < 9_000_000)
    await served.server.stop()
  }
}
