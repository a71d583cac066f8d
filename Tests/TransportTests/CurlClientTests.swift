import Foundation
import Scheduling
import Testing
import Transport

@Suite struct `The curl client` {
  @Test func `brings a thousand concurrent answers bit for bit, over as many connections as allowed`() async throws {
    let server = try FaultServer { peer in
      while let request = peer.readRequest() {
        let seed = UInt64(request.split(separator: " ")[1].dropFirst()) ?? 0
        let body = pattern(seed)
        let isZipped = seed % 2 == 0
        peer.send(isZipped ? answer(Gzip.deflate(body), headers: ["Content-Encoding: gzip"]) : answer(body))
      }
    }
    defer { server.stop() }
    let (client, url) = (CurlHTTPClient(userAgent: "jobs/test", transfersPerHostMax: 6), server.url)
    let wrong = try await withThrowingTaskGroup { group in
      for seed in 0..<1000 as Range<UInt64> {
        group.addTask {
          let response = try await client.send(HTTPRequest(url: "\(url)/\(seed)"))
          let zipped = try response.gzippedBody.map { try Gzip.inflate($0) }
          return response.body == pattern(seed) && (seed % 2 == 0 ? zipped == response.body : zipped == nil) ? nil : seed
        }
      }
      return try await group.reduce(into: []) { wrong, seed in wrong += seed.map { [$0] } ?? [] }
    }
    #expect(wrong == [])
    #expect((1...6).contains(server.connectionCount))
  }

  @Test func `sends method, path, headers, secret parameters and body, and nothing unasked`() async throws {
    let server = try FaultServer { peer in
      while let request = peer.readRequest() { peer.send(answer(Array(request.utf8))) }
    }
    defer { server.stop() }
    let request = HTTPRequest(
      method: "POST", url: server.url + "/a%20b?x=1", headers: [HTTPHeader("X-One", "1"), HTTPHeader("X-None", "")],
      body: Array("hello".utf8), secretQuery: [("apikey", Secret("k&y/1"))])
    let echo = String(decoding: try await client().send(request).body, as: UTF8.self)
    #expect(
      echo == """
        POST /a%20b?x=1&apikey=k%26y%2F1 HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: jobs/test\r
        Accept: */*\r
        X-One: 1\r
        X-None:\r
        Accept-Encoding: gzip\r
        Content-Length: 5\r
        \r
        hello
        """)
  }

  @Test(arguments: ["HEAD", "GET", "PUT", "DELETE", "PATCH"])
  func `speaks every method`(method: String) async throws {
    let server = try FaultServer { peer in
      guard let request = peer.readRequest() else { return }
      let sent = String(request.prefix { $0 != " " })
      peer.send(
        sent == "HEAD"
          ? Array("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Method: HEAD\r\n\r\n".utf8) : answer([], headers: ["X-Method: \(sent)"]))
    }
    defer { server.stop() }
    let response = try await client().send(HTTPRequest(method: method, url: server.url))
    #expect(response.header("x-method") == method)
    #expect(response.body == [])
  }

  @Test func `gives any status as an answer, with its headers in order and the interim ones left out`() async throws {
    let text =
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After: 7\r\nx: a\r\n b\r\nX: 2\r\nContent-Length: 2\r\n\r\nno"
    let server = try FaultServer(answer: text)
    defer { server.stop() }
    let response = try await client().send(HTTPRequest(url: server.url))
    #expect(response.status == 429)
    #expect(response.headers.map { "\($0.name)=\($0.value)" } == ["Retry-After=7", "x=a b", "X=2", "Content-Length=2"])
    #expect(response.body == Array("no".utf8))
  }

  @Test func `takes several gzip members, deflate only when asked, and a gzip answer announced as empty`() async throws {
    let members = Gzip.deflate(Array("one,".utf8)) + Gzip.deflate(Array("two".utf8))
    let several = try FaultServer(answer: answer(members, headers: ["Content-Encoding: GZIP"]))
    defer { several.stop() }
    let response = try await client().send(HTTPRequest(url: several.url))
    #expect(response.body == Array("one,two".utf8))
    #expect(response.gzippedBody == nil)

    let zlib: [UInt8] = [0x78, 0x9c, 0x4b, 0x4c, 0x4a, 0x06, 0x00, 0x02, 0x4d, 0x01, 0x27]
    let deflate = try FaultServer(answer: answer(zlib, headers: ["Content-Encoding: deflate"]))
    defer { deflate.stop() }
    let asking = HTTPRequest(url: deflate.url, headers: [HTTPHeader("Accept-Encoding", "gzip, deflate")])
    #expect(try await client().send(asking).body == Array("abc".utf8))
    await expect(.corruptBody(reason: "the content encoding `deflate` was not asked for")) {
      try await client().send(HTTPRequest(url: deflate.url))
    }

    let empty = try FaultServer(answer: answer([], headers: ["Content-Encoding: gzip"]))
    defer { empty.stop() }
    #expect(try await client().send(HTTPRequest(url: empty.url)).body == [])
  }

  @Test func `ends a transfer when its task is cancelled, and the server sees the connection close`() async throws {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let (closings, closed) = AsyncStream.makeStream(of: Bool.self)
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      arrived.yield()
      closed.yield(peer.isClosed(within: 30_000))
    }
    defer { server.stop() }
    let (client, url) = (client(), server.url)
    let task = Task { await transportError { try await client.send(HTTPRequest(url: url)) } }
    for await _ in arrivals { break }
    task.cancel()
    #expect(await task.value == .cancelled)
    for await wasClosed in closings {
      #expect(wasClosed)
      break
    }
  }

  @Test func `cancels those in line and those on their way when it is shut down, and whatever comes later`() async throws {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      arrived.yield()
      _ = peer.isClosed(within: 30_000)
    }
    defer { server.stop() }
    let (client, url) = (CurlHTTPClient(userAgent: "jobs/test", transfersPerHostMax: 1), server.url)
    let tasks = (0..<3).map { _ in Task { await transportError { try await client.send(HTTPRequest(url: url)) } } }
    for await _ in arrivals { break }
    client.shutdown()
    for task in tasks { #expect(await task.value == .cancelled) }
    await expect(.cancelled) { try await client.send(HTTPRequest(url: url)) }
  }

  @Test func `keeps its connections`() async throws {
    let server = try FaultServer { peer in
      while peer.readRequest() != nil { peer.send(answer([1, 2, 3])) }
    }
    defer { server.stop() }
    let client = client()
    for _ in 0..<20 { #expect(try await client.send(HTTPRequest(url: server.url)).body == [1, 2, 3]) }
    // libcurl leaves one alone that was idle for two minutes, which a request may wait for its turn among a thousand other tests.
    #expect(server.connectionCount < 4)
  }

  @Test(arguments: [
    ("http://192.168.1.1/", "plain http is for loopback addresses only; 192.168.1.1 needs https"),
    ("http://169.254.169.254/latest", "plain http is for loopback addresses only; 169.254.169.254 needs https"),
    ("http://localhost.example.com/", "plain http is for loopback addresses only; localhost.example.com needs https"),
    ("http://[::ffff:127.0.0.1]/", "plain http is for loopback addresses only; [::ffff:127.0.0.1] needs https"),
    ("http://user:pass@127.0.0.1/", "a URL must not hold a user or password; send them as a header"),
    ("https://127.0.0.1@example.com/", "a URL must not hold a user or password; send them as a header"),
    ("ftp://127.0.0.1/", "only https and http are spoken, not ftp"), ("file:///etc/passwd", "the URL cannot be read"),
    ("127.0.0.1/", "the URL cannot be read"), ("http://", "the URL cannot be read"),
    ("http://127.0.0.1/a b", "a URL must be percent-encoded ASCII without blanks"),
    ("http://127.0.0.1/ä", "a URL must be percent-encoded ASCII without blanks"),
    ("", "a URL must be percent-encoded ASCII without blanks"),
  ])
  func `refuses a URL before anything is sent`(url: String, reason: String) async {
    await expect(.refusedURL(reason: reason)) { try await client().send(HTTPRequest(url: url)) }
  }

  @Test(arguments: [
    (HTTPHeader("X", "a\r\nHost: b"), "the header `X` holds a control character"),
    (HTTPHeader("X\n", "a"), "the header `X.` holds a control character"),
    (HTTPHeader("Content-Length", "3"), "the header `Content-Length` is the client's own to send"),
  ])
  func `refuses a header that would make another request`(header: HTTPHeader, reason: String) async {
    await expect(.refusedURL(reason: reason)) { try await client().send(HTTPRequest(url: "http://127.0.0.1:1/", headers: [header])) }
  }
}

/// Bytes of a length and a beginning of their own for each seed.
private func pattern(_ seed: UInt64) -> [UInt8] {
  Array(noise[Int(seed)...].prefix(Int(seed * 37 % 20_000)))
}

private let noise: [UInt8] = (0..<21_000 as Range<UInt64>).map { UInt8(truncatingIfNeeded: $0 &* 0x9E37_79B9_7F4A_7C15 >> 29) }
