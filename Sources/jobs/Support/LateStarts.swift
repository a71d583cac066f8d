import JobFiles
import JobGraph
import Running
import Scheduling
import Steps
import Storage

/// Jobs that were to be ready by now, and whose run has not begun or has died: no run is there to tell that it is late.
enum LateStarts {
  struct Late: Sendable {
    let logicalDate: Instant
    let notice: Notice
  }

  /// Later than this it is no news: whoever waited for the job has noticed.
  private static let newsMax = Duration.days(1)

  static func find(
    _ workspace: Workspace, _ configuration: Configuration, _ reader: WarehouseReader, now: Instant
  ) throws -> [Late] {
    // A sandbox follows no clock. Who has a run under way is told by it.
    guard !workspace.isSandbox, try reader.hasDecisions, let crontab = try workspace.soundCrontab() else { return [] }
    return try crontab.schedules.map(\.job).sorted().compactMap { name -> Late? in
      guard let text = readyBy(name, workspace, configuration), let time = DailyDeadline(text),
        let latest = try workspace.schedule(of: name)?.latest(notAfter: now)?.occurrence.instant,
        let deadline = time.next(after: latest), deadline <= now, now - deadline < newsMax,
        // Before its first start a job was not late for anything.
        let mark = try reader.scheduleMark(of: name), mark <= latest
      else { return nil }
      let sentence = "\(name) for \(latest) was to be ready by \(text) (\(deadline))"
      guard let why = try reason(of: name, latest, workspace, reader) else { return nil }
      let run = RunID(job: name, logicalDate: latest, ordinal: 1)
      return Late(logicalDate: latest, notice: .lateness(of: run, job: name, logicalDate: latest, sentence: "\(sentence) and \(why)"))
    }
  }

  /// By when a job must be ready; nil for one without such a time, and for one that cannot be read now: whoever runs it says why.
  static func readyBy(_ job: String, _ workspace: Workspace, _ configuration: Configuration) -> String? {
    let loader = JobLoader(configuration: configuration, operations: Operations.all)
    let now = SystemTime().now().floored(to: .minutes(1))
    return loader.load("Jobs/\(job).yaml", from: workspace.files, at: now, overrides: []).0?.readyBy
  }

  /// - Returns: nil where a run has ended, or goes on and tells it itself.
  private static func reason(of job: String, _ date: Instant, _ workspace: Workspace, _ reader: WarehouseReader) throws -> String? {
    let runs = try reader.runs(of: job, limit: 50).filter { $0.logicalDate == date }
    if let last = runs.first {
      let isDead = last.state == .interrupted || (last.state == .running && !RunLock.isHeld(at: workspace.lockFile))
      return isDead ? "its run \(last.id) has died" : nil
    }
    guard let decision = try reader.decision(of: job, at: date)?.decision else { return "its run has not begun" }
    return decision.verdict == .skipped ? "was left out" + (decision.reason.map { ": \($0)" } ?? "") : nil
  }
}
