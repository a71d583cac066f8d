import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Steps
import Storage
import Transport

struct NotifySend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Sends what waits and is due: after quiet hours, a mute, a digest, a failed attempt.",
    discussion: """
      EXAMPLES
        jobs notify send
        jobs notify send --quiet       for cron: says nothing unless something could not be sent

      For a line of crontab, `*/5 * * * * jobs notify send --quiet`; `jobs cron run` does it by itself. It disturbs no run, and tells no
      message twice, however many send at once. It tells, too, that a job is late whose run has not begun or has died. The exit status is 3 when something could not be sent, or only perhaps; 1 when nothing was.
      """)

  @Flag(help: "Print only when something could not be sent.")
  var quiet = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let tally = try await send(workspace, configuration)
    if json {
      try Output.json(Document(delivered: tally.delivered, held: tally.held, not_sent: tally.troubles))
    } else {
      for text in tally.troubles + tally.remarks { Output.say("warning: \(text)") }
      if !quiet {
        let nothing = tally == NotificationTally()
        try Output.print(nothing ? "nothing is to be told" : "\(tally.delivered) told" + (tally.held > 0 ? ", \(tally.held) held" : ""))
      }
    }
    guard tally.troubles.isEmpty else { throw Ended(status: tally.delivered > 0 ? .partial : .failed) }
  }

  private func send(_ workspace: Workspace, _ configuration: Configuration) async throws -> NotificationTally {
    guard FileManager.default.fileExists(atPath: workspace.database) else { return NotificationTally() }
    let isLateTold = configuration.notifications?.rules.contains { $0.kinds.contains(.late) } ?? false
    let (waits, late) = try await look(workspace, configuration, isLateTold: isLateTold)
    guard waits || !late.isEmpty else { return NotificationTally() }
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    let desk = workspace.notificationDesk(configuration.notifications, http: http, time: SystemTime(), isOffline: false)
    let file = try NoticeFile.open(workspace, purpose: "notify send")
    let teller = NotificationTeller(file, desk, reports: workspace.reports, time: SystemTime())
    // What is on its way ends; nothing else is begun.
    let work = Task {
      for start in late { try await teller.queue([start.notice], logicalDate: start.logicalDate) }
      return try await teller.sendDue()
    }
    Process.onStopSignals { _ in work.cancel() }
    do {
      let tally = try await work.value
      try file.close()
      if work.isCancelled { throw Ended(status: .terminated) }
      return tally
    } catch is CancellationError {
      throw Ended(status: .terminated)
    }
  }

  /// Whether something waits, or was on its way when its sender died, and what is late: most calls of a timer find nothing, and disturb
  /// nobody.
  private func look(_ workspace: Workspace, _ configuration: Configuration, isLateTold: Bool) async throws -> (Bool, [LateStarts.Late]) {
    let now = SystemTime().now()
    let warehouse = try workspace.reading()
    defer { try? warehouse.close() }  // it was only read
    do {
      return try await warehouse.read { reader in
        let late = isLateTold ? try LateStarts.find(workspace, configuration, reader, now: now) : []
        let told = try Set(
          late.flatMap { try reader.notifications(of: $0.notice.cause) }.filter { $0.telling.notice.kind == .late }.map(
            \.telling.notice.cause))
        let waits = try !reader.notifications(in: [.waiting, .sending]).isEmpty
        return (waits, late.filter { !told.contains($0.notice.cause) })
      }
    } catch WarehouseError.olderSchema {
      return (true, [])
    }
  }

  private struct Document: Encodable {
    let schema = "jobs.notify.send/1"
    let delivered: Int
    let held: Int
    /// Sentences.
    let not_sent: [String]
  }
}
