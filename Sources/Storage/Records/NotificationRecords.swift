internal import GRDB
public import JobGraph
public import Scheduling

/// A notice on its way to one recipient, or at its end.
public struct StoredNotification: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    case waiting, sending, delivered, refused
    /// Perhaps delivered.
    case unknown
  }

  public var id: Int64
  public var telling: NoticeDecision.Telling
  public var logicalDate: Instant
  public var queuedAt: Instant
  public var state: State
  /// Of the message that it went out in.
  public var message: String?
  public var parts: Int
  public var attempts: Int
  public var nextTry: Instant?
  public var endedAt: Instant?
  public var reason: String?
  /// Since when the channel was muted that held it back; nil: none did.
  public var mutedSince: Instant?

  /// Whether its time has come. A time that is further ahead than anything is ever put off was written by a clock that was wrong.
  public func isTime(at now: Instant) -> Bool {
    func hasCome(_ time: Instant?, within: Duration) -> Bool { time.map { $0 <= now || $0 - now > within } ?? true }
    return hasCome(telling.notBefore, within: .days(3)) && hasCome(nextTry, within: .days(8))
  }
}

extension WarehouseTransaction {
  /// Puts in line what is to be told, and remembers it as told. What was put in line before, by the same rule for the same cause, is not
  /// put there again.
  /// - Parameter decide: is given what was told before.
  /// - Returns: how many are new.
  public func queueNotifications(
    at now: Instant, logicalDate: Instant, _ decide: ([NoticeDecision.Memory]) -> NoticeDecision
  ) throws -> Int {
    let decision = decide(try reader.toldNotices())
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO notifications (
          rule, channel, recipient, cause, subject, word, kind, severity, job, logical_date, title, lines, report, queued_at, not_before, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING
        """)
    var new = 0
    for telling in decision.tellings {
      let notice = telling.notice
      try insert.execute(arguments: [
        telling.rule, telling.channel, telling.recipient, notice.cause, notice.subject, notice.word, notice.kind.rawValue,
        notice.severity.rawValue, notice.job, logicalDate.milliseconds, notice.title, try JSONText.texts(notice.lines), notice.report,
        now.milliseconds, telling.notBefore?.milliseconds,
      ])
      new += database.changesCount
    }
    for memory in decision.memories {
      try database.execute(
        sql: "INSERT OR REPLACE INTO notification_states (rule, channel, subject, word, severity, at, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          memory.rule, memory.channel, memory.subject, memory.word, memory.severity?.rawValue, memory.at.milliseconds,
          memory.since.milliseconds,
        ])
    }
    if new > 0 { try holdMuted(at: now) }
    return new
  }

  /// Says of rows that they are on their way, in a message; from here on they may have arrived.
  public func beginSending(_ ids: [Int64], in message: String) throws {
    for id in ids {
      try database.execute(
        sql: "UPDATE notifications SET state = 'sending', message = ?, attempts = attempts + 1 WHERE id = ? AND state = 'waiting'",
        arguments: [message, id])
      guard database.changesCount == 1 else {
        throw WarehouseError.other(path: "notifications", reason: "the notification \(id) is not waiting any more")
      }
    }
  }

  /// Says what became of rows that were on their way.
  /// - Parameters:
  ///   - state: `waiting` when it is tried again.
  ///   - parts: that have arrived so far.
  public func endSending(
    _ ids: [Int64], as state: StoredNotification.State, parts: Int, reason: String?, nextTry: Instant?, at now: Instant
  ) throws {
    for id in ids {
      try database.execute(
        sql: "UPDATE notifications SET state = ?, parts = ?, reason = ?, next_try = ?, ended_at = ? WHERE id = ?",
        arguments: [
          state.rawValue, parts, reason, nextTry?.milliseconds, state == .waiting || state == .sending ? nil : now.milliseconds, id,
        ])
    }
  }

  /// Says of rows that wait why they do.
  public func explainWaiting(_ ids: [Int64], reason: String) throws {
    for id in ids {
      try database.execute(sql: "UPDATE notifications SET reason = ? WHERE id = ? AND state = 'waiting'", arguments: [reason, id])
    }
  }

  /// What was on its way when its sender died: nobody knows whether it arrived. Where the receiver knows a repeated message it waits
  /// again; elsewhere it stays unknown.
  /// - Parameter channels: those whose receivers do.
  /// - Returns: those that stay unknown.
  public func settleAbandoned(repeatableChannels channels: Set<String>, at now: Instant) throws -> [StoredNotification] {
    let reason = "jobs was ended while it was being sent"
    let rows = try reader.notifications(in: [.sending])
    for row in rows {
      let isRepeatable = channels.contains(row.telling.channel)
      try endSending([row.id], as: isRepeatable ? .waiting : .unknown, parts: row.parts, reason: reason, nextTry: nil, at: now)
    }
    return rows.filter { !channels.contains($0.telling.channel) }.map { row in
      var row = row
      (row.state, row.reason) = (.unknown, reason)
      return row
    }
  }

  /// Nothing else goes to the channel.
  public func close(channel: String, reason: String, at now: Instant) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO closed_channels (channel, reason, at) VALUES (?, ?, ?)", arguments: [channel, reason, now.milliseconds])
  }

  public func reopen(channel: String) throws {
    try database.execute(sql: "DELETE FROM closed_channels WHERE channel = ?", arguments: [channel])
  }
}

extension WarehouseReader {
  /// What each rule has told last.
  public func toldNotices() throws -> [NoticeDecision.Memory] {
    try Row.fetchAll(
      database, sql: "SELECT rule, channel, subject, word, severity, at, since FROM notification_states ORDER BY rule, channel, subject"
    ).map { row in
      let severity: String? = row[4]
      return NoticeDecision.Memory(
        rule: row[0], channel: row[1], subject: row[2], word: row[3], severity: severity.flatMap(Notice.Severity.init),
        at: Instant(milliseconds: row[5]), since: Instant(milliseconds: row[6]))
    }
  }

  /// Those in these states, the oldest first.
  public func notifications(in states: [StoredNotification.State]) throws -> [StoredNotification] {
    let list = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return try notifications(where: "state IN (\(list)) ORDER BY id", [])
  }

  /// The newest, the newest first.
  public func notifications(limit: Int) throws -> [StoredNotification] {
    try notifications(where: "true ORDER BY id DESC LIMIT ?", [limit])
  }

  /// Those of a cause, the oldest first.
  public func notifications(of cause: String) throws -> [StoredNotification] {
    try notifications(where: "cause = ? ORDER BY id", [cause])
  }

  /// What was to be told of the logical dates from one on and before another, and was not, or perhaps not.
  public func untold(from start: Instant, before end: Instant) throws -> [StoredNotification] {
    try notifications(
      where: """
        logical_date >= ? AND logical_date < ? AND (state IN ('refused', 'unknown', 'sending') OR (state = 'waiting' AND reason IS NOT NULL))
        ORDER BY id
        """, [start.milliseconds, end.milliseconds])
  }

  /// Channels that nothing goes to any more, and why.
  public func closedChannels() throws -> [String: String] {
    let rows = try Row.fetchAll(database, sql: "SELECT channel, reason FROM closed_channels")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
  }

  private func notifications(where condition: String, _ arguments: StatementArguments) throws -> [StoredNotification] {
    try Row.fetchAll(database, sql: "SELECT * FROM notifications WHERE \(condition)", arguments: arguments).map { row in
      let (kind, severity, state): (String, String, String) = (row["kind"], row["severity"], row["state"])
      func instant(_ column: String) -> Instant? { (row[column] as Int64?).map { Instant(milliseconds: $0) } }
      // A kind of a newer version is told as what it says of itself.
      let notice = Notice(
        Notice.Kind(rawValue: kind) ?? .verdict, severity: Notice.Severity(rawValue: severity) ?? .warning, job: row["job"],
        subject: row["subject"], word: row["word"], cause: row["cause"], title: row["title"], lines: try JSONText.decodeTexts(row["lines"]),
        report: row["report"])
      return StoredNotification(
        id: row["id"],
        telling: NoticeDecision.Telling(
          rule: row["rule"], channel: row["channel"], recipient: row["recipient"], notice: notice, notBefore: instant("not_before")),
        logicalDate: Instant(milliseconds: row["logical_date"]), queuedAt: Instant(milliseconds: row["queued_at"]),
        state: StoredNotification.State(rawValue: state) ?? .unknown, message: row["message"], parts: row["parts"],
        attempts: row["attempts"], nextTry: instant("next_try"), endedAt: instant("ended_at"), reason: row["reason"],
        mutedSince: instant("muted_since"))
    }
  }
}
