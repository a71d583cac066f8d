import JobGraph
import Reporting
import Scheduling
import Steps

extension PlanStudy {
  /// Why a step will run, wait or be skipped: one sentence, with the facts.
  func why(_ step: PlannedStep) -> String {
    if let skip = step.skip { return "skipped: \(skip.sentence)" }
    return ([start(of: step)] + facts(of: step)).joined(separator: "; ")
  }

  /// What it waits for.
  private func start(of step: PlannedStep) -> String {
    guard let condition = step.condition else { return needs(of: step) }
    if condition.decision == true { return "\(needs(of: step)); its condition is met: \(condition.source)" }
    return "\(needs(of: step)), and runs if \(condition.source)"
      + (forecast[step.id]?.runs == true ? "" : ", which is not so when all goes well")
  }

  private func needs(of step: PlannedStep) -> String {
    let needs = step.needs.map(\.name).joined(separator: ", ")
    if step.isFinal {
      let start = step.needs.isEmpty ? "runs when all others have ended" : "runs when all others and \(needs) have ended"
      return step.when == .failure ? "\(start), and only when a step has failed" : start
    }
    switch (step.when, step.needs.isEmpty) {
    case (.failure, _): return "runs only when one of \(needs) fails"
    case (_, true): return "runs at once"
    case (.success, _): return "waits for \(needs)"
    case (.always, _): return "waits for \(needs), however \(step.needs.count == 1 ? "it ends" : "they end")"
    }
  }

  private func facts(of step: PlannedStep) -> [String] {
    [fanOut(step), session(step), series(step), key(step), quota(step), deliverable(step)].compactMap(\.self)
  }

  /// `24 tasks: 12 symbol x 2 interval`
  private func fanOut(_ step: PlannedStep) -> String? {
    let dimensions = self.dimensions(of: step.id)
    guard !dimensions.isEmpty else { return nil }
    let tasks = counted(step.tasks.count, "task")
    if dimensions.count == 1 { return "\(tasks), one per \(dimensions[0].name)" }
    return "\(tasks): \(dimensions.map { "\($0.values) \($0.name)" }.joined(separator: " x "))"
  }

  func dimensions(of id: StepID) -> [(name: String, values: Int)] {
    let step = (job.steps + job.finally).first { $0.id == id }
    return (step?.each ?? []).map { ($0.name, $0.values.count) }
  }

  private func session(_ step: PlannedStep) -> String? {
    guard let written = (job.steps + job.finally).first(where: { $0.id == step.id }), let name = written.calendar,
      let known = SessionCalendar(named: name),
      let session = written.offset.lastSession(of: known.isAlwaysOpen ? known : exchange, by: plan.logicalDate)
    else { return nil }
    let edge = written.offset == .close ? "" : " to reach \(written.offset)"
    return "the last session of \(name)\(edge) is that of \(session.date)"
  }

  private func series(_ step: PlannedStep) -> String? {
    guard let estimate = requests[step.id] else { return nil }
    var parts: [String] = []
    if estimate.newSeries > 0 { parts.append("\(counted(estimate.newSeries, "series", "series")) never fetched") }
    if estimate.lateSeries > 0 {
      let reach = estimate.oldestEnd.map { ", stored up to \(TimeStyle.moment($0))\(estimate.lateSeries > 1 ? " at the least" : "")" } ?? ""
      parts.append("\(counted(estimate.lateSeries, "series", "series")) to continue\(reach)")
    }
    if estimate.shortSeries > 0 { parts.append("\(counted(estimate.shortSeries, "series", "series")) to extend further back") }
    if estimate.wholeSeries > 0 { parts.append("\(counted(estimate.wholeSeries, "series", "series")) with nothing to ask") }
    if estimate.saved > 0 { parts.append("the bulk archive saves \(counted(estimate.saved, "request"))") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private func key(_ step: PlannedStep) -> String? {
    guard let secret = Operations.all.first(where: { $0.name == step.uses })?.secret else { return nil }
    return workspace.isSandbox ? "the sandbox takes any key" : "its key `\(secret)` is set"
  }

  private func quota(_ step: PlannedStep) -> String? {
    guard let provider = provider(of: step), forecast[step.id]?.requests ?? 0 > 0 else { return nil }
    if let pause = provider.pause { return "\(provider.name) is silent until \(TimeStyle.moment(pause.end)): \(pause.reason)" }
    guard let short = provider.limits.first(where: { $0.isDaily && $0.left < 0 }) else { return nil }
    let covered = max(0, short.limit.usable - short.used)
    let start = "the quota of the day covers \(counted(covered, "request")), the stalest and heaviest symbols first"
    let waits = waiting(of: step)
    guard !waits.isEmpty else { return start }
    let days = Dictionary(grouping: waits, by: \.until).sorted { $0.key < $1.key }.map { until, tasks in
      "\(Self.names(tasks.map(\.task.key))) until \(TimeStyle.moment(until))"
    }
    return "\(start); \(waits.count) of \(counted(step.tasks.count, "task")) \(waits.count == 1 ? "waits" : "wait"): "
      + days.joined(separator: ", ")
  }

  /// The tasks of a step that today's quota does not reach, in the order in which it will.
  func waiting(of step: PlannedStep) -> [QuotaQueue.Waiting] {
    provider(of: step)?.queue?.waits.filter { $0.task.step == step.id } ?? []
  }

  private static let namesMax = 12

  private static func names(_ names: [String]) -> String {
    let more = names.count > namesMax ? " and \(names.count - namesMax) more" : ""
    return names.prefix(namesMax).joined(separator: " ") + more
  }

  private func deliverable(_ step: PlannedStep) -> String? {
    plan.deliverable == step.id ? "the run is for it: without it the run has failed" : nil
  }

  private func counted(_ number: Int, _ word: String, _ plural: String? = nil) -> String {
    "\(NumberText.grouped(number)) \(number == 1 ? word : plural ?? word + "s")"
  }
}
