import Foundation
import JobFiles
import JobGraph
import Scheduling
import Steps
import Storage

/// What a run will leave behind beside rows: what is forgotten, who is told, what is done outside.
struct PlanConsequences {
  /// What the steps that prune would delete now.
  let pruning: [Pruned]
  /// Who hears of the run; empty when nobody does.
  let notified: [String]
  /// What is done outside the warehouse, one sentence each.
  let effects: [String]

  struct Pruned {
    let step: StepID
    let report: PruneReport
    /// Why nothing would be deleted after all.
    let doubt: String?
  }

  init(of plan: Plan, workspace: Workspace, configuration: Configuration, warehouse: Warehouse?) async throws {
    let expected = plan.stepsExpectedToRun
    let running = plan.steps.filter { expected.contains($0.id) }
    var pruning: [Pruned] = []
    for step in running where step.uses == "data.prune" {
      pruning.append(try await Self.pruned(by: step, at: plan.logicalDate, warehouse))
    }
    self.pruning = pruning
    notified = Self.notified(running, plan, workspace, configuration)
    let waiting = try await warehouse?.read { try $0.outboxPaths() } ?? [:]
    var effects = try running.compactMap { try Self.effect(of: $0, plan, workspace, waiting: waiting) }
    if !workspace.isSandbox, case .string(let file)? = configuration.value(of: "monitoring")?["metrics"]?["file"] {
      effects.append("the figures for Prometheus go to \(OneLine.shown(file))")
    }
    self.effects = effects
  }

  /// Nothing is looked for.
  static let unknown = PlanConsequences(pruning: [], notified: [], effects: [])

  private init(pruning: [Pruned], notified: [String], effects: [String]) {
    (self.pruning, self.notified, self.effects) = (pruning, notified, effects)
  }

  private static func pruned(by step: PlannedStep, at date: Instant, _ warehouse: Warehouse?) async throws -> Pruned {
    let rules: RetentionRules
    do {
      rules = try RetentionRules(step.with.first { $0.key == "rules" }?.value)
    } catch let failure as TaskFailure {
      return Pruned(step: step.id, report: .none, doubt: failure.message)
    }
    guard let warehouse else { return Pruned(step: step.id, report: .none, doubt: nil) }
    let report = try await warehouse.read { try $0.prunable(by: rules, at: date) }
    return Pruned(step: step.id, report: report, doubt: Pruning.doubt(about: report))
  }

  /// The steps that send something, and the check that watches the job from outside. The sandbox tells nobody.
  private static func notified(_ steps: [PlannedStep], _ plan: Plan, _ workspace: Workspace, _ configuration: Configuration) -> [String] {
    let channels = (configuration.notifications?.channels ?? []).filter { !workspace.isSandbox || $0.isForSandbox }.map(\.name)
    // A step that has nobody to tell is no news.
    var result =
      channels.isEmpty ? [] : steps.filter { $0.uses.hasPrefix("notify.") }.map { "\($0.id) (\(channels.joined(separator: ", ")))" }
    if !workspace.isSandbox, case .string(let secret)? = configuration.value(of: "monitoring")?["pings"]?[plan.job] {
      var text = "the check whose address is the secret `\(secret)`, at the start and at the end"
      if case .missing = SecretStore(folder: workspace.secrets).secret(secret) { text += " (it is not set, so nobody is told)" }
      result.append(text)
    }
    return result
  }

  private static func effect(
    of step: PlannedStep, _ plan: Plan, _ workspace: Workspace, waiting: [String: Int]
  ) throws -> String? {
    switch step.uses {
    case "report.nightly", "report.run":
      let folder = "\(workspace.reports)/\(try workspace.reportPlace().folder(of: plan.job, plan.logicalDate))"
      return "\(step.id) writes \(workspace.shown(folder))/\(step.uses == "report.run" ? "run.html" : "")"
    case "realtime.push":
      let total = waiting.values.reduce(0, +)
      let parts = waiting.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
      return "\(step.id) tells the realtime database what this run changes"
        + (total == 0 ? "" : ", and \(total) change\(total == 1 ? "" : "s") that wait\(total == 1 ? "s" : "") already (\(parts))")
    case "shell":
      guard case .list(let words)? = step.with.first(where: { $0.key == "run" })?.value else { return nil }
      let program = words.prefix(1).map { if case .string(let text) = $0 { text } else { "?" } }.joined()
      return "\(step.id) runs `\(OneLine.shown(program))`" + (step.tasks.count > 1 ? " \(step.tasks.count) times" : "")
    default: return nil
    }
  }
}
