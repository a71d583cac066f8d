import Foundation

/// A thousand tasks: what the engine costs beside the work itself.
struct ManyTasksExperiment {
  let bench: Workbench
  private static let count = 1000

  func rows() throws -> [Row] { try withoutWork() + spawning() }

  /// Tasks that find nothing to do, each completed durably.
  private func withoutWork() throws -> [Row] {
    let meter = bench.meter
    let root = try Root(at: "\(meter.scratch)/no-work", project: bench.project, crypto: ManyTasksExperiment.count)
    try root.add(job: "idle", "job: idle\nsteps:\n  idle:\n    uses: analysis.signals\n    each: { symbol: $watchlist.crypto }\n")
    let database = "\(meter.scratch)/thousand.sqlite"
    let all = try bench.inTurns([
      { try meter.run([bench.jobs, "run", "idle", "--quiet", "--root", root.path]) },
      { try meter.run([meter.program("commits-in-c"), database, "\(ManyTasksExperiment.count)"]) },
    ])
    return [
      Row("1,000 tasks without work", all[0].wallSeconds, beside: ("C: 1,000 durable commits", all[1].wallSeconds), limit: 0.25),
      Row("1,000 tasks without work, CPU", all[0].cpuSeconds, beside: ("C: 1,000 durable commits", all[1].cpuSeconds)),
    ]
  }

  private func spawning() throws -> [Row] {
    guard let make = ["/usr/bin/make", "/bin/make"].first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      print("  left out: 1,000 programs beside make, which is not installed")
      return []
    }
    let (meter, indices) = (bench.meter, 0..<ManyTasksExperiment.count)
    let root = try Root(at: "\(meter.scratch)/spawning", project: bench.project)
    let steps = indices.map { "  s\($0):\n    uses: shell\n    with: { run: [/bin/true] }\n" }
    try root.add(job: "spawn", "job: spawn\nsteps:\n\(steps.joined())")
    // A shell is avoided by make itself for so simple a command.
    let targets = indices.map { "t\($0)" }.joined(separator: " ")
    try "all: \(targets)\n\(targets):\n\t@/bin/true\n".write(toFile: "\(root.path)/Makefile", atomically: true, encoding: .utf8)
    let all = try bench.inTurns([
      { try meter.run([bench.jobs, "run", "spawn", "--quiet", "--root", root.path]) },
      { try meter.run([make, "-s", "-j2", "-f", "\(root.path)/Makefile"]) },
    ])
    return [Row("1,000 tasks that run /bin/true", all[0].wallSeconds, beside: ("make -j2", all[1].wallSeconds))]
  }
}
