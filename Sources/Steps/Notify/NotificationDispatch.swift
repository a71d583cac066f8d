import JobGraph
import Notifying
import Scheduling
import Storage

/// Sends what is due, each message at most once: that it is on its way is written down, for good, before its first byte goes out.
struct NotificationDispatch: Sendable {
  let warehouse: any NoticeStore
  let desk: NotificationDesk
  /// The folder that reports lie in.
  let reports: String
  let time: any TimeSource

  /// - Parameters:
  ///   - deadline: nothing is begun after it; what is left waits for the next run.
  ///   - isSettling: what a dead sender left is settled first, and told of.
  func run(until deadline: Instant, isSettling: Bool = true) async throws -> NotificationTally {
    guard try await desk.turn.take(until: deadline, time) else {
      var tally = NotificationTally()
      try await countRest(at: time.now(), into: &tally)
      return tally
    }
    do {
      let tally = try await sendDue(until: deadline, isSettling: isSettling)
      await desk.turn.giveBack()
      return tally
    } catch {
      await desk.turn.giveBack()
      throw error
    }
  }

  private func sendDue(until deadline: Instant, isSettling: Bool) async throws -> NotificationTally {
    let repeatable = Set(desk.couriers.filter { $0.value.repeatsSafely }.keys)
    let start = time.now()
    var tally = NotificationTally()
    if isSettling {
      let abandoned = try await warehouse.write { try $0.settleAbandoned(repeatableChannels: repeatable, at: start) }
      tally.troubles = NotificationBatch.batches(of: abandoned).map { Self.sentence($0, "perhaps", $0.rows[0].reason ?? "") }
    }
    while !Task.isCancelled {
      let now = time.now()
      let state = try await state()
      let due = state.waiting.filter { $0.isTime(at: now) && !isHeld($0, state.mutes, at: now) }
      let sendable = try await withoutUnreachable(due, closed: state.closed, at: now, into: &tally)
      guard !sendable.isEmpty, now < deadline else {
        // Something that is asked to come again in a moment is worth the wait.
        let open = state.waiting.filter { row in
          let channel = row.telling.channel
          return desk.couriers[channel] != nil && state.closed[channel] == nil && row.attempts > 0 && !isHeld(row, state.mutes, at: now)
        }
        guard let next = open.compactMap(\.nextTry).min(), next > now, next < deadline else { break }
        try await time.sleep(until: next)
        continue
      }
      try await send(sendable, until: deadline, into: &tally)
    }
    try await countRest(at: time.now(), into: &tally)
    return tally
  }

  private struct State {
    let waiting: [StoredNotification]
    let closed: [String: String]
    let mutes: ChannelMutes
  }

  private func state() async throws -> State {
    try await warehouse.read {
      State(waiting: try $0.notifications(in: [.waiting]), closed: try $0.closedChannels(), mutes: try $0.channelMutes())
    }
  }

  /// Whether the channel is silent now. Quiet hours hold back also what had its turn before and was put off into them.
  private func isHeld(_ row: StoredNotification, _ mutes: ChannelMutes, at now: Instant) -> Bool {
    let channel = row.telling.channel
    return mutes.mute(of: channel, at: now) != nil || desk.rules[channel: channel]?.quiet?.end(around: now) != nil
  }

  /// Counts what waits for its time, and gives what waits though its time has come a reason.
  private func countRest(at now: Instant, into tally: inout NotificationTally) async throws {
    var state = try await state()
    let late = state.waiting.filter { row in
      row.reason == nil && row.isTime(at: now) && !isHeld(row, state.mutes, at: now) && desk.couriers[row.telling.channel] != nil
    }.map(\.id)
    if !late.isEmpty {
      try await warehouse.write { try $0.explainWaiting(late, reason: "its turn had not come when the time was over") }
      state = try await self.state()
    }
    let (held, left) = (
      state.waiting.filter { $0.reason == nil || isHeld($0, state.mutes, at: now) },
      state.waiting.filter { $0.reason != nil && !isHeld($0, state.mutes, at: now) }
    )
    tally.held = held.count
    tally.troubles += NotificationBatch.batches(of: left).map { Self.sentence($0, Self.notYet, $0.rows[0].reason ?? "") }
  }

  static let notYet = "not yet"

  /// Channels beside each other, the messages of one in turn: a slow one holds up nobody else.
  private func send(_ rows: [StoredNotification], until deadline: Instant, into tally: inout NotificationTally) async throws {
    let channels = Dictionary(grouping: NotificationBatch.batches(of: rows), by: \.channel)
    try await withThrowingTaskGroup(of: NotificationTally.self) { group in
      for (channel, batches) in channels {
        guard let courier = desk.couriers[channel] else { continue }
        group.addTask {
          var tally = NotificationTally()
          for batch in batches where time.now() < deadline && !Task.isCancelled {
            // What has begun ends, within the courier's own bound, also when the run is asked to stop: else nobody knew what became of it.
            tally.add(try await Task { try await send(batch, by: courier) }.value)
          }
          return tally
        }
      }
      for try await part in group { tally.add(part) }
    }
  }

  private func send(_ batch: NotificationBatch, by courier: any Courier) async throws -> NotificationTally {
    var tally = NotificationTally()
    let message = batch.message(reports: reports, attaches: desk.attaching.contains(batch.channel))
    let (ids, count) = (batch.ids, courier.parts(of: message))
    try await warehouse.write { try $0.beginSending(ids, in: batch.id) }
    for part in min(batch.parts, count)..<count {
      let delivery = await courier.send(message, part: part)
      guard case .delivered(let remark) = delivery else {
        try await end(batch, delivery, parts: part, isRepeatable: courier.repeatsSafely, into: &tally)
        return tally
      }
      if let remark { tally.remarks.append("\(batch.channel): \(remark)") }
      let (isLast, now) = (part == count - 1, time.now())
      try await warehouse.write {
        try $0.endSending(ids, as: isLast ? .delivered : .sending, parts: part + 1, reason: nil, nextTry: nil, at: now)
      }
    }
    tally.delivered += 1
    return tally
  }

  /// It was not delivered, or perhaps not.
  private func end(
    _ batch: NotificationBatch, _ delivery: Delivery, parts: Int, isRepeatable: Bool, into tally: inout NotificationTally
  ) async throws {
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
    if ended != .waiting {
      tally.troubles.append(Self.sentence(batch, ended == .unknown ? "perhaps" : "not", text))
      tally.ended.formUnion(ids)
    }
  }

  /// Sets aside what has no way to go.
  private func withoutUnreachable(
    _ rows: [StoredNotification], closed: [String: String], at now: Instant, into tally: inout NotificationTally
  ) async throws -> [StoredNotification] {
    var (reachable, unreachable): ([StoredNotification], [(id: Int64, reason: String, isForGood: Bool)]) = ([], [])
    for row in rows {
      let channel = row.telling.channel
      if desk.rules[channel: channel] == nil {
        // A sandbox, or a run without a network, leaves alone what another one is to send.
        if desk.remark == nil { unreachable.append((row.id, "the channel \(channel) is not in notifications.yaml any more", true)) }
      } else if let known = desk.rules[channel: channel], !known.recipients.contains(row.telling.recipient) {
        unreachable.append((row.id, "\(channel) does not go to this recipient any more", true))
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
      tally.ended.insert(mark.id)
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

  /// What somebody else could not tell meanwhile, a sentence each.
  static func troubles(of rows: [StoredNotification]) -> [String] {
    NotificationBatch.batches(of: rows).map { sentence($0, $0.rows[0].state == .unknown ? "perhaps" : "not", $0.rows[0].reason ?? "") }
  }

  private static func sentence(_ batch: NotificationBatch, _ word: String, _ reason: String) -> String {
    let recipient = batch.rows[0].telling.recipient
    let title = batch.rows[0].telling.notice.title
    return "\(word) told: \(batch.channel)\(recipient.isEmpty ? "" : " (\(recipient))"), \"\(title)\": \(reason)"
  }
}
