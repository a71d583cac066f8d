import Scheduling
import Testing
import Transport

@Suite struct `A redirect` {
  @Test func `is followed at the same place, with the secret parameter sent once`() async throws {
    let server = try FaultServer { peer in
      while let request = peer.readRequest() {
        let target = String(request.split(separator: " ")[1])
        peer.send(
          target.hasPrefix("/start") ? answer([], status: "302 Found", headers: ["Location: ../end?x=1#part"]) : answer(Array(target.utf8)))
      }
    }
    defer { server.stop() }
    let request = HTTPRequest(url: server.url + "/start", secretQuery: [("apikey", Secret("canary"))])
    #expect(String(decoding: try await client().send(request).body, as: UTF8.self) == "/end?x=1&apikey=canary")
  }

  @Test(arguments: [
    ("POST", "301", "GET 0"), ("POST", "302", "GET 0"), ("POST", "303", "GET 0"), ("POST", "307", "POST 4"), ("POST", "308", "POST 4"),
    ("PUT", "302", "PUT 4"), ("PUT", "303", "GET 0"), ("GET", "301", "GET 4"),
  ])
  func `keeps the method or makes it a GET, as HTTP has it`(method: String, status: String, expected: String) async throws {
    let server = try FaultServer { peer in
      while let request = peer.readRequest() {
        let words = request.split(separator: " ")
        let body = request.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first?.utf8.count ?? 0
        peer.send(
          words[1] == "/start" ? answer([], status: "\(status) Go", headers: ["Location: /end"]) : answer(Array("\(words[0]) \(body)".utf8))
        )
      }
    }
    defer { server.stop() }
    let response = try await client().send(HTTPRequest(method: method, url: server.url + "/start", body: Array("body".utf8)))
    #expect(String(decoding: response.body, as: UTF8.self) == expected)
  }

  @Test func `is followed so many times and no more`() async throws {
    let server = try FaultServer { peer in
      while peer.readRequest() != nil { peer.send(answer([], status: "302 Found", headers: ["Location: /again?key=1"])) }
    }
    defer { server.stop() }
    await expect(.refusedRedirect(to: server.url + "/again")) { try await client().send(HTTPRequest(url: server.url)) }
  }

  @Test(arguments: [
    ("http://127.0.0.2:1/x?key=1", "http://127.0.0.2:1/x"), ("http://127.0.0.1:1/x", "http://127.0.0.1:1/x"),
    ("https://example.com/a?b", "https://example.com:443/a"), ("//example.com/a", "//example.com/a"),
    ("http://169.254.169.254/latest", "http://169.254.169.254/latest"), ("file:///etc/passwd", "file:///etc/passwd"),
    ("ftp://127.0.0.1/", "ftp://127.0.0.1/"),
  ])
  func `to another place is refused, and the place is named without its query`(location: String, named: String) async throws {
    let server = try FaultServer(answer: answer([], status: "302 Found", headers: ["Location: \(location)"]))
    defer { server.stop() }
    await expect(.refusedRedirect(to: named)) { try await client().send(HTTPRequest(url: server.url)) }
  }

  @Test func `without a place is an answer`() async throws {
    let server = try FaultServer(answer: answer([], status: "302 Found"))
    defer { server.stop() }
    #expect(try await client().send(HTTPRequest(url: server.url)).status == 302)
  }
}
