import Foundation
import JobFiles
import JobGraph
import Notifying
import Scheduling
import Steps
import Transport

extension Workspace {
  /// The ways to tell that notifications.yaml asks for.
  ///
  /// - Parameters:
  ///   - isOffline: nobody is contacted.
  ///   - time: for the time that signatures and waits are about.
  func notificationDesk(
    _ configuration: NotificationsConfiguration?, http: CurlHTTPClient, time: any TimeSource, isOffline: Bool
  ) -> NotificationDesk {
    guard let configuration, !configuration.channels.isEmpty else { return NotificationDesk() }
    if isOffline { return NotificationDesk(remark: "nobody is told of a run that is offline") }
    var desk = NotificationDesk(rules: configuration.noticeRules, turn: NotificationTurn(lockFile: "\(data)/notify.lock"))
    var silent: [String] = []
    for channel in configuration.channels {
      let made = courier(of: channel, http: http, time: time)
      if isSandbox, !channel.isForSandbox || !made.isLoopback {
        silent.append(channel.name)
        desk.rules.channels.removeAll { $0.name == channel.name }
        continue
      }
      switch made.way {
      case .courier(let courier): desk.couriers[channel.name] = courier
      case .missing(let reason): desk.missing[channel.name] = reason
      }
      if channel.attaches { desk.attaching.insert(channel.name) }
    }
    if !silent.isEmpty { desk.remark = "nothing leaves the sandbox: \(silent.joined(separator: ", ")) not contacted" }
    return desk
  }

  enum Way {
    case courier(any Courier)
    /// Why there is none, and what to do.
    case missing(String)
  }

  /// - Returns: also whether its address is on this machine.
  func courier(
    of channel: NotificationsConfiguration.Channel, http: CurlHTTPClient, time: any TimeSource
  ) -> (way: Way, isLoopback: Bool) {
    let store = SecretStore(folder: secrets)
    var (found, sentence): ([String: Secret], String?) = ([:], nil)
    for name in channel.secrets {
      switch store.secret(name) {
      case .found(let secret, let warning):
        found[name] = secret
        if let warning { Output.say("warning: \(warning)") }
      case .missing(let reason): sentence = sentence ?? reason
      }
    }
    let (secret, key) = (channel.secret.flatMap { found[$0] }, channel.key.flatMap { found[$0] })
    let isLoopback =
      channel.kind == .mail || channel.kind == .telegram
      ? channel.server.map { Self.isLoopback($0) } ?? false : secret?.reveal(Self.isLoopback) ?? false
    if let sentence { return (.missing(sentence), isLoopback) }
    let post = WebPost(http, time: time, allowsPrivate: channel.allowsPrivate, secrets: [secret, key].compactMap(\.self))
    switch (channel.kind, secret) {
    case (.mail, _): return (mail(channel, password: secret), isLoopback)
    case (.telegram, let token?):
      let courier = TelegramCourier(
        server: channel.server, token: token, chat: channel.chat ?? "", sendsDocuments: channel.attaches, post: post)
      return (.courier(courier), isLoopback)
    case (.webhook, let url?):
      return (.courier(WebhookCourier(url: url, key: key, style: channel.signing == .github ? .github : .jobs, post: post)), isLoopback)
    case (.slack, let url?): return (.courier(SlackCourier(url: url, post: post)), isLoopback)
    case (.discord, let url?): return (.courier(DiscordCourier(url: url, post: post)), isLoopback)
    case (.ntfy, let url?): return (.courier(NtfyCourier(url: url, token: key, post: post)), isLoopback)
    case (_, nil): return (.missing("notifications.yaml names no secret of \(channel.name)"), isLoopback)
    }
  }

  private func mail(_ channel: NotificationsConfiguration.Channel, password: Secret?) -> Way {
    guard let from = channel.from.flatMap({ MailAddress($0) }) else {
      return .missing("`from` of \(channel.name) in notifications.yaml is no address that a mail can come from")
    }
    let server = MailServer(
      channel.server ?? "", allowsPlain: channel.isPlain, user: channel.user ?? (password == nil ? nil : from.address), password: password)
    guard let server else { return .missing("`server` of \(channel.name) in notifications.yaml is no address of a mail server") }
    return .courier(MailCourier(server: server, from: from))
  }

  /// An address on this machine, which nothing leaves it by.
  static func isLoopback(_ address: String) -> Bool {
    guard let scheme = address.range(of: "://") else { return false }
    let authority = address[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.contains("@") else { return false }
    if authority.hasPrefix("[::1]") { return true }
    let host = authority.prefix { $0 != ":" }
    var parsed = in_addr()
    return host == "localhost" || (inet_pton(AF_INET, String(host), &parsed) == 1 && UInt32(bigEndian: parsed.s_addr) >> 24 == 127)
  }
}
