import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Notifying
import Reporting
import Running
import Scheduling
import Steps
import Storage
import Transport

struct NotifyTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Sends a message to each channel, or to one, and says what became of it.",
    discussion: """
      EXAMPLES
        jobs notify test
        jobs notify test phone
        jobs notify test phone --json

      It goes out at once, whatever quiet hours and rules say, and stands in no history. A channel that was closed, because its other side
      had said that nobody lives there any more, is open again once a message has arrived.
      """)

  @Argument(help: "The channel, by its name in notifications.yaml; all of them when left out.")
  var channel: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let channels = try Self.channels(workspace, named: channel)
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    var rows: [Row] = []
    for channel in channels {
      let (way, isLoopback) = workspace.courier(of: channel, http: http, time: SystemTime())
      for recipient in channel.kind == .mail ? channel.recipients : [""] {
        var delivery = Delivery.refused(why: "nothing leaves the sandbox: it has no `sandbox: true`, or is not on the loopback")
        if !workspace.isSandbox || (channel.isForSandbox && isLoopback) {
          switch way {
          case .courier(let courier): delivery = await courier.send(NotifyTest.message(to: recipient), part: 0)
          case .missing(let reason): delivery = .refused(why: reason)
          }
        }
        rows.append(Row(channel, recipient, delivery))
      }
    }
    try await reopen(Set(rows.filter(\.delivered).map(\.channel)), workspace)
    if json {
      try Output.json(Document(channels: rows))
    } else {
      var table = PlainTable([.init("CHANNEL"), .init("KIND"), .init("TO"), .init("RESULT")])
      for row in rows {
        table.rows.append([
          row.channel, row.kind, row.recipient ?? "", [row.result, row.reason].compactMap(\.self).joined(separator: ": "),
        ])
      }
      try Output.print(table.text(width: Output.width))
    }
    if rows.contains(where: { !$0.delivered }) {
      throw Ended(status: rows.contains(where: \.delivered) ? .partial : .failed)
    }
  }

  /// - Throws: ``Failure`` when there is none, or none of this name.
  static func channels(_ workspace: Workspace, named name: String?) throws -> [NotificationsConfiguration.Channel] {
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let all = configuration.notifications?.channels ?? []
    guard !all.isEmpty else {
      throw Failure(.configuration, "Jobs/config/notifications.yaml names no channel; docs/notifications.md tells how one is set up")
    }
    guard let name else { return all }
    guard let channel = all.first(where: { $0.name == name }) else {
      let nearest = NearestName.find(name, in: all.map(\.name)).map { "; a channel with a similar name exists: `\($0)`" } ?? ""
      throw Failure(
        .usage, "no channel is called `\(OneLine.shown(name))`; the channels are: \(all.map(\.name).joined(separator: ", "))\(nearest)")
    }
    return [channel]
  }

  /// Another each time: two tests are two messages.
  private static func message(to recipient: String) -> Notifying.Message {
    let (now, id) = (SystemTime().now(), UUID().uuidString.replacing("-", with: "").lowercased())
    return Notifying.Message(
      id: id, recipient: recipient, severity: .info, title: "[jobs] Test: this channel works",
      sections: [
        .init(
          kind: "test", job: "", cause: "", title: "[jobs] Test: this channel works",
          lines: ["Sent by `jobs notify test` at \(now). Nothing is wrong, and nothing is to be done."])
      ], date: now)
  }

  private func reopen(_ delivered: Set<String>, _ workspace: Workspace) async throws {
    guard FileManager.default.fileExists(atPath: workspace.database) else { return }
    let reader = try workspace.reading()
    // A warehouse of an older version has closed no channel.
    let closed = (try? await reader.read { try $0.closedChannels() }) ?? [:]
    try reader.close()
    let names = delivered.intersection(closed.keys)
    guard !names.isEmpty else { return }
    let lock = try RunLock(at: workspace.lockFile, purpose: "notify test")
    let warehouse = try workspace.writing(lock: lock)
    try await warehouse.write { transaction in for name in names.sorted() { try transaction.reopen(channel: name) } }
    try warehouse.close()
    for name in names.sorted() { Output.say("note: \(name) is open again") }
  }

  private struct Row: Encodable {
    let channel: String
    let kind: String
    let recipient: String?
    let delivered: Bool
    /// delivered, later, refused, closed, unknown
    let result: String
    let reason: String?

    init(_ channel: NotificationsConfiguration.Channel, _ recipient: String, _ delivery: Delivery) {
      (self.channel, kind, self.recipient) = (channel.name, channel.kind.rawValue, recipient.isEmpty ? nil : recipient)
      switch delivery {
      case .delivered(let remark): (delivered, result, reason) = (true, "delivered", remark)
      case .later(_, let why): (delivered, result, reason) = (false, "later", why)
      case .refused(let why): (delivered, result, reason) = (false, "refused", why)
      case .closed(let why): (delivered, result, reason) = (false, "closed", why)
      case .unknown(let why): (delivered, result, reason) = (false, "unknown", why)
      }
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.notify.test/1"
    let channels: [Row]
  }
}
