public import Scheduling

/// What is to be said to whom, now or later: a function of the rules, of what was told before, of what happened, and of the time.
public struct NoticeDecision: Sendable, Equatable {
  public private(set) var tellings: [Telling] = []
  /// What is to be remembered as told, in place of what was.
  public private(set) var memories: [Memory] = []

  /// A notice on its way to one recipient of a channel.
  public struct Telling: Sendable, Equatable {
    public var rule: String
    public var channel: String
    public var recipient: String
    public var notice: Notice
    /// The end of quiet hours, or the time of a digest; nil: now.
    public var notBefore: Instant?

    public init(rule: String, channel: String, recipient: String = "", notice: Notice, notBefore: Instant? = nil) {
      (self.rule, self.channel, self.recipient) = (rule, channel, recipient)
      (self.notice, self.notBefore) = (notice, notBefore)
    }
  }

  /// The last that a rule has told a channel about a subject.
  public struct Memory: Sendable, Equatable {
    public var rule: String
    public var channel: String
    public var subject: String
    /// That of the notice.
    public var word: String
    /// How bad it was; nil: all was well.
    public var severity: Notice.Severity?
    public var at: Instant
    /// Since when it has been so.
    public var since: Instant

    public init(
      rule: String, channel: String, subject: String, word: String, severity: Notice.Severity?, at: Instant, since: Instant
    ) {
      (self.rule, self.channel, self.subject, self.word) = (rule, channel, subject, word)
      (self.severity, self.at, self.since) = (severity, at, since)
    }
  }

  /// Runs of a nightly job do not begin to the second: a reminder may come so much early.
  public static let reminderSlack = Duration.hours(1)

  public init(_ rules: NoticeRules, told: [Memory], notices: [Notice], now: Instant) {
    var known: [[String]: Memory] = [:]
    for memory in told { known[[memory.rule, memory.channel, memory.subject]] = memory }
    for rule in rules.rules where rule.mutedUntil.map({ $0 <= now }) ?? true {
      for notice in notices where rule.jobs.isEmpty || rule.jobs.contains(notice.job) {
        for channel in rule.channels.compactMap({ rules[channel: $0] }) {
          let key = [rule.name, channel.name, notice.subject]
          let step = Step(rule, channel, notice, before: known[key], now: now)
          if let memory = step.memory {
            known[key] = memory
            memories.removeAll { [$0.rule, $0.channel, $0.subject] == key }
            memories.append(memory)
          }
          guard let notice = step.notice else { continue }
          let notBefore = Self.time(rule, channel, now)
          tellings += channel.recipients.map {
            Telling(rule: rule.name, channel: channel.name, recipient: $0, notice: notice, notBefore: notBefore)
          }
        }
      }
    }
  }

  /// When it may be told: at the time of the digest, and not in quiet hours; nil: now.
  private static func time(_ rule: NoticeRules.Rule, _ channel: NoticeRules.Channel, _ now: Instant) -> Instant? {
    let digest = rule.digest?.next(after: now)
    return channel.quiet?.end(around: digest ?? now) ?? digest
  }

  /// One rule, one channel, one notice.
  private struct Step {
    /// What is told; nil: nothing.
    var notice: Notice?
    var memory: Memory?

    init(_ rule: NoticeRules.Rule, _ channel: NoticeRules.Channel, _ notice: Notice, before: Memory?, now: Instant) {
      func memory(_ severity: Notice.Severity?, since: Instant) -> Memory {
        Memory(
          rule: rule.name, channel: channel.name, subject: notice.subject, word: notice.word, severity: severity, at: now, since: since)
      }
      switch notice.nature {
      case .event:
        if rule.kinds.contains(notice.kind), notice.severity >= channel.least { self.notice = notice }
      case .trouble:
        guard rule.kinds.contains(notice.kind), notice.severity >= channel.least else { return }
        let isSame = before.map { $0.severity != nil && $0.word == notice.word } ?? false
        if isSame, let before {
          // A clock that was ahead when it was told would keep everybody in the dark until that time comes.
          let isDue = now - before.at >= rule.reminder - NoticeDecision.reminderSlack || before.at - now > NoticeDecision.reminderSlack
          guard isDue else { return }
          var reminder = notice
          reminder.title = "Still: " + notice.title
          reminder.lines.insert("It has been so since \(before.since).", at: 0)
          (self.notice, self.memory) = (reminder, memory(notice.severity, since: before.since))
        } else {
          (self.notice, self.memory) = (notice, memory(notice.severity, since: now))
        }
      case .wellbeing:
        guard let before, let severity = before.severity else { return }
        self.memory = memory(nil, since: now)
        // As bad as what it ends: whoever heard of that hears of this.
        guard rule.kinds.contains(.recovered), severity >= channel.least else { return }
        var recovered = notice
        recovered.lines.insert("It was \(before.word) since \(before.since).", at: 0)
        self.notice = recovered
      }
    }
  }
}
