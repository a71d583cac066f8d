public import JobGraph
import MarketData
public import Scheduling
public import Storage

/// In which order the tasks of a fetching step go: what is stalest and weighs most first, so that a quota that does not cover all of them
/// is spent where it is worth most, and whoever had to wait comes first another night.
public enum QuotaOrder {
  /// A series of which nothing is stored is as stale as one of ten years: it comes before all that are only late.
  private static let staleDaysMax = 3650.0
  /// What a series is worth that has all recent bars and lacks old ones: less than a day's delay.
  private static let shortWorth = 0.01

  /// The plan with the weight of each fetching task multiplied by how stale its series is, in days: zero for one that lacks nothing.
  ///
  /// - Parameters:
  ///   - reader: nil when nothing was ever stored.
  ///   - markets: their sessions.
  /// - Complexity: a look at the watermark of each task that fetches.
  public static func applied(to plan: Plan, reader: WarehouseReader?, markets: MarketRules) throws -> Plan {
    var plan = plan
    for (index, step) in plan.steps.enumerated() where step.uses.hasSuffix(".candles") && step.skip == nil {
      for (position, task) in step.tasks.enumerated() {
        guard let key = SeriesKey(fetchedBy: task, of: step.uses) else { continue }
        let end = MissingRanges.end(of: key.interval, calendar: markets.calendar(of: key), at: plan.logicalDate)
        plan.steps[index].tasks[position].weight *= staleness(try reader?.watermark(of: key), end: end)
      }
    }
    return plan
  }

  /// - Parameter end: the first open time that had not closed.
  static func staleness(_ watermark: Watermark?, end: Instant) -> Double {
    guard let watermark else { return staleDaysMax }
    let days = (end - watermark.completeUntil).inSeconds / 86_400
    return days > 0 ? min(days, staleDaysMax) : shortWorth
  }
}

/// Who has to wait when the quota of a day does not cover what a run would ask, and for how long.
public struct QuotaQueue: Sendable, Equatable {
  /// The tasks that are asked about this time, in order.
  public let goes: [TaskID]
  /// Those that wait, in order, and the reset after which the quota reaches them, if nothing else spends it.
  public let waits: [Waiting]

  public struct Waiting: Sendable, Equatable {
    public let task: TaskID
    public let until: Instant
  }

  /// - Parameters:
  ///   - tasks: in the order in which they go, and how many requests each makes; those that make none are left out.
  ///   - left: requests that today's quota still covers.
  ///   - perDay: what a whole day covers; at least 1.
  ///   - resets: the instant of the next reset after another one.
  /// - Complexity: O(tasks + days).
  public init(_ tasks: [(task: TaskID, requests: Int)], left: Int, perDay: Int, now: Instant, resets: (Instant) -> Instant) {
    var (goes, waits): ([TaskID], [Waiting]) = ([], [])
    var (room, moment) = (left, now)
    for (task, requests) in tasks where requests > 0 {
      // A task of more requests than a day has takes a day of its own, and the next one goes on where it ends.
      while room < min(requests, perDay) { (room, moment) = (perDay, resets(moment)) }
      room -= min(requests, perDay)
      if moment == now { goes.append(task) } else { waits.append(Waiting(task: task, until: moment)) }
    }
    (self.goes, self.waits) = (goes, waits)
  }
}
