import Foundation
import Testing

@testable import Mirroring

/// What would otherwise cost the server its memory, its time or its data.
@Suite struct `A client that abuses the realtime server` {
  @Test func `cannot spoil the tree with a sum that is no number`() async throws {
    let served = try Served()
    #expect(try await served.ask("PUT", "/a/n.json", body: "1e308").status == 200)
    let sum = try await served.ask("PUT", "/a/n.json", body: #"{".sv":{"increment":1e308}}"#)
    #expect(sum.status == 400 && sum.body.contains("beyond what a number can be"), "\(sum)")
    #expect(try await served.ask("GET", "/a.json").body == #"{"n":1e+308}"#)
    // The value of a place with a priority is added to, too.
    _ = try await served.ask("PUT", "/p.json", body: "3")
    let both = #"{".value":{".sv":{"increment":4}},".priority":1}"#
    #expect(try await served.ask("PUT", "/p.json", body: both).body == "7")
    await served.server.stop()
  }

  @Test func `cannot hide one child behind another of the same letters`() async throws {
    let served = try Served()
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    _ = try await served.ask("PUT", "/a/%C3%A9.json", body: "1")
    _ = try await served.ask("PUT", "/a/e%CC%81.json", body: "2")
    #expect(try await served.ask("GET", "/a/%C3%A9.json").body == "2")
    #expect(try await served.ask("GET", "/a/e%CC%81.json").body == "2")
    _ = try await served.ask("PATCH", "/.json", body: #"{"a/\#(decomposed)":3}"#)
    _ = try await served.ask("PUT", "/b.json", body: #"{"\#(decomposed)":4}"#)
    let all = try await served.ask("GET", "/.json").body
    #expect(Array(all.utf8) == Array(#"{"a":{"\#(composed)":3},"b":{"\#(composed)":4}}"#.utf8))
    await served.server.stop()
  }

  @Test func `is told of a text that changed in nothing but its form`() async throws {
    let served = try Served()
    _ = try await served.ask("PUT", "/s/a.json", body: "\"\u{E9}\"")
    let wire = try await served.listen("/s.json?orderBy=%22$key%22")
    _ = await wire.event()
    _ = try await served.ask("PUT", "/s/a.json", body: "\"e\u{301}\"")
    #expect(Array(try #require(await wire.event()).utf8) == Array("put {\"path\":\"/a\",\"data\":\"e\u{301}\"}".utf8))
    await served.server.stop()
  }

  @Test func `cannot get around a rule or a listener with a mark behind a slash`() async throws {
    let rules = #"""
      {"rules": {"in": {".read": true, "$uid": {".write": "!root.child('banned/' + $uid).exists()"}}}}
      """#
    let served = try Served(rules: rules)
    let (owner, mark) = (["Authorization: Bearer owner"], "%CC%81x")
    #expect(try await served.ask("PUT", "/banned/\(mark).json", owner, body: "true").status == 200)
    #expect(try await served.ask("PUT", "/in/\(mark).json", body: "1").status == 401)
    let wire = try await served.listen("/in/\(mark).json")
    #expect(await wire.event() == #"put {"path":"/","data":null}"#)
    #expect(try await served.ask("PATCH", "/.json", owner, body: "{\"in/\u{301}x\":5}").status == 200)
    #expect(await wire.event() == #"put {"path":"/","data":5}"#)
    await served.server.stop()
  }

  @Test func `cannot make the rules work without an end by writing many places at once`() async throws {
    let rules = #"""
      {"rules": {"u": {".write": true, ".validate": "newData.hasChildren()",
        "$a": {".validate": "newData.parent().hasChildren() && newData.isNumber()"}}}}
      """#
    let served = try Served(rules: rules)
    let count = 20_000
    let body = "{" + (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    let answer = try await served.ask("PATCH", "/u.json?print=silent", body: body)
    #expect(answer.status == 204, "\(answer)")
    // A rule that costs much for each of them is given up.
    let costly = #"{"rules": {"u": {".write": true, "$a": {".validate": "root.child('text').val().contains('y' + $a) === false"}}}}"#
    _ = try await served.ask("PUT", "/.settings/rules.json", ["Authorization: Bearer owner"], body: costly)
    let text = String(repeating: "x", count: 1 << 20)
    _ = try await served.ask("PUT", "/text.json", ["Authorization: Bearer owner"], body: "\"\(text)\"")
    #expect(try await served.ask("PATCH", "/u.json", body: body).status == 401)
    await served.server.stop()
  }

  @Test func `cannot send more values than memory has room for`() async throws {
    let served = try Served()
    let body = "[" + String(repeating: "1,", count: 1_000_000) + "1]"
    let answer = try await served.ask("PUT", "/a.json", body: body)
    #expect(answer.status == 400 && answer.body.contains("exceeds the maximum size"), "\(answer)")
    await served.server.stop()
  }

  @Test func `cannot fill the memory by asking for much and taking little`() async throws {
    let served = try Served { $0.outputBytes = 16 << 20 }
    try await served.tree.write { tree in
      for number in 0..<8 { try tree.apply(try .put(.string(String(repeating: "x", count: 1 << 20)), at: ["t", "n\(number)"])) }
    }
    var wires: [Wire] = []
    for _ in 0..<6 {
      let wire = try served.connect(receiveBuffer: 4096)
      await wire.request("GET", "/t.json")
      wires.append(wire)
    }
    var statuses: [Int] = []
    for wire in wires { statuses.append(await wire.head()?.status ?? 0) }
    #expect(statuses.contains(503) && statuses.contains(200) && Set(statuses).isSubset(of: [200, 503]), "\(statuses)")
    for wire in wires { wire.hangUp() }
    await served.server.stop()
  }

  @Test func `gets no stream for HEAD, no chunks in HTTP 1.0, and no trailers without an end`() async throws {
    let served = try Served()
    let head = try served.connect()
    await head.send("HEAD /a.json HTTP/1.1\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n")
    let text = await head.rest()
    #expect(text.hasPrefix("HTTP/1.1 200") && text.hasSuffix("\r\n\r\n"), "\(text)")
    let old = try served.connect()
    await old.send("PUT /a.json HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n")
    #expect(await old.answer()?.status == 400)
    let trailers = try served.connect()
    let line = "X: " + String(repeating: "x", count: 900) + "\r\n"
    await trailers.send("PUT /a.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + String(repeating: line, count: 40))
    #expect(await trailers.answer()?.status == 431)
    await served.server.stop()
  }

  @Test func `gets all of its answer though it said that it sends nothing more`() async throws {
    let served = try Served()
    try await served.tree.write { tree in
      for number in 0..<8 { try tree.apply(try .put(.string(String(repeating: "x", count: 1 << 20)), at: ["t", "n\(number)"])) }
    }
    let wire = try served.connect(receiveBuffer: 4096)
    await wire.send("GET /t.json HTTP/1.1\r\nConnection: close\r\n\r\n")
    wire.finishSending()
    #expect(await wire.answer()?.body.utf8.count ?? 0 > 8 << 20)
    await served.server.stop()
  }

  @Test func `gets no more time for a million small chunks than for one`() throws {
    var reader = HTTPRequestReader(bodyMax: 16 << 20)
    var bytes = Array("PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    for _ in 0..<1_000_000 { bytes += [0x31, 13, 10, 0x78, 13, 10] }
    bytes += Array("0\r\n\r\nGET /b HTTP/1.1\r\n\r\n".utf8)
    reader.feed(bytes)
    // All at once: with a move of what is left for each chunk this would be 9 TB.
    let first = try reader.next()
    #expect(first?.body.count == 1_000_000)
    let second = try reader.next()
    #expect(second?.target == "/b")
    #expect(reader.isIdle)
  }

  @Test func `is told of one moment when its tag is stale`() async throws {
    let served = try Served()
    _ = try await served.ask("PUT", "/n.json", body: "1")
    let refused = try await served.ask("PUT", "/n.json", ["if-match: old"], body: "2")
    #expect(refused.status == 412 && refused.body == "1")
    #expect(refused.headers["etag"] == RealtimeTag.tag(of: .number(1)))
    await served.server.stop()
  }

  @Test func `writes no more than it said it would`() async throws {
    let served = try Served()
    try await served.tree.write { tree in
      for number in 0..<3 {
        try tree.apply(try .put(.node(Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("k\($0)", .bool(true)) })), at: ["t\(number)"]))
      }
    }
    let all = try await served.ask("PUT", "/.json?writeSizeLimit=tiny", body: "{}")
    #expect(all.status == 400)
    #expect(all.body == "{\n  \"error\" : \"Data to write exceeds the maximum size that can be modified with a single request.\"\n}\n")
    #expect(try await served.ask("DELETE", "/t0.json?writeSizeLimit=tiny").status == 200)
    #expect(try await served.ask("DELETE", "/.json?writeSizeLimit=small").status == 200)
    #expect(try await served.ask("PUT", "/a.json?writeSizeLimit=huge", body: "1").status == 400)
    await served.server.stop()
  }
}
