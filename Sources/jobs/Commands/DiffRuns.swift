import ArgumentParser
import Foundation
import JobGraph
import Reporting
import Storage

struct DiffRuns: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what differs between two runs: plan, results, rows, requests, times.",
    discussion: """
      EXAMPLES
        jobs diff nightly-20260114T0230Z-1 nightly-20260115T0230Z-1
        jobs diff nightly-20260114 nightly            a run by the beginning of its name, and the newest one
        jobs diff nightly hourly --json

      The exit status is 0 whether they differ or not. A duration counts as different when one is at least half as long again as the
      other, and a second longer.
      """)

  @Argument(help: "The run to compare with: its name, the beginning of it, a job for its newest run, or `latest`.")
  var first: String

  @Argument(help: "The run that is compared.")
  var second: String

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let rows = (try await workspace.run(named: first, in: warehouse), try await workspace.run(named: second, in: warehouse))
    let states = try await warehouse.runStates(lockFile: workspace.lockFile)
    let (a, b) = try await warehouse.read {
      (try $0.account(of: rows.0, state: states.state(of: rows.0)), try $0.account(of: rows.1, state: states.state(of: rows.1)))
    }
    let difference = RunDifference(a, b)
    if json { return try Output.json(Document(RunJSON(rows.0, state: a.state), RunJSON(rows.1, state: b.state), difference)) }
    try Output.print(DiffRuns.text(difference, a, b, width: Output.width))
  }

  static func text(_ difference: RunDifference, _ a: RunAccount, _ b: RunAccount, width: Int?) -> String {
    var lines = ["first   \(a.id)  \(a.state.rawValue)", "second  \(b.id)  \(b.state.rawValue)", ""]
    if a.id == b.id {
      lines += ["Both are the same run.", ""]
    } else if difference.changes.isEmpty {
      lines += ["Nothing that matters differs.", ""]
    }
    for change in difference.changes { lines.append(HangingText.wrapped(change.sentence, width: width, indent: 2)) }
    if !difference.changes.isEmpty { lines.append("") }
    var table = PlainTable([
      .init("STEP"), .init("FIRST", mayShrink: false), .init("SECOND", mayShrink: false), .init("TASKS", .right), .init("REQUESTS", .right),
      .init("ROWS +/~", .right), .init("TOOK", .right),
    ])
    table.rows = difference.rows.map { row in
      func pair(_ text: (RunDifference.Side) -> String) -> String {
        let (x, y) = (row.first.map(text) ?? "", row.second.map(text) ?? "")
        return x == y ? x : "\(x.isEmpty ? "-" : x) > \(y.isEmpty ? "-" : y)"
      }
      return [
        row.step.name, row.first?.state ?? "-", row.second?.state ?? "-", pair { "\($0.succeeded)/\($0.tasks)" },
        pair { $0.requests == 0 ? "" : NumberText.grouped($0.requests) },
        pair { $0.newRows + $0.changedRows == 0 ? "" : "\($0.newRows)/\($0.changedRows)" },
        pair { $0.seconds.map { DurationText.short($0) } ?? "" },
      ]
    }
    return lines.joined(separator: "\n") + "\n" + table.text(width: width).trimmingCharacters(in: .newlines)
  }

  private struct Document: Encodable {
    let schema = "jobs.diff/1"
    let first: RunJSON
    let second: RunJSON
    let same: Bool
    let changes: [Change]
    let steps: [Step]

    struct Change: Encodable {
      let kind: String
      let step: String?
      let sentence: String
    }

    struct Step: Encodable {
      let step: String
      let first: Side?
      let second: Side?
      /// How many times as long the second one took; null unless that is beyond chance.
      let ratio: Double?
    }

    struct Side: Encodable {
      let state: String
      let tasks: Int
      let succeeded: Int
      let requests: Int
      let rowsNew: Int
      let rowsChanged: Int
      let seconds: Double?

      init(_ side: RunDifference.Side) {
        (state, tasks, succeeded, requests) = (side.state, side.tasks, side.succeeded, side.requests)
        (rowsNew, rowsChanged, seconds) = (side.newRows, side.changedRows, side.seconds)
      }
    }

    init(_ first: RunJSON, _ second: RunJSON, _ difference: RunDifference) {
      (self.first, self.second, same) = (first, second, difference.changes.isEmpty)
      changes = difference.changes.map { Change(kind: $0.kind.rawValue, step: $0.step?.name, sentence: $0.sentence) }
      steps = difference.rows.map {
        Step(step: $0.step.name, first: $0.first.map(Side.init), second: $0.second.map(Side.init), ratio: $0.ratio)
      }
    }
  }
}
