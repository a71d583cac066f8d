import Foundation
import Testing

@testable import Notifying

@Suite struct `A mail` {
  private let from = MailAddress("Jobs <jobs@desk.example>")!

  private func text(_ message: Message) throws -> String { String(decoding: try MailMessage(message, from: from).bytes, as: UTF8.self) }

  @Test func `has the headers it needs, a text that is enough alone, and the same bytes each time`() throws {
    let mail = try text(Sample.message(to: "risk@desk.example", title: "[jobs] Partial: nightly, 3 gaps", lines: ["One.", ".Two = 2"]))
    #expect(
      mail == """
        Date: Thu, 15 Jan 2026 04:30:05 +0000\r
        From: "Jobs" <jobs@desk.example>\r
        To: risk@desk.example\r
        Subject: [jobs] Partial: nightly, 3 gaps\r
        Message-ID: <0123456789abcdef0123456789abcdef@desk.example>\r
        Auto-Submitted: auto-generated\r
        X-Auto-Response-Suppress: All\r
        Importance: high\r
        MIME-Version: 1.0\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        One.\r
        =2ETwo =3D 2\r

        """)
  }

  @Test func `offers HTML beside the text, and files behind both`() throws {
    let file = Message.Attachment(name: "Bericht ü.html", type: "text/html", bytes: Array(repeating: 7, count: 100))
    let mail = try text(Sample.message(to: "a@x.example", html: "<p>ü</p>", attachments: [file]))
    let order = [
      "Content-Type: multipart/mixed;\r\n boundary=\"=_m-", "Content-Type: multipart/alternative;\r\n boundary=\"=_a-",
      "Content-Type: text/plain;", "Content-Type: text/html;", "<p>=C3=BC</p>", "--=_a-0123456789abcdef0123456789abcdef--\r\n",
      "filename*=UTF-8''Bericht%20%C3%BC.html", "Content-Transfer-Encoding: base64", "--=_m-0123456789abcdef0123456789abcdef--\r\n",
    ]
    var rest = Substring(mail)
    for part in order {
      // The encoding of a file stands before its name.
      guard let place = (part.hasPrefix("Content-Transfer") ? Substring(mail) : rest).firstRange(of: part) else {
        Issue.record("\(part) is missing in \(mail)")
        continue
      }
      if !part.hasPrefix("Content-Transfer") { rest = rest[place.upperBound...] }
    }
    let long = try text(Sample.message(to: "a@x.example", html: String(repeating: "x", count: 100_001)))
    #expect(!long.contains("text/html"), "what mail programs would cut off is left out")
  }

  @Test(arguments: [
    String(repeating: "é", count: 300), String(repeating: "x", count: 5000), String(repeating: ".", count: 400),
    "tab\tand blank ", "=?UTF-8?B?faked?=", "\u{1F4C9} \u{1F1E9}\u{1F1EA} down",
  ])
  func `keeps every line below 79 columns and 7 bits, and says the same when it is read`(text: String) throws {
    let title = String(text.prefix(200)).asOneLine
    let mail = try self.text(Sample.message(to: "a@x.example", title: title, lines: [text]))
    for line in mail.components(separatedBy: "\r\n") {
      #expect(line.utf8.count <= 78 && line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(line)")
      #expect(!line.hasPrefix("."))
    }
    #expect(!mail.replacing("\r\n", with: "").contains("\n"))
    let body = mail.components(separatedBy: "\r\n\r\n")[1]
    #expect(decodedQuoted(body) == text + "\r\n")
    #expect(decodedSubject(mail) == title)
  }

  @Test(arguments: ["a\r\nBcc: x@y.example", "a\nb", "a\u{0}b", "a\u{85}b"])
  func `does not let a subject begin another header`(title: String) {
    #expect(throws: MailMessage.Defect.brokenHeader("the subject")) {
      _ = try MailMessage(Sample.message(to: "a@x.example", title: title), from: from)
    }
  }

  @Test(arguments: [
    "", "a", "a@", "@b", "a b@c.example", "a@b@c", "a@b..c", "a@b\r\nRCPT TO:<x@y>", "<a@b.example", "x <a@b.example> y", "ü@b.example",
    "a@bü.example",
    "x\r\nBcc: y <a@b.example>", "a@b.example,c@d.example", ".a@b.example",
  ])
  func `goes to no address that is none`(text: String) { #expect(MailAddress(text) == nil) }

  @Test func `writes names as mail programs read them`() {
    #expect(MailAddress("Market jobs <a+b@x.example>")?.header == "\"Market jobs\" <a+b@x.example>")
    #expect(MailAddress("Börse <a@x.example>")?.header == "=?UTF-8?B?QsO2cnNl?= <a@x.example>")
    #expect(MailAddress("a@x.example")?.header == "a@x.example")
  }

  private func decodedQuoted(_ text: String) -> String {
    let joined = Array(text.replacing("=\r\n", with: "").utf8)
    var (bytes, index): ([UInt8], Int) = ([], 0)
    while index < joined.count {
      if joined[index] == UInt8(ascii: "=") {
        bytes.append(UInt8(String(decoding: joined[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)!)
        index += 3
      } else {
        bytes.append(joined[index])
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func decodedSubject(_ mail: String) -> String {
    let unfolded = mail.replacing("\r\n ", with: " ")
    let line = unfolded.components(separatedBy: "\r\n").first { $0.hasPrefix("Subject: ") }!.dropFirst(9)
    guard line.hasPrefix("=?UTF-8?B?") else { return String(line) }
    let bytes = line.split(separator: " ").flatMap { Array(Data(base64Encoded: String($0.dropFirst(10).dropLast(2)))!) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

@Suite struct `The end of a dialogue with a mail server` {
  /// The server's lines; `|` is where the mail was whole.
  @Test(
    arguments: [
      (["220 hello", "250 OK", "550 5.1.1 no"], "refused: the server answered 550 5.1.1 no"),
      (["550 no", "221 bye"], "refused: the server answered 550 no"),
      (["354 go", "|", "221 bye"], "unknown: the connection ended before the server had said whether it has the mail: cut"),
      (["220 hello", "451 4.7.1 later"], "later: the server answered 451 4.7.1 later"), (["220 hello"], "later: cut"), ([], "later: cut"),
      (["354 go", "|"], "unknown: the connection ended before the server had said whether it has the mail: cut"),
      (["354 go", "|", "250 queued"], "delivered"), (["354 go", "|", "554 no"], "refused: the server answered 554 no"),
      (["354 go", "|", "452 full"], "later: the server answered 452 full"),
      (["354 go", "|", "nonsense"], "unknown: the connection ended before the server had said whether it has the mail: cut"),
    ] as [([String], String)])
  func `tells what became of the mail`(lines: [String], meaning: String) {
    var dialogue = MailDialogue()
    for line in lines { if line == "|" { dialogue.isWhole = true } else { dialogue.take(line + "\r\n") } }
    #expect(dialogue.delivery(failure: "cut").words == meaning)
  }

  @Test(arguments: [
    ("smtp://mail.example", 587, MailServer.Safety.startTLS), ("smtps://mail.example", 465, .tls),
    ("smtp://mail.example:25", 25, .startTLS),
    ("smtp://127.0.0.1:2525", 2525, .none), ("smtp://localhost", 587, .none), ("smtp://[::1]:25", 25, .none),
  ])
  func `is safe unless it stays at home`(address: String, port: Int, safety: MailServer.Safety) throws {
    let server = try #require(MailServer(address))
    #expect(server.port == port && server.safety == safety)
  }

  @Test(arguments: [
    "", "mail.example", "http://mail.example", "smtp://", "smtp://u:p@mail.example", "smtp://mail.example/x", "smtp://a:0", "smtp://a b",
  ])
  func `is had with no address that is none`(address: String) { #expect(MailServer(address) == nil) }
}

extension Delivery {
  /// One line for tables.
  var words: String {
    switch self {
    case .delivered(let remark): "delivered" + (remark.map { ": \($0)" } ?? "")
    case .later(let after, let why): "later" + (after.map { " after \($0)" } ?? "") + ": \(why)"
    case .refused(let why): "refused: \(why)"
    case .closed(let why): "closed: \(why)"
    case .unknown(let why): "unknown: \(why)"
    }
  }
}
