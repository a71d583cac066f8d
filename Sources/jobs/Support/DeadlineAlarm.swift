import Foundation
import JobGraph
import Running
import Scheduling
import Steps
import Storage

/// Says once per run that it was to be ready by now: on standard error, in the log and in the summary, and to whom a rule tells of it.
final class DeadlineAlarm: Sendable {
  private let run: RunHeader
  private let warehouse: Warehouse
  private let deadline: Instant
  private let sentence: String
  private let teller: NotificationTeller
  private let lock = NSLock()
  nonisolated(unsafe) private var said: String?
  nonisolated(unsafe) private var telling: Task<Void, Never>?

  /// Sounds at once when the time has passed already, unless an earlier part of the same run was told.
  /// - Returns: nil for a job without `ready_by`, and for a run that a person begins when it is late anyway.
  init?(_ job: Job, _ run: RunHeader, _ warehouse: Warehouse, teller: NotificationTeller) async throws {
    let isScheduled = !["manual", "sandbox"].contains(run.trigger)
    guard let text = job.readyBy,
      let deadline = DailyDeadline(text)?.lateness(of: run.logicalDate, startedAt: run.startedAt, isScheduled: isScheduled)
    else { return nil }
    (self.run, self.warehouse, self.deadline, self.teller) = (run, warehouse, deadline, teller)
    sentence = "\(run.job) for \(run.logicalDate) was to be ready by \(text) (\(deadline))"
    let log = try await warehouse.read { try $0.log(of: run.id) }
    if let line = log.first(where: { $0.task == nil && $0.message.hasPrefix(sentence) }) {
      set(sentence)
      // It may have died before it had told anybody; whoever was told is not told again.
      tell(line.message)
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
    tell(message)
  }

  /// Tells people beside the run, which neither waits for it nor fails for it.
  private func tell(_ message: String) {
    let task = Task { [run, teller, warehouse] in
      let notice = Notice.lateness(of: run.id, job: run.job, logicalDate: run.logicalDate, sentence: message)
      for trouble in await teller.tell([notice], logicalDate: run.logicalDate) {
        Output.say("warning: \(trouble)")
        warehouse.note(LogLine(instant: SystemTime().now(), level: .warning, task: nil, message: trouble), of: run.id)
      }
    }
    lock.withLock { telling = task }
  }

  /// Returns when what is being told has been; each message has a bound of its own.
  func finish() async {
    await lock.withLock { telling }?.value
  }

  private func set(_ text: String) { lock.withLock { said = text } }
}
