internal import GRDB
public import JobGraph
import Scheduling

extension WarehouseReader {
  /// Expected seconds per step, for a run that is about to start.
  public func durations(of job: String) throws -> [StepID: Double] { try stepTimes(of: job).seconds }

  /// What each step of a job took in its last runs: of those in which it succeeded, the median of the time in which it was at work.
  ///
  /// Waits for another attempt and the time between a kill and the resumption do not count, and neither do attempts that were
  /// interrupted: they are what was unusual about that night.
  /// - Complexity: O(tasks of the runs that are looked at), whatever the number of runs.
  public func stepTimes(of job: String) throws -> StepTimes {
    let runs = try String.fetchAll(
      database,
      sql: """
        SELECT id FROM runs WHERE job = ? AND state IN ('succeeded', 'partial', 'failed') ORDER BY started_at DESC LIMIT \(Self.timedRunsMax)
        """, arguments: [job])
    var (samples, attempts, looked) = ([String: [Double]](), 0, 0)
    for run in runs where attempts < Self.timedAttemptsMax {
      let times = try busySeconds(of: run, counting: &attempts)
      if !times.isEmpty { looked += 1 }
      for (step, seconds) in times { samples[step, default: []].append(seconds) }
    }
    return StepTimes(
      seconds: Dictionary(uniqueKeysWithValues: samples.map { (StepID($0), Self.median($1.sorted())) }), runs: looked)
  }

  /// Runs that tell what is usual.
  private static let timedRunsMax = 5
  /// Of a job with very many tasks fewer runs are looked at: a start must not wait for them.
  private static let timedAttemptsMax = 20_000

  private func busySeconds(of run: String, counting attempts: inout Int) throws -> [String: Double] {
    var result: [String: Double] = [:]
    var current: (step: String, start: Int64, end: Int64)?
    func close() {
      if let stretch = current { result[stretch.step, default: 0] += Double(stretch.end - stretch.start) / 1000 }
    }
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT step, started_at, ended_at FROM attempts WHERE run_id = ?1 AND ended_at IS NOT NULL AND state <> 'interrupted'
          AND step IN (SELECT step FROM steps WHERE run_id = ?1 AND state = 'succeeded')
        ORDER BY step, started_at
        """, arguments: [run])
    while let row = try rows.next() {
      attempts += 1
      let (step, start, end): (String, Int64, Int64) = (row[0], row[1], row[2])
      if let open = current, open.step == step, start <= open.end {
        current!.end = max(open.end, end)
      } else {
        close()
        current = (step, start, max(start, end))
      }
    }
    close()
    return result
  }

  /// - Parameter sorted: not empty.
  private static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
