import Foundation

/// A run that is tortured: where it begins, and how it must end.
struct Scenario: Sendable {
  let name: String
  /// The project before the run; copied for each trial.
  let base: String
  let start: [String]
  let resume: [String]
  /// The run, as the warehouse names it, and its state and exit status when nothing disturbs it.
  let run: String
  let finalState: String
  let finalStatus: Int
  /// The file to which shell steps add a line `STEP ATTEMPT`.
  let effects: String
  /// The steps that must not happen twice.
  var once: Set<String> = []
}

/// Makes the projects in which scenarios begin.
struct ScenarioMaker {
  /// The checkout.
  let project: String
  let scratch: String
  let injector: Injector

  /// A night upon an earlier one: fetching, signals, a report, a message sent by a program, a push, and much to forget.
  func night() throws -> Scenario {
    let base = try folder("night")
    try write(ScenarioMaker.nightJob, to: "\(base)/Jobs/night.yaml")
    try write(ScenarioMaker.retention, to: "\(base)/Jobs/config/retention.yaml")
    let earlier = try injector.run(["run", "night", "--sandbox", "--date", "2026-01-01", "--quiet"], in: base, .none, scratch: scratch)
    guard earlier.status == 0 else { throw TortureError("the night before did not succeed: \(earlier.output)") }
    // As if it had been run on that day: only so is it old enough to be forgotten.
    let database = try DatabaseFile("\(base)/data/sandbox/jobs.sqlite")
    try database.execute("UPDATE raw_responses SET received_at = logical_date; UPDATE runs SET started_at = logical_date")
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try FileManager.default.removeItem(atPath: "\(base)/effects")
    return Scenario(
      name: "a later night", base: base, start: ["run", "night", "--sandbox", "--date", "2026-01-15", "--quiet"],
      resume: ["run", "night", "--sandbox", "--resume", "--quiet"], run: "night-20260115T0000Z-1", finalState: "succeeded", finalStatus: 0,
      effects: "effects", once: ["message"])
  }

  /// The first start of all: no folder, no database.
  func first() throws -> Scenario {
    let base = try folder("first")
    try write(ScenarioMaker.firstJob, to: "\(base)/Jobs/first.yaml")
    return Scenario(
      name: "the first start", base: base, start: ["run", "first", "--sandbox", "--date", "2026-01-15", "--quiet"],
      resume: ["run", "first", "--sandbox", "--resume", "--quiet"], run: "first-20260115T0000Z-1", finalState: "succeeded", finalStatus: 0,
      effects: "effects")
  }

  /// What version 0.1.0 left when it was killed, met by this version: its schema is brought up to date, its plan carried on.
  func upgrade() throws -> Scenario {
    let base = try folder("upgrade")
    let archive = "\(project)/Tests/EndToEndTests/Fixtures/v0.1.0-interrupted.tar.gz"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "--no-same-owner", "-xzf", archive, "-C", base]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TortureError("\(archive) cannot be unpacked") }
    try FileManager.default.moveItem(atPath: "\(base)/mailed", toPath: "\(base)/mailed.before")
    return Scenario(
      name: "an upgrade", base: base, start: ["run", "old", "--sandbox", "--resume", "--quiet"],
      resume: ["run", "old", "--sandbox", "--resume", "--quiet"], run: "old-20260115T0000Z-1", finalState: "partial", finalStatus: 3,
      effects: "mailed")
  }

  /// Making a backup, restoring one, and forgetting: upon a night, a sealed backup of it, and a later night.
  func errands() throws -> (create: Errand, restore: Errand, prune: Errand) {
    let base = try folder("errand")
    let night =
      ScenarioMaker.nightJob.components(separatedBy: "  order:")[0]
      + "finally: { report: { uses: report.nightly, with: { intervals: [1d] } } }\n"
    try write(night, to: "\(base)/Jobs/night.yaml")
    try write(ScenarioMaker.retention, to: "\(base)/Jobs/config/retention.yaml")
    let secrets = "\(base)/data/secrets"
    try FileManager.default.createDirectory(atPath: secrets, withIntermediateDirectories: true)
    try write(String(repeating: "5a", count: 32), to: "\(secrets)/backup")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(secrets)/backup")
    for arguments in [
      ["run", "night", "--date", "2026-01-01", "--quiet"], ["backup", "create"], ["run", "night", "--date", "2026-01-15", "--quiet"],
    ] {
      let ended = try injector.run(arguments + ["--sandbox"], in: base, .none, scratch: scratch)
      guard ended.status == 0 else { throw TortureError("\(arguments) did not succeed: \(ended.output)") }
    }
    let database = try DatabaseFile("\(base)/data/sandbox/jobs.sqlite")
    // Eight days of minutes, which are rolled up in several batches before they go, and a run as old as it says.
    try database.execute(
      """
      WITH RECURSIVE minute(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM minute WHERE n < 11519)
      INSERT INTO candles (source, symbol, interval, open_time, open, high, low, close, volume, close_time)
      SELECT 'desk', 'MINUTE', '1m', 1735689600000 + n * 60000, 100 + n, 102 + n, 99 + n, 101 + n, 1, 1735689600000 + n * 60000 + 59999
      FROM minute;
      UPDATE raw_responses SET received_at = logical_date; UPDATE runs SET started_at = logical_date
      """)
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (
      Errand(name: "backup create", base: base, arguments: ["backup", "create", "--sandbox"], isSettled: .old),
      Errand(name: "backup restore", base: base, arguments: ["backup", "restore", "newest", "--force", "--sandbox"], isSettled: .oldOrNew),
      Errand(name: "prune", base: base, arguments: ["prune", "--yes", "--date", "2026-01-15", "--sandbox"], isSettled: .newInTheEnd)
    )
  }

  private func folder(_ name: String) throws -> String {
    let base = "\(scratch)/\(name)"
    try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
    for part in ["Jobs", "crontab"] { try FileManager.default.copyItem(atPath: "\(project)/\(part)", toPath: "\(base)/\(part)") }
    try write("crypto: [BTCUSDT, ETHUSDT]\nequities: [AAPL]\n", to: "\(base)/Jobs/config/watchlist.yaml")
    return base
  }

  private func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  private static let nightJob = """
    job: night
    description: A small night with everything in it.
    timeout: 10m
    defaults: { timeout: 2m }
    steps:
      instruments: { uses: binance.instruments }
      crypto:
        uses: binance.candles
        needs: [instruments]
        each: { symbol: $watchlist.crypto, interval: [1d] }
        with: { history: 60d }
      hourly:
        uses: binance.candles
        needs: [instruments]
        each: { symbol: $watchlist.crypto, interval: [1h] }
        with: { history: 2d }
      equities:
        uses: alphavantage.candles
        each: { symbol: $watchlist.equities }
        with: { history: 60d }
      order:
        uses: shell
        needs: [crypto]
        with: { run: [sh, -c, "echo order $JOBS_ATTEMPT >> effects && sync effects"] }
      quality: { uses: quality.check, needs: [crypto, hourly, equities], with: { rules: $config.quality } }
      signals: { uses: analysis.signals, needs: [quality], each: { symbol: $watchlist.all }, with: { interval: 1d } }
      report: { uses: report.nightly, needs: [signals], with: { intervals: [1d] } }
      mirror: { uses: realtime.push, needs: [signals, report], with: { rules: $config.realtime } }
      message:
        uses: shell
        needs: [report, order]
        with: { once: true, run: [sh, -c, "echo message $JOBS_ATTEMPT >> effects && sync effects"] }
      prune: { uses: data.prune, needs: [report, mirror], with: { rules: $config.retention } }
    finally:
      run_report: { uses: report.run }

    """

  private static let firstJob = """
    job: first
    description: The smallest job that stores something.
    steps:
      crypto:
        uses: binance.candles
        each: { symbol: [BTCUSDT], interval: [1d] }
        with: { history: 30d }
      message:
        uses: shell
        needs: [crypto]
        with: { run: [sh, -c, "echo message $JOBS_ATTEMPT >> effects"] }

    """

  private static let retention = """
    raw_responses: 10d
    runs: 10d
    quality_results: 10d
    reports: 10d
    candles: { 1m: 7d, 1h: 7d, 1d: 50d }

    """
}
