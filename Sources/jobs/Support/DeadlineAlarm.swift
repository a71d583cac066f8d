import Foundation
import JobGraph
import Running
import Scheduling
import Storage

/// Says once per run that it was to be ready by now: on standard error, in the log and in the summary.
final class DeadlineAlarm: Sendable {
  private let run: RunHeader
  private let warehouse: Warehouse
  private let deadline: Instant
  private let sentence: String
  private let lock = NSLock()
  nonisolated(unsafe) private var said: String?

  /// Sounds at once when the time has passed already, unless an earlier part of the same run was told.
  /// - Returns: nil for a job without `ready_by`, and for a run that a person begins when it is late anyway.
  init?(_ job: Job, _ run: RunHeader, _ warehouse: Warehouse) async throws {
    let isScheduled = !["manual", "sandbox"].contains(run.trigger)
    guard let text = job.readyBy,
      let deadline = DailyDeadline(text)?.lateness(of: run.logicalDate, startedAt: run.startedAt, isScheduled: isScheduled)
    else { return nil }
    (self.run, self.warehouse, self.deadline) = (run, warehouse, deadline)
    sentence = "\(run.job) for \(run.logicalDate) was to be ready by \(text) (\(deadline))"
    let log = try await warehouse.read { try $0.log(of: run.id) }
    if log.contains(where: { $0.task == nil && $0.message.hasPrefix(sentence) }) {
      set(sentence)
    } else if deadline <= SystemTime().now() {
      await sound()
    }
  }

  /// What was said; nil as long as the run is in time.
  var alert: String? { lock.withLock { said } }

  /// Returns when the alarm was sounded, or when the run has ended.
  func watch() async {
    // Cancelled when the run ends in time: then there is nothing to say.
    guard alert == nil, (try? await SystemTime().sleep(until: deadline)) != nil, !Task.isCancelled else { return }
    await sound()
  }

  private func sound() async {
    set(sentence)
    let message = "\(sentence) and still runs"
    Output.say("warning: \(message)")
    warehouse.note(LogLine(instant: SystemTime().now(), level: .warning, task: nil, message: message), of: run.id)
  }

  private func set(_ text: String) { lock.withLock { said = text } }
}
