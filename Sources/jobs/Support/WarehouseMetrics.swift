import Foundation
import JobFiles
import JobGraph
import Reporting
import Scheduling
import Storage

/// The figures that the warehouse knows, for whoever watches from outside. Label values come from the project's own names.
struct WarehouseMetrics {
  let workspace: Workspace
  let providers: ProvidersConfiguration?

  init(_ workspace: Workspace, _ providers: ProvidersConfiguration?) { (self.workspace, self.providers) = (workspace, providers) }

  /// - Parameter now: what ages and limits are counted by.
  func page(now: Instant) async throws -> MetricsPage {
    let warehouse = try workspace.reading()
    let runs = try await warehouse.read { reader in
      let ended = try reader.lastEndedRuns()
      return (
        counts: try reader.runCounts(), ended: ended, delivered: try reader.lastDeliveredRuns(),
        tasks: try ended.map { ($0.job, try reader.taskCounts(of: $0.id.name)) }, rows: try reader.rowsWritten()
      )
    }
    let data = try await warehouse.read {
      (answers: try $0.answersByStatus(), completeness: try $0.completeness(), outbox: try $0.outboxCount())
    }
    let build = MetricFamily("jobs_build_info", "The version of the program that wrote this.", [.init([.init("version", Version.text)], 1)])
    return MetricsPage(
      [build] + runFamilies(runs.counts, runs.ended, runs.delivered, runs.tasks) + [
        MetricFamily(
          "jobs_rows_written_total", "Rows that were new or restated, in the runs that are kept.", kind: .counter,
          runs.rows.map { .init([.init("job", $0.job)], Double($0.rows)) }),
        MetricFamily(
          "jobs_http_requests_total", "Answers of a provider that are kept, by HTTP status.", kind: .counter,
          data.answers.map { .init([.init("provider", $0.provider), .init("status", String($0.status))], Double($0.count)) }),
      ] + (try await limitFamilies(warehouse, now)) + ageFamilies(data.completeness, now) + [
        MetricFamily(
          "jobs_outbox_pending_changes", "Changes that the realtime database has not been told.", [.init([], Double(data.outbox))]),
        MetricFamily(
          "jobs_database_size_bytes", "Size of the warehouse with its log.",
          [.init([], Double(["", "-wal"].reduce(0) { $0 + FileSizes.total(workspace.database + $1) }))]),
      ])
  }

  private func runFamilies(
    _ counts: [(job: String, state: String, count: Int)], _ ended: [RunRow], _ delivered: [RunRow],
    _ tasks: [(String, [(state: String, count: Int)])]
  ) -> [MetricFamily] {
    func perRun(_ runs: [RunRow], _ value: (RunRow) -> Double?) -> [MetricFamily.Sample] {
      runs.compactMap { run in value(run).map { .init([.init("job", run.job)], $0) } }
    }
    return [
      MetricFamily(
        "jobs_runs_total", "Runs that have ended and are kept, by state.", kind: .counter,
        counts.map { .init([.init("job", $0.job), .init("state", $0.state)], Double($0.count)) }),
      MetricFamily(
        "jobs_last_run_timestamp_seconds", "When the last run ended, in seconds since 1970.",
        perRun(ended) { $0.endedAt.map { Double($0.milliseconds) / 1000 } }),
      MetricFamily(
        "jobs_last_success_timestamp_seconds", "When the last run ended that delivered everything, in seconds since 1970.",
        perRun(delivered) { $0.endedAt.map { Double($0.milliseconds) / 1000 } }),
      MetricFamily(
        "jobs_last_run_logical_timestamp_seconds", "What instant the last run was about, in seconds since 1970.",
        perRun(ended) { Double($0.logicalDate.milliseconds) / 1000 }),
      MetricFamily(
        "jobs_run_duration_seconds", "How long the last run took.",
        perRun(ended) { run in run.endedAt.map { ($0 - run.startedAt).inSeconds } }),
      MetricFamily("jobs_last_run_exit_status", "Exit status of the last run.", perRun(ended) { $0.exitStatus.map(Double.init) }),
      MetricFamily(
        "jobs_last_run_tasks", "Tasks of the last run, by state.",
        tasks.flatMap { job, states in states.map { .init([.init("job", job), .init("state", $0.state)], Double($0.count)) } }),
    ]
  }

  private func limitFamilies(_ warehouse: Warehouse, _ now: Instant) async throws -> [MetricFamily] {
    var used: [MetricFamily.Sample] = []
    var pauses: [MetricFamily.Sample] = []
    for provider in providers?.providers ?? [] {
      let ledger = try await warehouse.read { try $0.rateLedger(of: provider.name) }
      let limits = try provider.limits.map { try RateLimit($0, of: provider) }
      used += ledger.standing(at: now, under: limits).map {
        .init([.init("provider", provider.name), .init("limit", $0.limit.name)], Double($0.used) / Double(max(1, $0.limit.capacity)))
      }
      if let pause = ledger.pause, pause.end > now {
        pauses.append(.init([.init("provider", provider.name)], Double(pause.end.milliseconds) / 1000))
      }
    }
    return [
      MetricFamily("jobs_api_weight_used_ratio", "Share of a provider's limit that is used; 1 is all of it.", used),
      MetricFamily("jobs_api_paused_until_timestamp_seconds", "No request goes out before, in seconds since 1970.", pauses),
    ]
  }

  private func ageFamilies(
    _ completeness: [(source: String, interval: String, stalest: Instant, freshest: Instant)], _ now: Instant
  ) -> [MetricFamily] {
    let moments = completeness.flatMap { row in
      [("stalest", row.stalest), ("freshest", row.freshest)].map { name, moment in
        let labels: [MetricFamily.Label] = [
          .init("symbol_class", row.source == "alphavantage" ? "equity" : row.source == "binance" ? "crypto" : row.source),
          .init("interval", row.interval), .init("series", name),
        ]
        return (labels: labels, moment: moment)
      }
    }
    return [
      MetricFamily(
        "jobs_data_age_seconds", "Age of the moment through which series are complete: of the stalest series, and of the freshest.",
        moments.map { .init($0.labels, (now - $0.moment).inSeconds) }),
      MetricFamily(
        "jobs_data_complete_until_timestamp_seconds", "The moment through which series are complete, in seconds since 1970.",
        moments.map { .init($0.labels, Double($0.moment.milliseconds) / 1000) }),
    ]
  }
}
