import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct NotifyMute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mute", abstract: "Keeps a channel, or all of them, silent for a while.",
    discussion: """
      EXAMPLES
        jobs notify mute phone --for 2h
        jobs notify mute all --until 2026-12-01
        jobs notify mute all --until 2026-12-01T07:00Z

      What is to be told meanwhile waits, and comes together as one message when the mute ends, with the remark that it was held back. Muting
      again moves the end. `jobs notify list` shows what is muted; `jobs notify test` goes out all the same.
      """)

  @Argument(help: "The channel, by its name in notifications.yaml, or `all`.")
  var channel: String

  @Option(help: "The end: an instant, or a day (its midnight in UTC).")
  var until: String?

  @Option(name: .customLong("for"), help: "How long: 30m, 2h, 3d.")
  var length: String?

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let channel = try NotifyMute.stored(channel, workspace)
    let now = SystemTime().now()
    let end = try end(now)
    let file = try NoticeFile.open(workspace, purpose: "notify mute")
    try await file.write { try $0.mute(channel: channel, until: end, at: now) }
    try file.close()
    if json { return try Output.json(MuteDocument(channel: self.channel, muted_until: end.iso8601)) }
    try Output.print("\(self.channel) is muted until \(end.iso8601)")
  }

  private func end(_ now: Instant) throws -> Instant {
    switch (until, length) {
    case (let text?, nil):
      guard let end = Instant(iso8601: text) ?? CivilDate(text)?.midnight else {
        throw Failure(.usage, "--until takes an instant or a day, as in 2026-12-01T07:00Z or 2026-12-01, not `\(OneLine.shown(text))`")
      }
      guard end > now else { throw Failure(.usage, "--until \(OneLine.shown(text)) is over: it is \(now.floored(to: .seconds(1)))") }
      return end
    case (nil, let text?):
      guard let length = JobFiles.DurationText.parse(text), length > .zero else {
        throw Failure(.usage, "--for takes a whole number and one of s, m, h, d, w, as in 2h, not `\(OneLine.shown(text))`")
      }
      return (now + length).floored(to: .seconds(1))
    default: throw Failure(.usage, "a mute has an end: give either --until TIME or --for DURATION")
    }
  }

  /// The name as the warehouse has it.
  static func stored(_ name: String, _ workspace: Workspace) throws -> String {
    if name == "all" { return ChannelMutes.all }
    return try NotifyTest.channels(workspace, named: name)[0].name
  }
}

struct NotifyUnmute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmute", abstract: "Ends the mute of a channel, or the one of all.",
    discussion: """
      EXAMPLES
        jobs notify unmute phone
        jobs notify unmute all         what was muted by `mute all`; a channel that was muted by its name stays so

      What was held back goes out with the next `jobs notify send`, by the daemon within half a minute, else with the next run that tells.
      """)

  @Argument(help: "The channel, by its name in notifications.yaml, or `all`.")
  var channel: String

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let channel = try NotifyMute.stored(channel, workspace)
    let now = SystemTime().now()
    var wasMuted = false
    if FileManager.default.fileExists(atPath: workspace.database) {
      let file = try NoticeFile.open(workspace, purpose: "notify unmute")
      wasMuted = try await file.write { try $0.unmute(channel: channel, at: now) }
      try file.close()
    }
    if json { return try Output.json(MuteDocument(channel: self.channel, muted_until: nil)) }
    try Output.print(wasMuted ? "\(self.channel) is not muted any more" : "\(self.channel) was not muted")
  }
}

private struct MuteDocument: Encodable {
  let schema = "jobs.notify.mute/1"
  let channel: String
  /// Absent: it is not muted.
  let muted_until: String?
}
