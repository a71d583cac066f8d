import ArgumentParser
import Foundation
import JobGraph
import Running
import Scheduling
import Storage

struct CronRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Starts what crontab says, until it is stopped.",
    discussion: """
      EXAMPLES
        jobs cron run               in the foreground; Ctrl-C stops it
        jobs cron run --sandbox     the same jobs on made-up data

      A line on standard error tells of each start and each end. Jobs run one at a time, since they share the run lock; a job that is still
      running when it is due again follows its `overlap`. What was missed while nothing ran is made up as the job's `missed` says. Other
      commands are started by /bin/sh, as cron does. What people are to be told and had to wait for (quiet hours, a digest, a server that was
      down) is sent when its time comes.

      SIGHUP reads crontab and Jobs again; with a mistake in them the old ones stay. SIGTERM and SIGINT go on to what is running, and end the
      program when that has ended (143, 130); a second one ends everything now.
      """)

  @Option(help: .hidden)
  var clock: String?

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    try AtomicFile.makeFolder(workspace.data)
    let lock: RunLock
    do {
      lock = try RunLock(at: "\(workspace.data)/cron.lock", purpose: "jobs cron run")
    } catch LockError.held(let holder) {
      throw Failure(.tryAgainLater, "`jobs cron run` is at work for this project already: \(holder)")
    }
    var time: any TimeSource = SystemTime()
    if let clock {
      guard let start = Instant(iso8601: clock) else { throw Failure(.usage, "--clock takes an instant") }
      time = ShiftedTime(start: start)
    }
    let status = try await DaemonShell(workspace, time: time).run()
    _ = consume lock
    throw Ended(status: status)
  }
}

/// The computer's clock, set to another time: for trying out a night by day.
private struct ShiftedTime: TimeSource {
  private let ahead: Duration

  init(start: Instant) { ahead = start - SystemTime().now() }

  func now() -> Instant { SystemTime().now() + ahead }
  func sleep(until instant: Instant) async throws { try await SystemTime().sleep(until: instant - ahead) }
}
