import JobGraph
import Reporting
import Scheduling

extension RunStory {
  /// - Parameter width: of the terminal; nil cuts and breaks nothing.
  func text(width: Int?) -> String {
    var lines = [
      "\(json.run)  \(json.state)" + (json.exitStatus.map { ", exit \($0)" } ?? ""),
      HangingText.wrapped(
        "for \(json.logicalDate), started \(json.startedAt) by \(json.trigger)"
          + (json.seconds.map { ", took \(DurationText.short($0))" } ?? "") + (origin.map { "; \($0)" } ?? ""), width: width, indent: 2),
      "", table(width),
    ]
    func section(_ title: String, _ items: [String]) {
      guard !items.isEmpty else { return }
      lines += [title] + items.map { HangingText.wrapped("  \($0)", width: width, indent: 4) } + [""]
    }
    section("Interrupted:", parts)
    section("Failed attempts:", failures)
    section("Warnings:", warnings)
    if let comparison {
      section("Otherwise than planned:", comparison.sentences)
      if comparison.sentences.isEmpty, account.endedAt != nil { lines += ["It went as planned.", ""] }
      if let seconds = comparison.plannedSeconds {
        lines += [
          HangingText.wrapped(
            "Planned: about \(DurationText.short(seconds)) by \(account.forecast!.runs) earlier run\(account.forecast!.runs == 1 ? "" : "s"), along "
              + account.forecast!.criticalPath.map(\.name).joined(separator: " > "), width: width, indent: 9), "",
        ]
      }
    }
    let tail = log.suffix(RunStory.logTailMax)
    if !tail.isEmpty {
      let more = log.count > tail.count ? " (the last \(tail.count) of \(log.count) lines; `jobs logs \(json.run)` shows all)" : ""
      section("Log\(more):", tail.map(\.text))
    }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// Where a terminal is too narrow, what was planned gives way: what matters of it is said below.
  private func table(_ width: Int?) -> String {
    let whole = table(besidePlan: comparison != nil)
    guard let width, whole.split(separator: "\n").contains(where: { DisplayWidth.of($0) > width }) else { return whole }
    return table(besidePlan: false, width: width)
  }

  private func table(besidePlan hasPlan: Bool, width: Int? = nil) -> String {
    var table = PlainTable(
      [.init("STEP"), .init("STATE", mayShrink: false), .init("TASKS", .right), .init("REQUESTS", .right)]
        + (hasPlan ? [.init("PLANNED", .right)] : []) + [.init("TOOK", .right)] + (hasPlan ? [.init("PLANNED", .right)] : [])
        + [.init("NOTE")])
    for step in account.steps {
      let planned = account.forecast?[step.id]
      let asks = step.requestsMade > 0 || planned?.requests ?? 0 > 0
      table.rows.append(
        [
          step.id.name, step.state?.rawValue ?? openWord(step),
          "\(step.tasks.count { $0.state == .succeeded })/\(step.tasks.count)", asks ? NumberText.grouped(step.requestsMade) : "",
        ] + (hasPlan ? [asks ? NumberText.grouped(planned?.requests ?? 0) : ""] : [])
          + [step.seconds.map { DurationText.short($0) } ?? ""] + (hasPlan ? [planned?.seconds.map { DurationText.short($0) } ?? ""] : [])
          + [OneLine.shown(step.reason ?? (step.tasks.count == 1 ? step.tasks[0].note : ""))])
    }
    return table.text(width: width)
  }

  /// A step that has not ended: at work, or cut off, or not begun.
  private func openWord(_ step: RunAccount.Step) -> String {
    guard step.begun > 0 else { return "open" }
    return account.state == .running ? "running" : "cut off"
  }
}
