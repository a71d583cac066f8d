import JobGraph
import Notifying
import Scheduling
import Storage

/// Sends what is due, each message at most once: that it is on its way is written down, for good, before its first byte goes out.
struct NotificationDispatch: Sendable {
  let warehouse: Warehouse
  let desk: NotificationDesk
  /// The folder that reports lie in.
  let reports: String
  let time: any TimeSource

  /// What became of what was due.
  struct Tally: Sendable {
    var delivered = 0
    /// One sentence for each message that was not, or perhaps not.
    var troubles: [String] = []
    var remarks: [String] = []

    mutating func add(_ other: Tally) {
      delivered += other.delivered
      troubles += other.troubles
      remarks += other.remarks
    }
  }

  /// - Parameter deadline: nothing is begun after it; what is left waits for the next run.
  func run(until deadline: Instant) async throws -> Tally {
    let repeatable = Set(desk.couriers.filter { $0.value.repeatsSafely }.keys)
    let start = time.now()
    let abandoned = try await warehouse.write { try $0.settleAbandoned(repeatableChannels: repeatable, at: start) }
    var tally = Tally()
    tally.troubles = NotificationBatch.batches(of: abandoned).map { Self.sentence($0, "perhaps", $0.rows[0].reason ?? "") }
    while !Task.isCancelled {
      let now = time.now()
      let (waiting, closed) = try await warehouse.read { (try $0.notifications(in: [.waiting]), try $0.closedChannels()) }
      let due = waiting.filter { ($0.telling.notBefore ?? now) <= now && ($0.nextTry ?? now) <= now }
      let sendable = try await withoutUnreachable(due, closed: closed, at: now, into: &tally)
      guard !sendable.isEmpty, now < deadline else {
        // Something that is asked to come again in a moment is worth the wait.
        let open = waiting.filter { desk.couriers[$0.telling.channel] != nil && closed[$0.telling.channel] == nil && $0.attempts > 0 }
        guard let next = open.compactMap(\.nextTry).min(), next > now, next < deadline else { break }
        try await time.sleep(until: next)
        continue
      }
      try await send(sendable, until: deadline, into: &tally)
    }
    let left = try await explainedRest(at: time.now())
    tally.troubles += NotificationBatch.batches(of: left).map { Self.sentence($0, "not yet", $0.rows[0].reason ?? "") }
    return tally
  }

  /// What waits though its time has come, each with its reason.
  private func explainedRest(at now: Instant) async throws -> [StoredNotification] {
    let waiting = try await warehouse.read { try $0.notifications(in: [.waiting]) }
    let late = waiting.filter { row in
      row.reason == nil && (row.telling.notBefore ?? now) <= now && desk.couriers[row.telling.channel] != nil
    }.map(\.id)
    guard !late.isEmpty else { return waiting.filter { $0.reason != nil } }
    return try await warehouse.write { transaction in
      try transaction.explainWaiting(late, reason: "its turn had not come when the time was over")
      return try transaction.reader.notifications(in: [.waiting]).filter { $0.reason != nil }
    }
  }

  /// Channels beside each other, the messages of one in turn: a slow one holds up nobody else.
  private func send(_ rows: [StoredNotification], until deadline: Instant, into tally: inout Tally) async throws {
    let channels = Dictionary(grouping: NotificationBatch.batches(of: rows), by: \.channel)
    try await withThrowingTaskGroup(of: Tally.self) { group in
      for (channel, batches) in channels {
        guard let courier = desk.couriers[channel] else { continue }
        group.addTask {
          var tally = Tally()
          for batch in batches where time.now() < deadline && !Task.isCancelled { try await send(batch, by: courier, into: &tally) }
          return tally
        }
      }
      for try await part in group { tally.add(part) }
    }
  }

  private func send(_ batch: NotificationBatch, by courier: any Courier, into tally: inout Tally) async throws {
    let message = batch.message(reports: reports, attaches: desk.attaching.contains(batch.channel))
    let (ids, count) = (batch.ids, courier.parts(of: message))
    try await warehouse.write { try $0.beginSending(ids, in: batch.id) }
    for part in min(batch.parts, count)..<count {
      let delivery = await courier.send(message, part: part)
      guard case .delivered(let remark) = delivery else {
        return try await end(batch, delivery, parts: part, isRepeatable: courier.repeatsSafely, into: &tally)
      }
      if let remark { tally.remarks.append("\(batch.channel): \(remark)") }
      let (isLast, now) = (part == count - 1, time.now())
      try await warehouse.write {
        try $0.endSending(ids, as: isLast ? .delivered : .sending, parts: part + 1, reason: nil, nextTry: nil, at: now)
      }
    }
    tally.delivered += 1
  }

  /// It was not delivered, or perhaps not.
  private func end(_ batch: NotificationBatch, _ delivery: Delivery, parts: Int, isRepeatable: Bool, into tally: inout Tally) async throws {
    let (ids, now, channel) = (batch.ids, time.now(), batch.channel)
    var (state, reason, next): (StoredNotification.State, String, Instant?) = (.refused, "", nil)
    switch delivery {
    case .delivered: preconditionFailure("what was delivered is no trouble")
    case .later(let asked, let why): retry(asked, why)
    case .unknown(let why) where isRepeatable: retry(nil, why)
    case .unknown(let why): (state, reason) = (.unknown, why)
    case .refused(let why): reason = why
    case .closed(let why): reason = why
    }
    func retry(_ asked: Duration?, _ why: String) {
      guard let wait = ResendPolicy.wait(afterAttempt: batch.attempts + 1, asked: asked) else {
        return reason = "given up after \(batch.attempts + 1) attempts: \(why)"
      }
      (state, reason, next) = (.waiting, why, now + wait)
    }
    let (ended, text, nextTry) = (state, reason, next)
    let isClosed = if case .closed = delivery { true } else { false }
    try await warehouse.write {
      try $0.endSending(ids, as: ended, parts: parts, reason: text, nextTry: nextTry, at: now)
      if isClosed { try $0.close(channel: channel, reason: text, at: now) }
    }
    // What waits is counted at the end, when it still does.
    if ended != .waiting { tally.troubles.append(Self.sentence(batch, ended == .unknown ? "perhaps" : "not", text)) }
  }

  /// Sets aside what has no way to go.
  private func withoutUnreachable(
    _ rows: [StoredNotification], closed: [String: String], at now: Instant, into tally: inout Tally
  ) async throws -> [StoredNotification] {
    var (reachable, unreachable): ([StoredNotification], [(id: Int64, reason: String, isForGood: Bool)]) = ([], [])
    for row in rows {
      let channel = row.telling.channel
      if desk.rules[channel: channel] == nil {
        // A sandbox, or a run without a network, leaves alone what another one is to send.
        if desk.remark == nil { unreachable.append((row.id, "the channel \(channel) is not in notifications.yaml any more", true)) }
      } else if let reason = closed[channel] {
        unreachable.append((row.id, "the channel is closed (\(reason)); `jobs notify test \(channel)` opens it again", true))
      } else if let reason = desk.missing[channel] {
        unreachable.append((row.id, reason, false))
      } else {
        reachable.append(row)
      }
    }
    let marks = unreachable
    for mark in marks where mark.isForGood {
      let row = rows.filter { $0.id == mark.id }
      tally.troubles += NotificationBatch.batches(of: row).map { Self.sentence($0, "not", mark.reason) }
    }
    if !marks.isEmpty {
      try await warehouse.write { transaction in
        for mark in marks {
          if mark.isForGood {
            try transaction.endSending([mark.id], as: .refused, parts: 0, reason: mark.reason, nextTry: nil, at: now)
          } else {
            try transaction.explainWaiting([mark.id], reason: mark.reason)
          }
        }
      }
    }
    return reachable
  }

  private static func sentence(_ batch: NotificationBatch, _ word: String, _ reason: String) -> String {
    let recipient = batch.rows[0].telling.recipient
    let title = batch.rows[0].telling.notice.title
    return "\(word) told: \(batch.channel)\(recipient.isEmpty ? "" : " (\(recipient))"), \"\(title)\": \(reason)"
  }
}
