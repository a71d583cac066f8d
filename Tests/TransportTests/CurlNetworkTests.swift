import Foundation
import Testing
import Transport

@Suite struct `A network that` {
  @Test func `knows no such name is worth another attempt, and the name is told`() async {
    // A label of more than 63 letters: the system's resolver refuses it without asking anyone.
    let host = String(repeating: "a", count: 64) + ".invalid"
    await expect(.cannotResolve(host: host)) { try await client().send(HTTPRequest(url: "https://\(host)/")) }
    #expect(TransportError.cannotResolve(host: host).isTransient)
  }

  @Test func `swallows connections is given up after the time for connecting`() async throws {
    let hole = try BlackHole()
    defer { hole.close() }
    var request = HTTPRequest(url: "http://127.0.0.1:\(hole.port)/")
    request.limits.connectTimeout = .milliseconds(200)
    let error = await transportError { [request] in try await client().send(request) }
    guard case .cannotConnect(host: "127.0.0.1", let reason) = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
    #expect(reason.hasPrefix("no connection within"))
  }

  @Test func `leaves a connection half open is given up at the deadline`() async throws {
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      _ = peer.isClosed(within: -1)
    }
    defer { server.stop() }
    var request = HTTPRequest(url: server.url)
    request.limits.deadline = .milliseconds(300)
    await expect(.deadline(.milliseconds(300))) { [request] in try await client().send(request) }
  }

  @Test func `drips headers is given up at the deadline`() async throws {
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.send("HTTP/1.1 200 OK\r\nX-Header: ")
      while !peer.isClosed(within: 20) { peer.send("x") }
    }
    defer { server.stop() }
    var request = HTTPRequest(url: server.url)
    request.limits.deadline = .milliseconds(300)
    await expect(.deadline(.milliseconds(300))) { [request] in try await client().send(request) }
  }

  @Test(arguments: [false, true])
  func `cuts an answer at any byte brings an error worth another attempt, never a part`(isChunked: Bool) async throws {
    let body = Array(#"[[1502928000000,"4261.48"]]"#.utf8)
    var whole = answer(body)
    if isChunked {
      let packed = Gzip.deflate(body)
      let size = String(packed.count, radix: 16)
      whole = Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n".utf8)
      whole += packed + Array("\r\n0\r\n\r\n".utf8)
    }
    let cut = Cut(whole)
    let server = try FaultServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.send(cut.next())
    }
    defer { server.stop() }
    let client = client()
    // Without the line feed at its very end curl takes the last chunk for whole, and so are the bytes.
    for length in 0..<(isChunked ? whole.count - 1 : whole.count) {
      let error = await transportError { try await client.send(HTTPRequest(url: server.url)) }
      #expect(error?.isTransient == true, "cut at \(length) of \(whole.count): \(String(describing: error))")
    }
    #expect(try await client.send(HTTPRequest(url: server.url)).body == body)
  }

  @Test func `shows a certificate that nobody vouches for is refused, and the certificate is named`() async throws {
    let server = try FaultServer { peer in
      peer.awaitBytes()
      peer.send(serverHello(version: 0x0303) + certificateMessage)
      _ = peer.isClosed(within: -1)
    }
    defer { server.stop() }
    let error = await transportError { try await client().send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) }
    #expect(error == .tls(host: "127.0.0.1", reason: "SSL certificate problem: self-signed certificate"))
    #expect(error?.isTransient == false)
    #expect(server.connectionCount == 1, "it is not tried again in another way")
  }

  @Test(arguments: [0x0300, 0x0301, 0x0302] as [UInt16])
  func `speaks an old TLS only is refused`(version: UInt16) async throws {
    let server = try FaultServer { peer in
      peer.awaitBytes()
      peer.send(serverHello(version: version))
      _ = peer.isClosed(within: -1)
    }
    defer { server.stop() }
    let error = await transportError { try await client().send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) }
    guard case .tls(host: "127.0.0.1", let reason) = error else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
    #expect(reason.contains("unsupported protocol"))
    #expect(server.connectionCount == 1)
  }

  @Test func `refuses IPv6 is gone around by IPv4`() async throws {
    let server = try FaultServer(answer: answer(Array("four".utf8)))
    defer { server.stop() }
    // A name with two addresses; at ::1 nobody listens.
    #expect(try await client().send(HTTPRequest(url: "http://localhost:\(server.port)/")).body == Array("four".utf8))
  }

  @Test(.enabled(if: hasIPv6, "this machine has no ::1"))
  func `swallows IPv6 is gone around by IPv4`() async throws {
    let server = try FaultServer(answer: answer(Array("four".utf8)))
    defer { server.stop() }
    let hole = try BlackHole(isIPv6: true, port: server.port)
    defer { hole.close() }
    #expect(try await client().send(HTTPRequest(url: "http://localhost:\(server.port)/")).body == Array("four".utf8))
  }

  @Test(.enabled(if: hasIPv6, "this machine has no ::1"))
  func `has IPv6 alone is enough`() async throws {
    let server = try FaultServer(isIPv6: true) { peer in
      while peer.readRequest() != nil { peer.send(answer(Array("six".utf8))) }
    }
    defer { server.stop() }
    for host in ["[::1]", "localhost"] {
      #expect(try await client().send(HTTPRequest(url: "http://\(host):\(server.port)/")).body == Array("six".utf8), "\(host)")
    }
  }
}

private let hasIPv6: Bool = {
  guard let (socket, _) = try? loopbackSocket(isIPv6: true) else { return false }  // a machine without it
  close(socket)
  return true
}()

/// A port at which the kernel drops whoever wants to connect, because its queue is full.
private final class BlackHole {
  let port: UInt16
  private var sockets: [Int32]

  init(isIPv6: Bool = false, port: UInt16 = 0) throws {
    let (listener, port) = try loopbackSocket(isIPv6: isIPv6, port: port)
    (self.port, sockets) = (port, [listener])
    // A queue of length 0 has room for one connection.
    guard listen(listener, 0) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    for _ in 0..<8 {
      let family = isIPv6 ? AF_INET6 : AF_INET
      let visitor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      sockets.append(visitor)
      var address = sockaddr_in6()
      var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getsockname(listener, $0, &length)
          _ = connect(visitor, $0, length)
        }
      }
    }
  }

  func close() {
    for socket in sockets { Foundation.close(socket) }
  }
}

/// Gives ever more of an answer, from nothing to all of it.
private final class Cut: @unchecked Sendable {
  private let whole: [UInt8]
  private let lock = NSLock()
  private var length = 0

  init(_ whole: [UInt8]) { self.whole = whole }

  func next() -> [UInt8] {
    lock.withLock {
      defer { length += 1 }
      return Array(whole.prefix(length))
    }
  }
}

/// A record of TLS with one message of a handshake.
private func handshake(_ type: UInt8, _ message: [UInt8], version: UInt16 = 0x0303) -> [UInt8] {
  [22] + big(UInt16(version)) + big(UInt16(message.count + 4)) + [type, 0] + big(UInt16(message.count)) + message
}

private func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

/// The first answer of a server that has chosen a version. What follows it decides about the certificate, before any key is needed.
private func serverHello(version: UInt16) -> [UInt8] {
  let cipher: UInt16 = version == 0x0303 ? 0xc02b : 0xc009
  let secureRenegotiation: [UInt8] = [0, 5, 0xff, 1, 0, 1, 0]
  return handshake(2, big(version) + [UInt8](repeating: 7, count: 32) + [0] + big(cipher) + [0] + secureRenegotiation, version: version)
}

/// A certificate for 127.0.0.1 that has signed itself.
private let certificateMessage: [UInt8] = {
  let text = """
    MIIBjDCCATOgAwIBAgIUU7RJdY+FH9Q19GAC5+LO+yhgc4YwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNjE0NTkxOFoYDzIxMjYxMTAy
    MTQ1OTE4WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATkg8kVXLDDZ4c3i2a1dlIaOF+qr1zGM+MDGF8onYXJ15wwACCU4hhQ
    tkhPAgBH7pPhSy/bo0iOb8S8v59qVzkVo2EwXzAdBgNVHQ4EFgQU8t/V/mWqrC3cZVxCKvjDJXsrXK8wHwYDVR0jBBgwFoAU8t/V/mWqrC3cZVxCKvjDJXsrXK8wDwYD
    VR0RBAgwBocEfwAAATAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0cAMEQCIH5a3G8HHwxjN4ktzduvpib6Y8X/xUmpWZZwzLS9hjYYAiBnDKspAHLfj+YzQTphGr7C
    AonbBXbgJgp9VMeOwx9bvA==
    """
  let certificate = Array(Data(base64Encoded: text, options: .ignoreUnknownCharacters)!)
  let entry = [0] + big(UInt16(certificate.count)) + certificate
  return handshake(11, [0] + big(UInt16(entry.count)) + entry)
}()
