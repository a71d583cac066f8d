import ArgumentParser
import JobFiles
import JobGraph
import Mirroring
import Reporting
import Running
import Scheduling
import Steps
import Storage
import Transport

struct RealtimePush: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Tells the realtime database what waits in the outbox.",
    discussion: """
      EXAMPLES
        jobs realtime push
        jobs realtime push --repair         also write again what differs there, and delete what nobody told
        jobs realtime push --take-over      also when another warehouse wrote there last

      A reader sees what was there before or what is there after, never a mixture. A push that fails or is killed goes on where it was.
      """)

  @Flag(help: "Compare what was told with what is there, and write what differs.")
  var repair = false

  @Flag(name: .customLong("take-over"), help: "Write even where another warehouse wrote last; it will stop when it notices.")
  var takeOver = false

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let desk = try MirrorDesk.opened(workspace)
    // Nothing to tell where nothing was stored; this says so, and makes no file.
    _ = try workspace.reading()
    let lock = try RunLock(at: workspace.lockFile, purpose: "realtime push")
    let warehouse = try workspace.writing(lock: lock)
    let night = try await warehouse.read { try $0.runs(of: nil, limit: 1).first?.logicalDate }
    let document =
      if let remote = desk.remote {
        try await push(desk, remote, warehouse, night: night ?? SystemTime().now())
      } else {
        try await pushEmbedded(desk, warehouse)
      }
    try warehouse.close()
    if json { return try Output.json(document) }
    for refusal in document.refusals { Output.say("warning: not told, because no database takes it: \(refusal)") }
    try Output.print(document.text)
  }

  private func push(
    _ desk: MirrorDesk, _ remote: RealtimeConfiguration.Remote, _ warehouse: Warehouse, night: Instant
  ) async throws -> Document {
    let (outcome, drift) = try await desk.mirroring(remote, warehouse) { mirror in
      (try await mirror.push(night: night, takingOver: takeOver), repair ? try await mirror.drift(repairing: true) : nil)
    }
    if repair, drift == nil { Output.say("note: \(try desk.place()) cannot be compared path by path; what waited was told") }
    return Document(sink: try desk.place(), outcome, drift)
  }

  private func pushEmbedded(_ desk: MirrorDesk, _ warehouse: Warehouse) async throws -> Document {
    Document(sink: "embedded", try await PushRealtime.drain(warehouse, places: try desk.places()), nil)
  }

  private struct Document: Encodable {
    let schema = "jobs.realtime.push/1"
    let sink: String
    let paths: Int
    let writes: Int
    let requests: Int
    let forgotten: Int
    let refused: Int
    let refusals: [String]
    let drift: DriftDocument?

    init(sink: String, _ outcome: RemoteMirror.Outcome, _ drift: MirrorDrift?) {
      (self.sink, paths, writes, requests) = (sink, outcome.paths, outcome.writes, outcome.requests)
      (forgotten, refused, refusals) = (outcome.forgotten, outcome.refused, outcome.refusals)
      self.drift = drift.map(DriftDocument.init)
    }

    var text: String {
      var parts = ["\(NumberText.grouped(paths)) paths told to \(sink)"]
      if requests > 0 { parts.append("in \(NumberText.grouped(requests)) requests") }
      var text = parts.joined(separator: " ")
      if refused > 0 { text += ", \(refused) refused" }
      if let drift { text += "\n" + drift.text + (drift.repaired > 0 ? "; \(NumberText.grouped(drift.repaired)) written again" : "") }
      return text
    }
  }
}

/// How the database differs from what it was told.
struct DriftDocument: Encodable {
  let compared: Int
  let missing: Int
  let different: Int
  let extra: Int
  let repaired: Int
  let examples: [String]

  init(_ drift: MirrorDrift) {
    (compared, missing, different, extra) = (drift.compared, drift.missing, drift.different, drift.extra)
    (repaired, examples) = (drift.repaired, drift.examples)
  }

  var text: String {
    guard missing + different + extra > 0 else { return "no difference in \(NumberText.grouped(compared)) paths" }
    return "of \(NumberText.grouped(compared)) paths \(missing) missing, \(different) different, \(extra) that nobody told"
      + examples.map { "\n  \($0)" }.joined()
  }
}
