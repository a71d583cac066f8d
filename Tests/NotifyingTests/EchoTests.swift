import Testing
import Transport

@testable import Notifying

@Suite(.enabled(if: MailStandIn.isThere, "pip install aiosmtpd: there is no mail server to try this with"))
struct `A mail server that says again what it was told` {
  @Test(arguments: ["battery-staple", "pass word:with spaces"])
  func `does not bring the password into a reason`(password: String) async throws {
    let standIn = try await MailStandIn("echo", tls: false, user: "jobs", password: "right-horse")
    defer { standIn.stop() }
    let server = try #require(MailServer("smtp://127.0.0.1:\(standIn.port)", user: "jobs", password: Secret(password)))
    let delivery = await MailCourier(server: server, from: MailAddress("jobs@desk.example")!).send(
      Sample.message(to: "a@x.example"), part: 0)
    guard case .later(_, let why) = delivery else {
      Issue.record("\(delivery)")
      return
    }
    #expect(why.contains("454") && why.contains("***"), "\(why)")
    for form in [password, Base64.text(Array("\0jobs\0\(password)".utf8)), Base64.text(Array(password.utf8))] {
      #expect(!why.contains(form), "\(why)")
    }
  }
}
