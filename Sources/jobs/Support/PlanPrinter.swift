import Foundation
import JobGraph
import Reporting
import Scheduling
import Storage

/// Says what a run would do, and what it would cost.
struct PlanPrinter {
  let study: PlanStudy

  private var plan: Plan { study.plan }
  private var forecast: Forecast { study.forecast }

  func show(json: Bool, explain: Bool) throws {
    if json { return try Output.json(PlanDocument(study)) }
    let job = study.job
    try say("\(job.name) for \(plan.logicalDate): \(plan.taskCount) tasks\(job.description.isEmpty ? "" : "  (\(job.description))")\n")
    try Output.print(table.text(width: Output.width))
    if explain {
      try say("Why")
      for (name, why) in reasons { try say(name + why, indent: name.count) }
      try say("")
    } else {
      let skipped = plan.steps.filter { $0.skip != nil }
      for step in skipped { try say("\(step.id) is \(study.why(step))", indent: 2) }
      if !skipped.isEmpty { try say("") }
    }
    for sentence in study.providers.flatMap(sentences) { try say(sentence, indent: 2) }
    try say("\n" + expectation, indent: 10)
    for line in explain ? consequences : [] { try say(line, indent: 10) }
    try say("Nothing was changed. `jobs run \(job.name)\(study.workspace.isSandbox ? " --sandbox" : "")` does it.")
  }

  private func say(_ text: String, indent: Int = 0) throws {
    try Output.print(HangingText.wrapped(text, width: Output.width, indent: indent))
  }

  private var table: PlainTable {
    var table = PlainTable([
      .init("STEP"), .init("USES"), .init("TASKS", .right), .init("REQUESTS", .right), .init("WEIGHT", .right), .init("TOOK", .right),
    ])
    for step in plan.steps {
      let (expected, asks) = (forecast[step.id], forecast[step.id]?.requests ?? 0 > 0)
      table.rows.append([
        step.id.name, step.uses, step.skip == nil ? String(step.tasks.count) : "-",
        asks ? NumberText.grouped(expected!.requests) : "", asks ? NumberText.grouped(expected!.weight) : "",
        expected?.seconds.map { DurationText.short($0) } ?? "",
      ])
    }
    return table
  }

  private var reasons: [(name: String, why: String)] {
    let longest = min(plan.steps.map(\.id.name.count).max() ?? 0, 20)
    return plan.steps.map { step in
      ("  " + step.id.name.padding(toLength: max(longest, step.id.name.count), withPad: " ", startingAt: 0) + "  ", study.why(step))
    }
  }

  private func sentences(of provider: PlanStudy.ProviderStudy) -> [String] {
    var lines = provider.limits.filter { $0.needed > 0 }.map { "\(provider.name): \(sentence($0))" }
    if let pause = provider.pause { lines.append("\(provider.name): silent until \(pause.end): \(pause.reason)") }
    return lines
  }

  private func sentence(_ row: PlanStudy.LimitStudy) -> String {
    let share = row.limit.usable < row.limit.capacity ? ", of which \(NumberText.grouped(row.limit.usable)) are ours" : ""
    let start = "\(NumberText.grouped(row.needed)) of \(row.limit)\(share), \(NumberText.grouped(row.used)) used"
    if let seconds = row.secondsMin { return "\(start), so it takes at least \(DurationText.short(seconds))" }
    if row.left >= 0 { return "\(start), \(NumberText.grouped(row.left)) left after" }
    return "\(start), \(NumberText.grouped(-row.left)) too many: the rest waits for \(row.isDaily ? "the reset" : "the next window")"
  }

  private var expectation: String {
    guard let seconds = forecast.seconds else {
      let least = study.secondsMin.map { ", but at least \(DurationText.short($0)) by the limits" } ?? ""
      return "Expected: unknown, since no step has run before\(least)"
    }
    let unknown = forecast.steps.filter { $0.runs && $0.seconds == nil }.map(\.id.name)
    return "Expected: about \(DurationText.short(max(seconds, study.secondsMin ?? 0))), along "
      + forecast.criticalPath.map(\.name).joined(separator: " > ")
      + ", by \(forecast.runs) earlier run\(forecast.runs == 1 ? "" : "s")"
      + (unknown.isEmpty ? "" : "; never run before, and not counted: \(unknown.joined(separator: ", "))")
  }

  private var consequences: [String] {
    var lines: [String] = []
    for pruned in study.consequences.pruning {
      let parts =
        pruned.report.rows.filter { $0.rows > 0 }.map { "\(NumberText.grouped($0.rows)) rows of \($0.table)" }
        + [(pruned.report.orphanedBodies.count, "bodies of the raw store"), (pruned.report.reportFolders.count, "folders of reports")]
        .filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }
      let what = parts.isEmpty ? "nothing of what is stored now" : parts.joined(separator: ", ")
      lines.append("Forgets:  \(what)" + (pruned.doubt.map { "; but it will fail: \($0)" } ?? ""))
    }
    let notified = study.consequences.notified
    lines.append("Notifies: \(notified.isEmpty ? "nobody" : notified.joined(separator: ", "))")
    lines += study.consequences.effects.enumerated().map { ($0.offset == 0 ? "Outside:  " : "          ") + $0.element }
    return lines
  }
}
