/// What it costs to start: the help text, and a job of one step.
struct StartExperiment {
  let bench: Workbench

  func rows() throws -> [Row] { try help() + oneStep() }

  private func help() throws -> [Row] {
    let meter = bench.meter
    let all = try bench.inTurns(
      rounds: bench.rounds * 3, [{ try meter.run([bench.jobs, "--help"]) }, { try meter.run([meter.program("empty")]) }])
    return [
      Row("jobs --help", all[0].wallMilliseconds, beside: ("Swift and Foundation alone", all[1].wallMilliseconds), limit: 20),
      Row("jobs --help, CPU", all[0].cpuMilliseconds, beside: ("Swift and Foundation alone", all[1].cpuMilliseconds)),
    ]
  }

  /// Synced commits of a run of one task: fence, opening, completion, closing.
  private static let commits = "4"

  private func oneStep() throws -> [Row] {
    let meter = bench.meter
    let root = try Root(at: "\(meter.scratch)/one-step", project: bench.project)
    try root.add(job: "one", "job: one\nsteps:\n  only:\n    uses: shell\n    with: { run: [/bin/true] }\n")
    let database = "\(meter.scratch)/commits.sqlite"
    let plain = { try meter.run([meter.program("commits-in-c"), database, StartExperiment.commits, "spawn"]) }
    let run = { try meter.run([bench.jobs, "run", "one", "--quiet", "--root", root.path]) }
    let warm = try bench.inTurns(rounds: bench.rounds * 2, [run, plain])
    let cold = try bench.inTurns([
      {
        try root.clear()
        return try run()
      },
      {
        try bench.remove(database)
        return try plain()
      },
    ])
    let name = "C: \(StartExperiment.commits) durable commits, one spawn"
    return [
      Row("a run of one step", warm[0].wallMilliseconds, beside: (name, warm[1].wallMilliseconds), limit: 50),
      Row("a run of one step, CPU", warm[0].cpuMilliseconds, beside: (name, warm[1].cpuMilliseconds)),
      Row("the first run of one step, which makes the warehouse", cold[0].wallMilliseconds, beside: (name, cold[1].wallMilliseconds)),
    ]
  }
}
