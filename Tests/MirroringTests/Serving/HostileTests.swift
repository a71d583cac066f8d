import Foundation
import Mirroring
import Testing

@Suite struct `Hostile clients of the realtime server` {
  @Test(arguments: [
    ("GET /a.json\r\n\r\n", 400), ("GET /a.json HTTP/2.0\r\n\r\n", 505), ("G=T /a.json HTTP/1.1\r\n\r\n", 400), ("\r\n\r\n", 400),
    ("GET  /a.json HTTP/1.1\r\n\r\n", 400), ("GET /a.json HTTP/1.1\r\nA b: c\r\n\r\n", 400),
    ("GET /a.json HTTP/1.1\r\n folded: x\r\n\r\n", 400),
    ("PUT /a.json HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n1", 400),
    ("PUT /a.json HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1", 400),
    ("PUT /a.json HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    ("PUT /a.json HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    ("PUT /a.json HTTP/1.1\r\nContent-Length: 17000000\r\n\r\n", 400), ("PUT /a.json HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ("PUT /a.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("PUT /a.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", 400),
    ("PUT /a.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\n1\r\n0\r\n\r\n", 400),
    ("PUT /a.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n12\r\n", 400),
  ])
  func `that speak no HTTP are told so and sent away`(text: String, status: Int) async throws {
    let served = try Served()
    let wire = try served.connect()
    await wire.send(text)
    #expect(await wire.answer()?.status == status)
    #expect(await wire.rest().isEmpty)
    #expect(try await served.ask("GET", "/a.json").status == 200)
    await served.server.stop()
  }

  @Test func `may send requests in any pieces, several at once, and in chunks`() async throws {
    let served = try Served()
    let wire = try served.connect()
    let text = "PUT /a.json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{\"\r\n5\r\na\":1}\r\n0\r\nTrailer: x\r\n\r\n"
    await wire.sendInPieces(text)
    #expect(await wire.answer()?.body == #"{"a":1}"#)
    await wire.send("GET /a.json HTTP/1.1\r\n\r\nGET /a/a.json HTTP/1.1\r\n\r\nGET /b.json HTTP/1.0\r\n\r\n")
    #expect(await wire.answer()?.body == #"{"a":1}"#)
    #expect(await wire.answer()?.body == "1")
    let last = await wire.answer()
    #expect(last?.body == "null" && last?.headers["connection"] == "close")
    let waiting = try served.connect()
    await waiting.send("PUT /w.json HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    #expect(await waiting.head()?.status == 100)
    await waiting.send("5")
    #expect(await waiting.answer()?.body == "5")
    await served.server.stop()
  }

  @Test func `cannot send heads, bodies or depths without an end`() async throws {
    let served = try Served()
    let long = try served.connect()
    await long.send("GET /a.json HTTP/1.1\r\nX: " + String(repeating: "x", count: 20_000))
    #expect(await long.answer()?.status == 431)
    let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    #expect(try await served.ask("PUT", "/a.json", body: deep).status == 400)
    #expect(try await served.ask("PUT", "/" + Array(repeating: "k", count: 33).joined(separator: "/") + ".json", body: "1").status == 400)
    #expect(try await served.ask("PUT", "/" + String(repeating: "k", count: 769) + ".json", body: "1").status == 400)
    let large = try served.connect()
    await large.request("PUT", "/a.json", ["Content-Length: 20000000"])
    #expect(await large.answer()?.body.contains("exceeds the maximum size") == true)
    #expect(try await served.ask("GET", "/.json").body == "null")
    await served.server.stop()
  }

  @Test func `that dawdle are sent away`() async throws {
    let served = try Served { $0.patience = 0.3 }
    let (head, body) = (try served.connect(), try served.connect())
    await head.send("GET /a.json HTTP/1.1\r\nX: ")
    await body.send("PUT /a.json HTTP/1.1\r\nContent-Length: 1000\r\n\r\n1")
    #expect(await head.rest().isEmpty)
    #expect(await body.rest().isEmpty)
    #expect(try await served.ask("GET", "/a.json").body == "null")
    await served.server.stop()
  }

  @Test func `may listen by the hundred, and vanish`() async throws {
    let served = try Served()
    var wires: [Wire] = []
    for _ in 0..<200 { wires.append(try await served.listen("/a.json")) }
    for wire in wires { #expect(await wire.event() == #"put {"path":"/","data":null}"#) }
    for wire in wires[..<100] { wire.hangUp() }
    _ = try await served.ask("PUT", "/a.json", body: "1")
    for wire in wires[100...] { #expect(await wire.event() == #"put {"path":"/","data":1}"#) }
    await served.server.stop()
  }
}
