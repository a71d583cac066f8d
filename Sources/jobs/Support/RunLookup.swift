import JobGraph
import Scheduling
import Storage

extension Workspace {
  /// A run as a person names it: `latest`, a job for its newest run, the name of a run, or the beginning of one.
  /// - Throws: ``Failure`` when there is none, or more than one.
  func run(named name: String, in warehouse: Warehouse) async throws -> RunRow {
    let (exact, ofJob, newest, others) = try await warehouse.read {
      (
        try $0.run(named: name), try $0.runs(of: name, limit: 1).first, name == "latest" ? try $0.runs(of: nil, limit: 1).first : nil,
        try $0.runs(named: name, limit: Workspace.candidatesMax + 1)
      )
    }
    if let row = exact ?? ofJob ?? newest { return row }
    if others.count == 1 { return others[0] }
    let hint = isSandbox ? " --sandbox" : ""
    guard !others.isEmpty else {
      throw Failure(.usage, "no run and no job with a run is called `\(name)`; `jobs history\(hint)` lists them")
    }
    let names = others.prefix(Workspace.candidatesMax).map(\.id.name).joined(separator: ", ")
    let more = others.count > Workspace.candidatesMax ? " and others" : ""
    throw Failure(.usage, "`\(name)` is the beginning of more than one run: \(names)\(more); write more of the name")
  }

  /// Runs that an ambiguous name is answered with.
  private static let candidatesMax = 50
}

/// A run as commands show it.
struct RunJSON: Encodable {
  let run: String
  let job: String
  let logicalDate: String
  let trigger: String
  let state: String
  let exitStatus: Int?
  let startedAt: String
  let endedAt: String?
  let seconds: Double?

  init(_ row: RunRow, state: RunResult) {
    (run, job, trigger, exitStatus) = (row.id.name, row.job, row.trigger, row.exitStatus)
    self.state = state.rawValue
    (logicalDate, startedAt, endedAt) = (row.logicalDate.iso8601, row.startedAt.iso8601, row.endedAt?.iso8601)
    seconds = row.endedAt.map { ($0 - row.startedAt).inSeconds }
  }
}
