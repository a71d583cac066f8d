import Transport

/// Sends mails through a server, one recipient at a time: what becomes of one says nothing about another.
///
/// A mail of unknown fate (the connection died after the whole of it was sent, before the server's answer) is not sent again: mail programs
/// do not join two mails of one Message-ID. Whoever misses it finds "perhaps" in the history and in the next report.
public struct MailCourier: Courier {
  public let repeatsSafely = false
  private let server: MailServer
  private let from: MailAddress
  private let redactor: Redactor

  public init(server: MailServer, from: MailAddress) {
    (self.server, self.from) = (server, from)
    redactor = Redactor(server.password.map { Self.forms(of: $0, user: server.user ?? "") } ?? [])
  }

  /// A password as it is, and as it goes over the line by AUTH PLAIN and AUTH LOGIN: a server may say again what it was told.
  private static func forms(of password: Secret, user: String) -> [Secret] {
    password.reveal { text in
      [text, Base64.text(Array("\0\(user)\0\(text)".utf8)), Base64.text(Array(text.utf8))].map { Secret($0) }
    }
  }

  public func parts(of message: Message) -> Int { 1 }

  public func send(_ message: Message, part: Int) async -> Delivery {
    let mail: MailMessage
    do {
      mail = try MailMessage(message, from: from)
    } catch {
      return .refused(why: error == .notAnAddress ? "it is no address that a mail can go to" : "a line break in a header is not sent")
    }
    let to = MailAddress(message.recipient)!.address
    return await MailSession(mail.bytes, from: from.address, to: to, through: server).run()
      .mapWhy { redactor.redacted($0).cut(toUTF16: 300) }
  }
}

extension Delivery {
  /// The same with its reason changed: the place where secrets are taken out.
  func mapWhy(_ change: (String) -> String) -> Delivery {
    switch self {
    case .delivered(let remark): .delivered(remark: remark)
    case .later(let after, let why): .later(after: after, why: change(why))
    case .refused(let why): .refused(why: change(why))
    case .closed(let why): .closed(why: change(why))
    case .unknown(let why): .unknown(why: change(why))
    }
  }
}
