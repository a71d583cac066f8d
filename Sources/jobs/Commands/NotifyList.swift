import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Steps
import Storage

struct NotifyList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the channels, whether each can be used, and which rules tell what there.",
    discussion: """
      EXAMPLES
        jobs notify list
        jobs notify list --json
      """)

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let notifications = configuration.notifications ?? NotificationsConfiguration()
    let (closed, waiting, mutes) = try await stored(workspace)
    let now = SystemTime().now()
    let store = SecretStore(folder: workspace.secrets)
    let rows = notifications.channels.map { channel in
      let missing = channel.secrets.lazy.compactMap { name -> String? in
        if case .missing(let sentence) = store.secret(name) { sentence } else { nil }
      }.first
      let rules = notifications.rules.filter { $0.channels.contains(channel.name) }
      return Row(
        channel: channel.name, kind: channel.kind.rawValue, state: closed[channel.name].map { "closed: \($0)" } ?? missing ?? "ready",
        rules: rules.map { Rule(rule: $0.name, on: $0.kinds.map(\.rawValue), jobs: $0.jobs, muted_until: $0.mutedUntil?.iso8601) },
        muted_until: mutes.mute(of: channel.name, at: now)?.until.iso8601, waiting: waiting[channel.name] ?? 0)
    }
    if json { return try Output.json(Document(channels: rows)) }
    guard !rows.isEmpty else {
      return Output.say("nobody is told: Jobs/config/notifications.yaml names no channel; see docs/notifications.md")
    }
    var table = PlainTable([.init("CHANNEL"), .init("KIND"), .init("STATE"), .init("RULES"), .init("WAITING", .right)])
    for row in rows {
      let rules = row.rules.map { "\($0.rule) (\($0.on.joined(separator: ", ")))" }.joined(separator: "; ")
      let state = row.state + (row.muted_until.map { ", muted until \($0)" } ?? "")
      table.rows.append([row.channel, row.kind, state, rules.isEmpty ? "none" : rules, "\(row.waiting)"])
    }
    try Output.print(table.text(width: Output.width))
  }

  /// Why channels are closed, how many messages wait, and what is muted; nothing where nothing is stored yet.
  private func stored(_ workspace: Workspace) async throws -> ([String: String], [String: Int], ChannelMutes) {
    guard FileManager.default.fileExists(atPath: workspace.database) else { return ([:], [:], ChannelMutes()) }
    let warehouse = try workspace.reading()
    defer { try? warehouse.close() }  // it was only read
    do {
      return try await warehouse.read { reader in
        let waiting = try reader.notifications(in: [.waiting]).map(\.telling.channel)
        return (try reader.closedChannels(), Dictionary(waiting.map { ($0, 1) }, uniquingKeysWith: +), try reader.channelMutes())
      }
    } catch WarehouseError.olderSchema {
      return ([:], [:], ChannelMutes())
    }
  }

  private struct Row: Encodable {
    let channel: String
    let kind: String
    let state: String
    let rules: [Rule]
    let muted_until: String?
    let waiting: Int
  }

  private struct Rule: Encodable {
    let rule: String
    let on: [String]
    let jobs: [String]
    let muted_until: String?
  }

  private struct Document: Encodable {
    let schema = "jobs.notify.list/1"
    let channels: [Row]
  }
}
