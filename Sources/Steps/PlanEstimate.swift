public import JobGraph
public import Storage

/// What the steps of a plan will ask, and what a run of it is expected to be.
public struct PlanEstimate: Sendable {
  /// By step.
  public let requests: [StepID: RequestEstimate]
  public let forecast: Forecast

  /// - Parameters:
  ///   - times: of earlier runs of the job.
  ///   - reader: nil when nothing was ever stored.
  ///   - markets: their sessions.
  ///   - hasArchive: the bulk archive of Binance can be asked.
  /// - Complexity: O(steps + edges), and a look at the watermark of each task that fetches.
  public init(_ plan: Plan, times: StepTimes, reader: WarehouseReader?, markets: MarketRules, hasArchive: Bool) throws {
    let providers = Dictionary(uniqueKeysWithValues: Operations.all.map { ($0.name, $0.provider) })
    var requests: [StepID: RequestEstimate] = [:]
    var steps: [Forecast.Step] = []
    let running = plan.stepsExpectedToRun
    for step in plan.steps {
      let estimate = try RequestEstimate(step, logicalDate: plan.logicalDate, reader: reader, markets: markets, hasArchive: hasArchive)
      let runs = running.contains(step.id)
      requests[step.id] = estimate
      steps.append(
        Forecast.Step(
          id: step.id, runs: runs, tasks: runs ? step.tasks.count : 0, provider: providers[step.uses] ?? nil,
          requests: runs ? estimate.requests : 0, weight: runs ? estimate.weight : 0, seconds: runs ? times.seconds[step.id] : nil))
    }
    let path = plan.criticalPath(seconds: times.seconds)
    self.requests = requests
    forecast = Forecast(
      steps: steps, criticalPath: path?.steps ?? [], seconds: path?.seconds, runs: path == nil ? 0 : times.runs)
  }
}
