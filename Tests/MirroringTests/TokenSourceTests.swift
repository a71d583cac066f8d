import CCrypto
import Foundation
import Scheduling
import Testing
import Transport

@testable import Mirroring

/// A key that was made for these tests by `openssl genrsa`, at their start: none lies in the sources.
enum TestKey {
  static let pem: String = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    do { try process.run() } catch { fatalError("openssl is needed to make a key: \(error)") }
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }()

  static func file(_ changes: [String: String?] = [:]) -> Secret {
    var fields: [String: String] = [
      "type": "service_account", "project_id": "p", "private_key_id": "k1", "private_key": pem,
      "client_email": "jobs@p.iam.gserviceaccount.com", "token_uri": "https://oauth2.example/token",
    ]
    for (name, value) in changes { fields[name] = value }
    return Secret(WireValue.object(fields.mapValues { .string($0) }).json)
  }
}

@Suite struct `A service account` {
  @Test func `signs who it is and what it wants for an hour`() throws {
    let account = try ServiceAccount(TestKey.file())
    let now = Instant(iso8601: "2026-01-15T00:00:00Z")!
    let assertion = try account.assertion(scopes: FirebaseSink.scopes, at: now)
    let parts = assertion.reveal { $0.split(separator: ".").map(String.init) }
    #expect(parts.count == 3 && !parts.joined().contains { "+/=".contains($0) })
    func decoded(_ text: String) -> WireValue? {
      let padded = text.replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: (4 - text.count % 4) % 4)
      return Data(base64Encoded: padded).flatMap { WireValue(json: $0) }
    }
    #expect(decoded(parts[0])?.json == "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}")
    let issued = now.milliseconds / 1000 - 30
    #expect(
      decoded(parts[1])?.json == """
        {"aud":"https://oauth2.example/token","exp":\(issued + 3600),"iat":\(issued),"iss":"jobs@p.iam.gserviceaccount.com",\
        "scope":"https://www.googleapis.com/auth/firebase.database https://www.googleapis.com/auth/userinfo.email"}
        """)
  }

  @Test(
    arguments: [
      (["type": "authorized_user"], "its `type`"), (["client_email": nil], "no `client_email`"), (["private_key": "x"], "no `private_key`"),
      (["private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"], "cannot be used to sign"),
      (["token_uri": "http://oauth2.example/token"], "not https"),
    ] as [([String: String?], String)])
  func `is refused with what is wrong, and with nothing of its key`(changes: [String: String?], reason: String) {
    let file = TestKey.file(changes.mapValues { $0 ?? "" })
    #expect { _ = try ServiceAccount(file) } throws: {
      "\($0)".contains(reason) && !"\($0)".contains("AAAA") && ($0 as? MirrorFailure)?.kind == .credentials
    }
  }
}

@Suite struct `Tokens` {
  private let time = HastyTime()

  private func source(_ http: ScriptedHTTP) throws -> TokenSource {
    TokenSource(try ServiceAccount(TestKey.file()), scopes: FirebaseSink.scopes, http: http, time: time)
  }

  private func token(_ name: String, seconds: Int = 3600) -> (status: Int, body: String) {
    (200, "{\"access_token\":\"\(name)\",\"expires_in\":\(seconds),\"token_type\":\"Bearer\"}")
  }

  @Test func `are kept until five minutes before their end`() async throws {
    let http = ScriptedHTTP([token("one"), token("two")])
    let source = try source(http)
    func now() async throws -> String { try await source.token().secret.reveal { $0 } }
    #expect(try await now() == "one")
    time.pass(.minutes(54))
    #expect(try await now() == "one")
    time.pass(.minutes(2))
    #expect(try await now() == "two")
    #expect(http.asked.count == 2)
    #expect(
      String(decoding: http.asked[0].body!, as: UTF8.self).hasPrefix(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"))
  }

  @Test func `are asked for once, however many wait`() async throws {
    let http = ScriptedHTTP([token("one"), token("two")])
    let source = try source(http)
    let names = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<50 { group.addTask { try await source.token().secret.reveal { $0 } } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(names == ["one"] && http.asked.count == 1)
    // Fifty requests with the old one are refused; one new one is asked for.
    let old = try await source.token()
    let renewed = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<50 { group.addTask { try await source.token(replacing: old).secret.reveal { $0 } } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(renewed == ["two"] && http.asked.count == 2)
  }

  @Test func `that are refused because of the clock say how far it is off`() async throws {
    let body =
      "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.\"}"
    let http = ScriptedHTTP([
      { _ in .success(HTTPResponse(status: 400, headers: [HTTPHeader("Date", "Thu, 15 Jan 2026 02:00:00 GMT")], body: Array(body.utf8))) }
    ])
    let source = try source(http)
    await #expect {
      _ = try await source.token()
    } throws: { "\($0)".contains("2026-01-15T00:00:00Z and theirs 2026-01-15T02:00:00Z, 7200 s apart") && "\($0)".contains("jobs@p.iam") }
  }

  @Test func `come in spite of a server that is busy, and not at all from one that refuses`() async throws {
    let busy = ScriptedHTTP([(503, "later"), (500, ""), token("one")])
    #expect(try await source(busy).token().secret.reveal { $0 } == "one")
    let refusing = ScriptedHTTP([(401, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}")])
    await #expect { _ = try await source(refusing).token() } throws: {
      "\($0)".contains("make a new key") && ($0 as? MirrorFailure)?.kind == .credentials
    }
    #expect(refusing.asked.count == 1)
  }

  @Test func `and statements are taken out of what a server says`() async throws {
    let http = ScriptedHTTP([
      { request in
        let body = String(decoding: request.body!, as: UTF8.self)
        return .success(HTTPResponse(status: 400, body: Array("{\"error\":\"invalid_request\",\"error_description\":\"\(body)\"}".utf8)))
      }
    ])
    let source = try source(http)
    do {
      _ = try await source.token()
      Issue.record("it was refused")
    } catch {
      let assertion = String(decoding: http.asked[0].body!, as: UTF8.self).split(separator: "assertion=")[1]
      #expect(!"\(error)".contains(assertion.split(separator: ".")[2]) && !"\(error)".contains(assertion.split(separator: ".")[1]))
    }
  }
}
