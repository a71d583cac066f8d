import Foundation
import JobGraph
import Running
import Scheduling
import Storage

/// When the daemon must start `jobs notify send`.
struct NoticeWatch {
  /// The command while it is at work.
  var process: Int32?
  /// How long until something else comes due; nil: nothing waits for a time.
  private(set) var wait: Duration?
  private let workspace: Workspace
  private var deadlines: [DailyDeadline] = []
  private var looked = SystemTime().now()
  private var last: (due: Set<Int64>, at: Instant) = ([], Instant(milliseconds: 0))

  /// What stays due though it was tried, for want of a key or a channel, is tried again so often.
  private static let patience = Duration.minutes(10)
  /// The step `notify.send` takes no longer, unless it is asked to.
  private static let turn = Duration.minutes(2)

  init(_ workspace: Workspace) { self.workspace = workspace }

  /// Takes the times by which jobs must be ready: then the command looks whether one is late.
  mutating func follow(_ jobs: [String]) {
    guard let (configuration, _) = try? workspace.configuration() else { return }  // with a mistake in it, the old ones stay
    deadlines = jobs.compactMap { LateStarts.readyBy($0, workspace, configuration).flatMap { DailyDeadline($0) } }
  }

  /// Looks at what waits, and at the clock.
  mutating func isDue() async -> Bool {
    let now = SystemTime().now()
    guard process == nil, let (due, next) = await look(now) else { return false }
    wait = ([next].compactMap(\.self) + deadlines.compactMap { $0.next(after: now) }).min().map { $0 - now }
    let hasPassed = deadlines.contains { $0.next(after: looked).map { $0 <= now } ?? false }
    looked = now
    let isTried = due == last.due && now - last.at < Self.patience && now >= last.at
    if hasPassed { return true }
    guard !due.isEmpty, !isTried else {
      if !isTried { last.due = due }
      return false
    }
    last = (due, now)
    return true
  }

  /// - Returns: nil where nothing can be read now: whoever runs jobs will say why.
  private func look(_ now: Instant) async -> (due: Set<Int64>, next: Instant?)? {
    guard FileManager.default.fileExists(atPath: workspace.database), let warehouse = try? workspace.reading() else { return nil }
    defer { try? warehouse.close() }  // it was only read
    return try? await warehouse.read { reader in
      let (rows, mutes) = (try reader.notifications(in: [.waiting, .sending]), try reader.channelMutes())
      var (due, next): (Set<Int64>, [Instant]) = ([], [])
      for row in rows where row.state == .waiting {
        if let mute = mutes.mute(of: row.telling.channel, at: now) {
          next.append(mute.until)
        } else if row.isTime(at: now) {
          // What a run has just put in line it is about to send itself.
          let isFresh = row.reason == nil && row.telling.notBefore == nil && row.mutedSince == nil
          if !isFresh || now - row.queuedAt > Self.turn { due.insert(row.id) } else { next.append(row.queuedAt + Self.turn) }
        } else {
          next += [row.telling.notBefore, row.nextTry].compactMap(\.self).filter { $0 > now }
        }
      }
      return (due, next.min())
    }
  }
}
