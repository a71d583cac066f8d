import Foundation
import Scheduling

/// A message as a mail: RFC 5322 and MIME. The same message gives the same bytes.
public struct MailMessage: Sendable {
  public enum Defect: Error, Equatable {
    /// A text that would begin another header line.
    case brokenHeader(String)
    case notAnAddress
  }

  /// Longer HTML is cut off by some mail programs (Gmail: 102 kB), so it is left out.
  public static let htmlBytesMax = 100_000
  /// All attachments together; the server of a large provider takes 25 MB after encoding.
  public static let attachmentBytesMax = 15_000_000

  /// Lines end in CRLF, and are at most 78 columns long.
  public let bytes: [UInt8]
  /// `<id@domain>`
  public let messageID: String

  /// - Throws: ``Defect``.
  public init(_ message: Message, from: MailAddress) throws(Defect) {
    guard let to = MailAddress(message.recipient) else { throw .notAnAddress }
    messageID = "<\(message.id)@\(from.domain)>"
    guard message.title.asOneLine == message.title else { throw .brokenHeader("the subject") }
    guard message.id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-") }) else {
      throw .brokenHeader("the id")
    }
    var lines = [
      "Date: \(Self.date(message.date))", "From: \(from.header)", "To: \(to.header)", Self.subject(message.title),
      "Message-ID: \(messageID)", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All",
    ]
    if message.severity == .error { lines.append("Importance: high") }
    lines.append("MIME-Version: 1.0")
    lines += Self.entity(message)
    bytes = Array(lines.joined(separator: "\r\n").utf8) + Array("\r\n".utf8)
  }

  private static func subject(_ title: String) -> String {
    let head = "Subject: "
    let isPlain = title.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !title.contains("=?")
    // What is plain but long is encoded too: words of it can be folded anywhere.
    if isPlain, title.utf8.count <= 69 { return head + title }
    return head + HeaderWords.encoded(title, first: head.utf8.count).joined(separator: "\r\n ")
  }

  /// The content headers, a blank line, and the body.
  private static func entity(_ message: Message) -> [String] {
    let plain = textPart(plainText(of: message), "plain")
    let html = message.html.flatMap { $0.utf8.count <= htmlBytesMax ? textPart($0, "html") : nil }
    let text = html.map { multipart("alternative", [plain, $0], "a-\(message.id)") } ?? plain
    var left = attachmentBytesMax
    let attachments = message.attachments.filter { file in
      left -= file.bytes.count
      return left >= 0
    }
    return attachments.isEmpty ? text : multipart("mixed", [text] + attachments.map(attachmentPart), "m-\(message.id)")
  }

  /// Good enough alone: the lines, and what was left out.
  static func plainText(of message: Message) -> String {
    (message.lines.isEmpty ? [message.title] : message.lines).joined(separator: "\n") + "\n"
  }

  private static func textPart(_ text: String, _ kind: String) -> [String] {
    ["Content-Type: text/\(kind); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", ""] + QuotedPrintable.lines(text)
  }

  private static func attachmentPart(_ file: Message.Attachment) -> [String] {
    let name = file.name.utf8.map { byte -> String in
      let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2E || byte == 0x2D || byte == 0x5F
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
    return [
      "Content-Type: \(file.type.asOneLine)", "Content-Transfer-Encoding: base64",
      "Content-Disposition: attachment;\r\n filename*=UTF-8''\(name)", "",
    ] + Base64.lines(file.bytes)
  }

  /// The boundary holds characters that neither base64 nor quoted-printable lines begin with.
  private static func multipart(_ kind: String, _ parts: [[String]], _ name: String) -> [String] {
    let boundary = "=_\(name)"
    return ["Content-Type: multipart/\(kind);\r\n boundary=\"\(boundary)\"", ""]
      + parts.flatMap { ["--\(boundary)"] + $0 } + ["--\(boundary)--", ""]
  }

  /// `Fri, 21 Nov 1997 09:55:06 +0000`: RFC 5322, section 3.3.
  static func date(_ instant: Instant) -> String {
    let day = instant.utcDay
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    let seconds = Int((instant.milliseconds - day.midnight.milliseconds) / 1000)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let weekday = days[(day.weekday + 6) % 7]
    return
      "\(weekday), \(day.day) \(months[day.month - 1]) \(day.year) \(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) +0000"
  }
}

/// RFC 2045, section 6.7: lines of at most 76 columns, so that neither the 998 bytes of SMTP nor its dots matter.
enum QuotedPrintable {
  static func lines(_ text: String) -> [String] {
    var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).flatMap {
      encode(Array($0.utf8))
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  private static func encode(_ bytes: [UInt8]) -> [String] {
    var (lines, line) = ([String](), "")
    for (index, byte) in bytes.enumerated() {
      let isLast = index == bytes.count - 1
      let isBlankAtTheEnd = isLast && (byte == 0x20 || byte == 0x09)
      // A dot that begins a line is encoded too: then no server and no client must double it.
      let isPlain =
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "=") && !isBlankAtTheEnd && !(line.isEmpty && byte == UInt8(ascii: "."))
      let token = isPlain ? String(UnicodeScalar(byte)) : "=" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      if line.utf8.count + token.utf8.count > 75 {
        lines.append(line + "=")
        // What begins a line now may be a dot.
        line = token == "." ? "=2E" : token
      } else {
        line += token
      }
    }
    lines.append(line)
    return lines
  }
}
