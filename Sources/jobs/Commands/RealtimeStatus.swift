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

struct RealtimeStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what waits for the realtime database, when it was last told, and whether it differs.",
    discussion: """
      EXAMPLES
        jobs realtime status
        jobs realtime status --no-compare      without asking it anything
        jobs realtime status --json

      Exit status 65 when it differs from what it was told; `jobs realtime push --repair` writes what differs.
      """)

  @Flag(inversion: .prefixedNo, help: "Read what is there, and compare it with what was told.")
  var compare = true

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let desk = try MirrorDesk.opened(workspace)
    let warehouse = try workspace.reading()
    let (sink, lack) = (try desk.place(), desk.remote == nil ? nil : desk.lack)
    let (journal, waiting) = try await warehouse.read { reader in
      let journal = try reader.mirrorJournal(of: sink)
      let told = try journal.map { try reader.mirrorBacklog(after: $0.rootSequence) } ?? [:]
      return (journal, try reader.outboxPaths().merging(told, uniquingKeysWith: +))
    }
    var (drift, driftFailure): (MirrorDrift?, String?) = (nil, nil)
    if compare, let remote = desk.remote, journal != nil, lack == nil {
      do {
        drift = try await desk.mirroring(remote, warehouse) { try await $0.drift() }
      } catch let failure as MirrorFailure {
        driftFailure = failure.message
      }
    }
    let document = Document(
      sink: sink, waiting: waiting, told: journal?.pushedAt?.iso8601, failed: journal?.failedAt?.iso8601, failure: journal?.failure,
      lacks: lack, tree: journal.map { $0.isCopyLive ? "copy" : "root" }, drift: drift.map(DriftDocument.init), unknown: driftFailure)
    if json { try Output.json(document) } else { try Output.print(document.text) }
    if let drift, !drift.isNone { throw Ended(status: .badData) }
  }

  private struct Document: Encodable {
    let schema = "jobs.realtime.status/1"
    let sink: String
    /// By the top of the paths.
    let waiting: [String: Int]
    let told: String?
    let failed: String?
    let failure: String?
    let lacks: String?
    /// The tree that readers are sent to.
    let tree: String?
    let drift: DriftDocument?
    /// Why it is not known whether it differs.
    let unknown: String?

    var text: String {
      var lines = ["sink          \(sink)"]
      let parts = waiting.sorted { $0.key < $1.key }.map { "\($0.key) \(NumberText.grouped($0.value))" }
      lines.append("waiting       \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))")
      if sink != "embedded" {
        lines.append("last told     \(told ?? "never")")
        if tree == "copy" {
          lines.append("readers       at \(MirrorPointer.copyPath), until the next push has brought the tree up to date")
        }
      }
      if let failure { lines.append("last failure  \(failed.map { "\($0): " } ?? "")\(failure)") }
      if let lacks { lines.append("missing       \(lacks)") }
      if let drift { lines.append("difference    \(drift.text)") }
      if let unknown { lines.append("difference    unknown: \(unknown)") }
      return lines.joined(separator: "\n")
    }
  }
}
