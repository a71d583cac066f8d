import Foundation
import Testing
import Transport

@testable import Notifying

/// A real mail server on the loopback: aiosmtpd, from PyPI, driven by Tests/StandIns/smtp.py.
private let hasMailServer = MailStandIn.isThere

@Suite(.enabled(if: hasMailServer, "pip install aiosmtpd: there is no mail server to try this with"))
struct `A mail to a real server` {
  private func send(
    _ mode: String, to recipient: String = "risk@desk.example", tls: Bool = false, password: String? = nil, trusted: Bool = true,
    deadline: Duration = .seconds(20), lines: [String] = ["One.", "..", ".", "Zwei: ü"], times: Int = 1
  ) async throws -> (deliveries: [Delivery], mails: [String]) {
    let standIn = try await MailStandIn(mode, tls: tls, user: password == nil && !tls ? nil : "jobs", password: "right-horse")
    defer { standIn.stop() }
    var server = try #require(
      MailServer("smtp://\(tls ? "localhost" : "127.0.0.1"):\(standIn.port)", user: "jobs", password: password.map { Secret($0) }))
    server.deadline = deadline
    if tls { server = server.demandingTLS(trusting: trusted ? standIn.certificate : nil) }
    let courier = MailCourier(server: server, from: MailAddress("Jobs <jobs@desk.example>")!)
    var deliveries: [Delivery] = []
    for _ in 0..<times { deliveries.append(await courier.send(Sample.message(to: recipient, lines: lines), part: 0)) }
    return (deliveries, try standIn.mails)
  }

  @Test func `arrives whole, its dots as they were`() async throws {
    let (deliveries, mails) = try await send("accept")
    #expect(deliveries == [.delivered(remark: nil)])
    try #require(mails.count == 1)
    #expect(mails[0].hasPrefix("X-Envelope: jobs@desk.example -> risk@desk.example\r\nDate: Thu, 15 Jan 2026"))
    #expect(mails[0].hasSuffix("\r\n\r\nOne.\r\n=2E.\r\n=2E\r\nZwei: =C3=BC\r\n"), "\(mails[0])")
    let large = (0..<20_000).map { "line \($0)" }
    #expect(try await send("accept", lines: large).mails[0].hasSuffix("line 19999\r\n"))
  }

  @Test(
    arguments: [
      ("refuse-4xx", "later: the server answered 451 4.7.1 try again later", 0),
      ("refuse-5xx", "refused: the server answered 550 5.1.1 no such mailbox", 0),
      ("refuse-data", "refused: the server answered 554 5.7.1 we do not want this", 0),
      ("die", "unknown: the connection ended before the server had said whether it has the mail", 1),
    ])
  func `ends as the server says`(mode: String, words: String, mails: Int) async throws {
    let ended = try await send(mode)
    #expect(ended.deliveries[0].words.hasPrefix(words), "\(ended.deliveries)")
    #expect(ended.mails.count == mails)
  }

  @Test(arguments: [
    ("grey", "later: the server answered 451 4.7.1 greylisted, come back"), ("busy", "later: the server answered 452 4.3.1 no room"),
  ])
  func `that is put off arrives when it is tried again, once`(mode: String, words: String) async throws {
    let ended = try await send(mode, times: 2)
    #expect(ended.deliveries.map(\.words) == [words, "delivered"])
    #expect(ended.mails.count == 1)
  }

  @Test func `of one recipient is not held up by another who is not there`() async throws {
    let gone = try await send("refuse-some", to: "nobody@desk.example")
    #expect(gone.deliveries[0].words == "refused: the server answered 550 5.1.1 no such mailbox")
    #expect(try await send("refuse-some").deliveries == [.delivered(remark: nil)])
  }

  @Test(arguments: [
    ("hang", "later: 127.0.0.1 took longer than 0.3 seconds", 0),
    ("hang-data", "unknown: the connection ended before the server had said whether it has the mail: 127.0.0.1 took longer", 1),
  ])
  func `waits for a server that hangs no longer than it may`(mode: String, words: String, mails: Int) async throws {
    let ended = try await send(mode, deadline: .milliseconds(mode == "hang" ? 300 : 3000))
    #expect(ended.deliveries[0].words.hasPrefix(words), "\(ended.deliveries)")
    #expect(ended.mails.count == mails)
  }

  @Test func `goes over STARTTLS with user and password, and over nothing less`() async throws {
    #expect(try await send("starttls", tls: true, password: "right-horse").deliveries == [.delivered(remark: nil)])
    let wrong = try await send("starttls", tls: true, password: "wrong-horse")
    #expect(wrong.deliveries.map(\.words) == ["refused: localhost does not take the user and password (535)"])
    let stranger = try await send("starttls", tls: true, password: "right-horse", trusted: false)
    #expect(stranger.deliveries[0].words.hasPrefix("refused: localhost has a certificate that is not trusted"), "\(stranger.deliveries)")
    let cut = try await send("drop-tls", tls: true, password: "right-horse")
    #expect(cut.deliveries[0].words.hasPrefix("later:"), "\(cut.deliveries)")
    for ended in [wrong, stranger, cut] {
      #expect(ended.mails == [] && !ended.deliveries[0].words.contains("horse"))
    }
  }

  @Test func `is not said to a server without STARTTLS, neither is a password`() async throws {
    let standIn = try await MailStandIn("accept", tls: false)
    defer { standIn.stop() }
    let server = try #require(MailServer("smtp://127.0.0.1:\(standIn.port)", user: "jobs", password: Secret("x"))).demandingTLS(
      trusting: nil)
    let courier = MailCourier(server: server, from: MailAddress("jobs@desk.example")!)
    #expect(
      await courier.send(Sample.message(to: "a@desk.example"), part: 0).words
        == "refused: 127.0.0.1 offers no STARTTLS, so nothing was said to it")
    #expect(try standIn.mails == [])
  }

  @Test func `that nobody takes is tried again`() async throws {
    let standIn = try await MailStandIn("accept", tls: false)
    standIn.stop()
    let courier = MailCourier(server: MailServer("smtp://127.0.0.1:\(standIn.port)")!, from: MailAddress("jobs@desk.example")!)
    #expect(await courier.send(Sample.message(to: "a@desk.example"), part: 0).words.hasPrefix("later: no connection to 127.0.0.1"))
  }
}
