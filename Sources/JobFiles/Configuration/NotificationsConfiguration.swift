public import JobGraph
public import Scheduling

/// `notifications.yaml`: who is told what, and when. Nothing is told unless it says so.
///
///     channels:
///       desk: { kind: mail, server: smtp://mail.example.com, from: jobs@example.com, to: desk@example.com }
///     rules:
///       morning: { on: [verdict], to: [desk] }
public struct NotificationsConfiguration: Sendable, Equatable {
  /// In the order of the file.
  public var channels: [Channel] = []
  public var rules: [NoticeRules.Rule] = []

  public init() {}

  public enum Kind: String, Sendable, CaseIterable {
    case mail, telegram, webhook, slack, discord, ntfy
  }

  public enum Signing: String, Sendable, CaseIterable {
    case jobs, github
  }

  /// A way to somebody. What does not belong to its kind is nil or false.
  public struct Channel: Sendable, Equatable {
    public var name: String
    public var kind: Kind
    public var severity: Notice.Severity = .info
    public var quiet: QuietHours?
    /// The name of the secret: a password, a token, or an address that is one.
    public var secret: String?
    /// It may be contacted from a sandbox, when its address is on the loopback.
    public var isForSandbox = false
    /// Its address may be one of the own network.
    public var allowsPrivate = false
    /// The report goes along as a file.
    public var attaches = false

    /// Of a mail: `smtp://HOST:PORT`; of Telegram: the Bot API server, nil for Telegram's own.
    public var server: String?
    public var from: String?
    public var recipients: [String] = []
    public var user: String?
    /// It may go without TLS.
    public var isPlain = false
    public var chat: String?
    /// The name of a second secret: what a webhook is signed with, or the token of ntfy.
    public var key: String?
    public var signing: Signing = .jobs

    public init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }

    /// The names of all that it needs.
    public var secrets: [String] { [secret, key].compactMap(\.self) }
  }

  /// What is decided by.
  public var noticeRules: NoticeRules {
    NoticeRules(
      channels: channels.map {
        .init($0.name, recipients: $0.kind == .mail ? $0.recipients : [""], least: $0.severity, quiet: $0.quiet)
      }, rules: rules)
  }
}

extension NotificationsConfiguration {
  /// - Parameter jobs: the names of the project's job files; empty where they are not known.
  init(_ root: Tree, jobs: [String], _ findings: Findings) {
    guard let section = Section(root, title: "the notifications", findings: findings) else { return }
    section.refuseKeys(except: ["channels", "rules"])
    let channels = ChannelReader(findings: findings)
    self.channels = section.section("channels", title: "`channels`")?.entries.compactMap(channels.read) ?? []
    // One with a mistake is there all the same: who refers to it has none.
    let names = section.section("channels", title: "`channels`")?.entries.map(\.key) ?? []
    let rules = NoticeRuleReader(findings: findings, channels: names, jobs: jobs)
    self.rules = section.section("rules", title: "`rules`")?.entries.compactMap(rules.read) ?? []
  }
}

extension NotificationsConfiguration {
  static var schema: JobValue {
    let (text, flag) = (Schema.object(["type": "string"]), Schema.object(["type": "boolean"]))
    let name = Schema.reference("name")
    let address = Schema.pattern("^[^\\r\\n]*[^\\s@]+@[^\\s@]+$", "desk@example.com")
    let list = Schema.any(address, Schema.list(of: address))
    let channel = Schema.mapping(
      [
        ("kind", Schema.words(Kind.allCases.map(\.rawValue))), ("severity", Schema.words(Notice.Severity.allCases.map(\.rawValue))),
        ("quiet", Schema.pattern("^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]( [A-Za-z_/+-]+)?$", "22:00-07:00 Europe/Berlin")),
        ("secret", name), ("sandbox", flag), ("allow_private", flag), ("attach", flag),
        ("server", Schema.pattern("^(smtps?|https?)://", "smtp://mail.example.com:587")), ("from", address), ("to", list), ("user", text),
        ("plain", flag), ("chat", Schema.pattern("^(-?[0-9]+|@[A-Za-z0-9_]+)$", "-1001234567890")), ("key", name),
        ("signing", Schema.words(Signing.allCases.map(\.rawValue))),
      ], required: ["kind"])
    let rule = Schema.mapping(
      [
        ("on", Schema.list(of: Schema.words(Notice.Kind.allCases.map(\.rawValue)))), ("to", Schema.list(of: name)),
        ("jobs", Schema.list(of: name)), ("remind", Schema.reference("duration")),
        ("digest", Schema.pattern("^[0-2][0-9]:[0-5][0-9]( [A-Za-z_/+-]+)?$", "07:00 Europe/Berlin")),
        ("mute_until", Schema.pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2026-12-01")),
      ], required: ["on", "to"])
    return Schema.mapping([("channels", Schema.named(channel)), ("rules", Schema.named(rule))])
  }
}
