import Foundation

/// What it costs to look back on ten thousand runs, and to find that nothing is to be done.
struct HistoryExperiment {
  let bench: Workbench
  private static let runs = 10_000

  func rows() throws -> [Row] {
    let meter = bench.meter
    let root = try Root(at: "\(meter.scratch)/history", project: bench.project)
    try root.add(job: "one", "job: one\nsteps:\n  only:\n    uses: nothing\n")
    _ = try meter.run([bench.jobs, "run", "one", "--quiet", "--root", root.path])
    let few = try bench.inTurns(rounds: bench.rounds * 2, [{ try meter.run([bench.jobs, "history", "--root", root.path]) }])[0]
    try fill("\(root.path)/data/jobs.sqlite")
    let all = try bench.inTurns(
      rounds: bench.rounds * 2,
      [
        { try meter.run([bench.jobs, "history", "--root", root.path]) },
        { try meter.run([meter.program("empty")]) },
        { try meter.run([bench.jobs, "run", "nightly", "--trigger", "timer", "--quiet", "--root", root.path]) },
      ])
    return [
      Row("jobs history, 10,000 runs", all[0].wallMilliseconds, beside: ("one run", few.wallMilliseconds), limit: 50),
      Row(
        "a start that has nothing to do", all[2].wallMilliseconds, beside: ("Swift and Foundation alone", all[1].wallMilliseconds),
        limit: 30),
    ]
  }

  /// Runs as the program writes them, a minute apart; and the schedule of the night decided as far as anybody may look.
  private func fill(_ database: String) throws {
    let script = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.runs))
      INSERT INTO runs (id, job, logical_date, trigger, state, exit_status, started_at, ended_at, plan, forecast)
        SELECT 'one-b' || i || '-1', 'one', 1700000000000 + i * 60000, 'cron', 'succeeded', 0, 1700000000000 + i * 60000,
          1700000000000 + i * 60000 + 500, r.plan, r.forecast
        FROM n, (SELECT plan, forecast FROM runs LIMIT 1) r;
      INSERT INTO tasks (run_id, step, task, state) SELECT id, 'only', '', 'succeeded' FROM runs WHERE id LIKE 'one-b%';
      INSERT INTO attempts (run_id, step, task, attempt, state, started_at, ended_at)
        SELECT id, 'only', '', 1, 'succeeded', started_at, ended_at FROM runs WHERE id LIKE 'one-b%';
      INSERT INTO steps (run_id, step, state, ended_at, tasks, succeeded, failed)
        SELECT id, 'only', 'succeeded', ended_at, 1, 1, 0 FROM runs WHERE id LIKE 'one-b%';
      INSERT OR REPLACE INTO schedule_marks (job, decided_through) VALUES ('nightly', 4102444800000);
      """
    let file = "\(bench.meter.scratch)/fill.sql"
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    _ = try bench.meter.run(["/bin/sh", "-c", "exec \"$0\" \"$1\" < \"$2\"", bench.meter.program("sql-in-c"), database, file])
  }
}
