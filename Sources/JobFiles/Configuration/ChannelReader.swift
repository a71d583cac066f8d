import JobGraph
import Scheduling

/// Reads one channel of notifications.yaml.
struct ChannelReader {
  let findings: Findings

  private static let common = ["kind", "severity", "quiet", "secret", "sandbox"]

  /// The keys of a kind beside those of all.
  private static func keys(of kind: NotificationsConfiguration.Kind) -> [String] {
    switch kind {
    case .mail: ["server", "from", "to", "user", "plain", "attach"]
    case .telegram: ["chat", "server", "attach", "allow_private"]
    case .webhook: ["key", "signing", "allow_private"]
    case .slack, .discord: ["allow_private"]
    case .ntfy: ["key", "allow_private"]
    }
  }

  func read(_ entry: Tree.Entry) -> NotificationsConfiguration.Channel? {
    guard Names.check(Located(value: entry.key, spot: entry.keySpot), "channel", findings),
      let section = Section(entry.value, title: "`\(entry.key)`", findings: findings)
    else { return nil }
    section.require("kind", "`kind: \(NotificationsConfiguration.Kind.allCases.map(\.rawValue).joined(separator: " | "))`")
    guard let kind: NotificationsConfiguration.Kind = section.word("kind") else { return nil }
    section.refuseKeys(except: Self.common + Self.keys(of: kind))
    var channel = NotificationsConfiguration.Channel(entry.key, kind)
    channel.severity = section.word("severity") ?? .info
    channel.quiet = section.text("quiet").flatMap(quiet)
    channel.secret = secret("secret", section)
    channel.key = secret("key", section)
    channel.isForSandbox = section.flag("sandbox") ?? false
    channel.allowsPrivate = section.flag("allow_private") ?? false
    channel.attaches = section.flag("attach") ?? false
    channel.signing = section.word("signing") ?? .jobs
    switch kind {
    case .mail: mail(section, &channel)
    case .telegram:
      section.require("chat", "the number of a chat, in quotes, or `\"@channel\"`")
      section.require("secret", "`secret: NAME`, of the token of the bot")
      channel.chat = section.text("chat").flatMap(chat)
      channel.server = section.text("server").flatMap { server($0, ["https", "http"], "https://api.example.com") }
    case .webhook, .slack, .discord, .ntfy:
      section.require("secret", "`secret: NAME`, of the address that is posted to: `jobs secrets set NAME` stores it")
    }
    return channel
  }

  private func mail(_ section: Section, _ channel: inout NotificationsConfiguration.Channel) {
    section.require("server", "`server: smtp://HOST:587`, or `smtps://HOST:465`")
    section.require("from", "`from: jobs@example.com`")
    section.require("to", "`to: desk@example.com`, or a list")
    channel.server = section.text("server").flatMap { server($0, ["smtp", "smtps"], "smtp://mail.example.com:587") }
    channel.from = section.text("from").flatMap(address)
    channel.user = section.text("user")?.value
    channel.isPlain = section.flag("plain") ?? false
    if case .scalar? = section["to"]?.content {
      channel.recipients = [section.text("to").flatMap(address)].compactMap(\.self)
    } else {
      channel.recipients = section.texts("to").compactMap(address)
    }
    if section["user"] != nil { section.require("secret", "`secret: NAME`, of the password of `user`") }
  }

  /// The name of a secret; an address or a token in its place is not repeated in the message, which goes into logs.
  private func secret(_ key: String, _ section: Section) -> String? {
    guard let text = section.text(key) else { return nil }
    if Names.isName(text.value) { return text.value }
    findings.add(
      .badName, at: text.spot, "`\(key)` is not the name of a secret", label: "not a name",
      expected: "a name; `jobs secrets set NAME` stores what must not stand in a file")
    return nil
  }

  private func quiet(_ text: Located<String>) -> QuietHours? {
    if let hours = QuietHours(text.value) { return hours }
    findings.add(
      .wrongType, at: text.spot, "`quiet` is `\(text.value)`", label: "not a part of the day",
      expected: "two times and a zone: `\"22:00-07:00 Europe/Berlin\"`")
    return nil
  }

  private func chat(_ text: Located<String>) -> String? {
    let digits = text.value.hasPrefix("-") ? text.value.dropFirst() : Substring(text.value)
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    if isNumber || (text.value.hasPrefix("@") && Names.isName(text.value.dropFirst())) { return text.value }
    findings.add(
      .badName, at: text.spot, "`chat` is `\(text.value)`", label: "not a chat", expected: "a number in quotes, or `\"@channel\"`")
    return nil
  }

  private func server(_ text: Located<String>, _ schemes: [String], _ example: String) -> String? {
    let parts = text.value.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, schemes.contains(String(parts[0])), !parts[1].isEmpty, !parts[1].contains("@"), !parts[1].contains("/") {
      return text.value
    }
    findings.add(
      .badURL, at: text.spot, "`server` is no address of a server", label: "not an address",
      expected: "\(schemes.map { "`\($0)://`" }.joined(separator: " or ")), a host, and a port if need be: `\(example)`")
    return nil
  }

  private func address(_ text: Located<String>) -> String? {
    let inner = text.value.hasSuffix(">") ? text.value.split(separator: "<").last.map { String($0.dropLast()) } ?? "" : text.value
    let parts = inner.split(separator: "@", omittingEmptySubsequences: false)
    let isPlain = inner.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ";") }
    if parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), isPlain { return text.value }
    findings.add(
      .badName, at: text.spot, "`\(text.value)` is no address of a mail", label: "not an address",
      expected: "`desk@example.com`, or with a name `Desk <desk@example.com>`")
    return nil
  }
}
