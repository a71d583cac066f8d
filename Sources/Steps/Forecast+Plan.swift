public import JobGraph
public import Storage

extension Forecast {
  /// What a plan expects of its run, from what the warehouse knows.
  ///
  /// - Parameters:
  ///   - times: of earlier runs of the job.
  ///   - reader: nil when nothing was ever stored.
  /// - Complexity: O(steps + edges), and a look at the watermark of each task that fetches.
  public init(of plan: Plan, times: StepTimes, reader: WarehouseReader?) throws {
    let providers = Dictionary(uniqueKeysWithValues: Operations.all.map { ($0.name, $0.provider) })
    let steps = try plan.steps.map { step in
      let estimate = try RequestEstimate(step, logicalDate: plan.logicalDate, reader: reader)
      let runs = step.isExpectedToRun
      return Forecast.Step(
        id: step.id, runs: runs, tasks: runs ? step.tasks.count : 0, provider: providers[step.uses] ?? nil,
        requests: runs ? estimate.requests : 0, weight: runs ? estimate.weight : 0, seconds: runs ? times.seconds[step.id] : nil)
    }
    let path = plan.criticalPath(seconds: times.seconds)
    self.init(steps: steps, criticalPath: path?.steps ?? [], seconds: path?.seconds, runs: path == nil ? 0 : times.runs)
  }
}
