import Scheduling
import Testing
import Transport

@Suite struct `A faulty answer` {
  @Test(arguments: [
    Fault(
      "an empty reply", "", .truncated(reason: "the connection ended without an answer")),
    Fault(
      "a body that ends before its length", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhello",
      .truncated(reason: "transfer closed with 15 bytes remaining to read")),
    Fault(
      "a body that goes on beyond its length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world",
      .corruptBody(reason: "the answer is longer than the 5 bytes it announced")),
    Fault(
      "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Length: 5\r\n\r\nhello, world",
      .corruptBody(reason: "the answer names different lengths: 12 and 5")),
    Fault(
      "two lengths in one header", "HTTP/1.1 200 OK\r\nContent-Length: 5, 12\r\n\r\nhello, world",
      .corruptBody(reason: "the answer names different lengths: 12 and 5")),
    Fault(
      "a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
      .truncated(reason: "Illegal or missing hexadecimal sequence in chunked-encoding")),
    Fault(
      "no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      .truncated(reason: "transfer closed with outstanding read data remaining")),
    Fault(
      "a transfer encoding that hides another", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      .corruptBody(reason: "the transfer encoding `gzip` was not asked for")),
    Fault(
      "an encoding nobody asked for", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nab",
      .corruptBody(reason: "the content encoding `br` was not asked for")),
    Fault(
      "two encodings", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 2\r\n\r\nab",
      .corruptBody(reason: "the content encoding `gzip, gzip` was not asked for")),
    Fault(
      "a gzip body cut to nothing", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
      .corruptBody(reason: "the compressed bytes end before their trailer")),
    Fault("garbage", "\u{1}\u{2}SSH-2.0-x\r\n", .notHTTP(start: "..SSH-2.0-x..")),
    Fault("HTTP/0.9", "<html>hello</html>", .notHTTP(start: "<html>hello</html>")),
    Fault("a status that is none", "HTTP/1.1 20 OK\r\n\r\n", .notHTTP(start: "Unsupported response code in HTTP response")),
    Fault(
      "headers cut in the middle", "HTTP/1.1 200 OK\r\nContent-Type: te", .truncated(reason: "the headers end early")),
  ])
  func `is an error that says what is wrong`(fault: Fault) async throws {
    let server = try FaultServer(answer: fault.answer)
    defer { server.stop() }
    await expect(fault.error) { try await client().send(HTTPRequest(url: server.url + "/")) }
  }

  @Test func `is worth another attempt when the network may be to blame, and not when a rule refused it`() {
    let transient: [TransportError] = [.truncated(reason: ""), .corruptBody(reason: ""), .notHTTP(start: ""), .deadline(.seconds(1))]
    #expect(transient.allSatisfy { $0.isTransient })
    let final: [TransportError] = [.bomb(ratio: 200), .tooLarge(bytesMax: 1), .refusedRedirect(to: ""), .refusedURL(reason: "")]
    #expect(!final.contains { $0.isTransient })
  }

  @Test func `of gzip is refused when cut anywhere, altered anywhere, or followed by anything`() async throws {
    let whole = Gzip.deflate(Array("open,high,low,close\n".utf8) + (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    var wrongSum = whole
    wrongSum[whole.count - 8] ^= 1
    var wrongLength = whole
    wrongLength[whole.count - 1] ^= 1
    let cases: [([UInt8], String)] = [
      (Array(whole.dropLast()), "the compressed bytes end before their trailer"),
      (Array(whole.prefix(whole.count / 2)), "the compressed bytes end before their trailer"),
      (wrongSum, "the compressed bytes are damaged: incorrect data check"),
      (wrongLength, "the compressed bytes are damaged: incorrect length check"),
      (whole + [0, 0], "2 bytes follow the end of the compressed ones"),
    ]
    let client = client()
    for (body, reason) in cases {
      let server = try FaultServer(answer: answer(body, headers: ["Content-Encoding: gzip"]))
      defer { server.stop() }
      await expect(.corruptBody(reason: reason)) { try await client.send(HTTPRequest(url: server.url)) }
    }
  }

  @Test func `that inflates beyond reason is stopped by its ratio, else by the cap`() async throws {
    let bomb = Gzip.deflate([UInt8](repeating: 0, count: 16 << 20), level: 9)
    let server = try FaultServer(answer: answer(bomb, headers: ["Content-Encoding: gzip"]))
    defer { server.stop() }
    await expect(.bomb(ratio: 200)) { try await client().send(HTTPRequest(url: server.url)) }
    var request = HTTPRequest(url: server.url)
    request.limits.inflationRatioMax = 100_000
    request.limits.bodyBytesMax = 4 << 20
    await expect(.tooLarge(bytesMax: 4 << 20)) { [request] in try await client().send(request) }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + String(repeating: "x", count: 5000),
  ])
  func `that is larger than allowed is stopped, announced or not`(text: String) async throws {
    let server = try FaultServer(answer: text)
    defer { server.stop() }
    var request = HTTPRequest(url: server.url)
    request.limits.wireBytesMax = 4999
    await expect(.tooLarge(bytesMax: 4999)) { [request] in try await client().send(request) }
  }

  @Test func `with endless headers is stopped at the cap`() async throws {
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.send("HTTP/1.1 200 OK\r\n")
      while !peer.isClosed(within: 0) { peer.send("X-Header: \(String(repeating: "y", count: 1000))\r\n") }
    }
    defer { server.stop() }
    let error = await transportError { try await client().send(HTTPRequest(url: server.url)) }
    guard case .notHTTP(let start) = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
    #expect(start.hasPrefix("more than 65536 bytes of headers; the last line: X-Header: yyy"))
  }

  @Test func `that drips is ended by the deadline`() async throws {
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while !peer.isClosed(within: 20) { peer.send("x") }
    }
    defer { server.stop() }
    var request = HTTPRequest(url: server.url)
    request.limits.deadline = .milliseconds(300)
    await expect(.deadline(.milliseconds(300))) { [request] in try await client().send(request) }
  }

  @Test func `that crawls is ended by the minimum rate`() async throws {
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while !peer.isClosed(within: 50) { peer.send("x") }
    }
    defer { server.stop() }
    var request = HTTPRequest(url: server.url)
    request.limits.slowness = .seconds(1)
    await expect(.tooSlow(bytesPerSecondMin: 1000)) { [request] in try await client().send(request) }
  }

  @Test func `by a reset in the middle is a truncation`() async throws {
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
      peer.reset()
    }
    defer { server.stop() }
    let error = await transportError { try await client().send(HTTPRequest(url: server.url)) }
    guard case .truncated = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["", "reset"])
  func `in the middle of a handshake is a broken connection, worth another attempt`(end: String) async throws {
    let server = try FaultServer { peer in
      peer.awaitBytes()
      if end == "reset" { peer.reset() }
    }
    defer { server.stop() }
    let error = await transportError { try await client().send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) }
    guard case .cannotConnect(host: "127.0.0.1", _) = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
  }

  @Test func `in plain text to a handshake is a failure of TLS, and never an insecure fallback`() async throws {
    let server = try FaultServer { peer in
      peer.awaitBytes()
      peer.send(answer(Array("hello".utf8)))
    }
    defer { server.stop() }
    let error = await transportError { try await client().send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) }
    guard case .tls(host: "127.0.0.1", let reason) = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
    #expect(reason.contains("wrong version number"))
  }

  @Test func `of nobody is a refused connection, and the host is named`() async throws {
    let server = try FaultServer(answer: "")
    let url = server.url
    server.stop()
    _ = await transportError { try await client().send(HTTPRequest(url: url)) }
    let error = await transportError { try await client().send(HTTPRequest(url: url)) }
    guard case .cannotConnect(host: "127.0.0.1", let reason) = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
    #expect(reason.contains("Couldn't connect") || reason.contains("Failed to connect"))
  }
}

struct Fault: Sendable, CustomTestStringConvertible {
  let name: String
  let answer: String
  let error: TransportError

  init(_ name: String, _ answer: String, _ error: TransportError) {
    (self.name, self.answer, self.error) = (name, answer, error)
  }

  var testDescription: String { name }
}
