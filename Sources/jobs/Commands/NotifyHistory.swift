import ArgumentParser
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct NotifyHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Shows what was told, what waits, and what could not be told, the newest first.",
    discussion: """
      EXAMPLES
        jobs notify history
        jobs notify history --limit 100 --json
      """)

  @Option(help: "So many at most.")
  var limit = 20

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    guard limit > 0 else { throw Failure(.usage, "--limit takes a number above 0") }
    let warehouse = try workspace.reading()
    let limit = limit
    let now = SystemTime().now()
    let rows = try await warehouse.read { reader in
      let mutes = try reader.channelMutes()
      return try reader.notifications(limit: limit).map { Row($0, mutes.mute(of: $0.telling.channel, at: now)) }
    }
    if json { return try Output.json(Document(notifications: rows)) }
    guard !rows.isEmpty else { return Output.say("nobody was told of anything yet") }
    var table = PlainTable([.init("QUEUED"), .init("STATE"), .init("CHANNEL"), .init("RULE"), .init("TITLE"), .init("WHY")])
    for row in rows {
      let channel = row.channel + (row.recipient.map { " (\($0))" } ?? "")
      table.rows.append([
        row.queued_at, row.state, channel, row.rule, row.title, row.why,
      ])
    }
    try Output.print(table.text(width: Output.width))
  }

  private struct Row: Encodable {
    let rule: String
    let channel: String
    let recipient: String?
    let kind: String
    let severity: String
    let job: String
    let run: String
    let title: String
    let state: String
    let attempts: Int
    let queued_at: String
    let not_before: String?
    let next_try: String?
    let ended_at: String?
    let muted_since: String?
    let muted_until: String?
    let reason: String?

    init(_ row: StoredNotification, _ mute: ChannelMutes.Mute?) {
      let notice = row.telling.notice
      (rule, channel) = (row.telling.rule, row.telling.channel)
      recipient = row.telling.recipient.isEmpty ? nil : row.telling.recipient
      (kind, severity, job, run, title) = (notice.kind.rawValue, notice.severity.rawValue, notice.job, notice.cause, notice.title)
      (state, attempts, queued_at) = (row.state.rawValue, row.attempts, row.queuedAt.iso8601)
      not_before = row.state == .waiting ? row.telling.notBefore?.iso8601 : nil
      (next_try, ended_at, reason) = (row.nextTry?.iso8601, row.endedAt?.iso8601, row.reason)
      muted_since = row.mutedSince?.iso8601
      muted_until = row.state == .waiting ? mute?.until.iso8601 : nil
    }

    var why: String {
      if let muted_until { return "muted until \(muted_until)" }
      return [reason, not_before.map { "held until \($0)" }, muted_since.map { "was muted since \($0)" }].compactMap(\.self).first ?? ""
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.notify.history/1"
    let notifications: [Row]
  }
}
