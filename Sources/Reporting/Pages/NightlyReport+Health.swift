import JobGraph
import MarketData
import Scheduling

extension NightlyReport {
  var healthSection: PageSection {
    PageSection("health", "Pipeline health", health) { health in
      var blocks: [PageSection.Block] = [
        health.steps.isEmpty
          ? .note("Every step went through; the facts of the run have the details.") : .markup(Self.stepTable(health.steps))
      ]
      if !health.quotas.isEmpty { blocks.append(.markup(Self.quotaTable(health.quotas))) }
      if health.stale.isEmpty {
        blocks.append(.note("No symbol is stale."))
      } else {
        blocks.append(.markup(staleTable(health.stale)))
      }
      if !health.untold.isEmpty { blocks.append(.markup(Self.untoldTable(health.untold))) }
      return blocks
    }
  }

  private static func untoldTable(_ rows: [Health.Untold]) -> Markup {
    HTMLTable(
      caption: "Not notified: what people were to be told since the report before", showsCaption: true,
      columns: [.text("Whom"), .text("Of what"), .text("Told"), .text("Why not")],
      rows: rows.map { row in
        [.text(row.whom), .prose(row.title), .state(row.state.rawValue, row.state == .no ? .bad : .warning), .prose(row.reason)]
      }
    ).markup
  }

  private static func stepTable(_ steps: [Health.StepHealth]) -> Markup {
    HTMLTable(
      caption: "Steps and their tasks",
      columns: [.text("Step"), .text("State"), .number("Succeeded"), .number("Failed"), .number("Skipped"), .text("Reasons")],
      rows: steps.map { step in
        [
          .text(step.step), .state(step.state.rawValue, step.state.verdict), .count(step.succeeded), .count(step.failed),
          .count(step.skipped),
          step.reasons.isEmpty ? .text("—") : .wide(reasons(step.reasons)),
        ]
      }
    ).markup
  }

  /// At most eight reasons in sight, the rest when asked for.
  private static func reasons(_ reasons: [String]) -> Markup {
    var writer = MarkupWriter()
    writer.write(reasons.prefix(8).joined(separator: "; "))
    if reasons.count > 8 {
      writer.element("details") { writer in
        writer.element("summary", text: "and \(NumberStyle.count.text(reasons.count - 8)) more")
        writer.write(reasons.dropFirst(8).joined(separator: "; "))
      }
    }
    return writer.markup
  }

  private static func quotaTable(_ quotas: [Health.Quota]) -> Markup {
    HTMLTable(
      caption: "Quota of the providers", showsCaption: true,
      columns: [.text("Provider"), .text("Counted in"), .number("Used"), .number("Limit"), .number("Left")],
      rows: quotas.map { quota in
        let left: Int? = if let limit = quota.limit, let used = quota.used { max(0, limit - used) } else { nil }
        return [.text(quota.provider), .text(quota.unit), .count(quota.used), .count(quota.limit), .count(left)]
      }, fillsWidth: false
    ).markup
  }

  private func staleTable(_ stale: [Health.StaleSymbol]) -> Markup {
    HTMLTable(
      caption: "Stale symbols: their last bar is older than it should be", showsCaption: true,
      columns: [.text("Symbol"), .text("Interval"), .text("Last bar"), .text("Reason")],
      rows: stale.map { row in
        [
          .link(row.symbol.name, links.symbols[row.symbol]), .text(row.interval.rawValue),
          .missingOr(row.lastBar.map { TimeStyle.barTime($0, daily: TimeStyle.isMidnight($0)) }), .prose(row.reason),
        ]
      }
    ).markup
  }
}
