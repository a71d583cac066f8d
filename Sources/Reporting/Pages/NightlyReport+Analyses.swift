import MarketData
import Scheduling

extension NightlyReport {
  var patternsSection: PageSection? {
    patterns.map { section in
      PageSection("patterns", "Chart patterns", section, count: \.count) { rows in
        guard !rows.isEmpty else { return [.note("None is forming, and none ended in the last days.")] }
        return [
          .note("The confidence is the quality of the shape, not a probability."),
          .markup(PatternTable.markup(rows, links: links.symbols)),
        ]
      }
    }
  }

  var strategiesSection: PageSection? {
    strategies.map { section in
      PageSection("strategies", "Strategies", section) { rows in
        guard !rows.isEmpty else { return [.note("No signal is old enough to be judged.")] }
        return [
          .note(
            "How often signals were right after so many bars: the share, where the true one lies with 95 %, and the mean move in the signal's "
              + "direction from the next open, costs apart."),
          .markup(strategyTable(rows)),
        ]
      }
    }
  }

  private func strategyTable(_ rows: [StrategyRow]) -> Markup {
    let horizons = Set(rows.flatMap(\.outcomes).map(\.horizon)).sorted()
    let isTried = rows.contains { $0.backtest != nil }
    let tried: [HTMLTable.Column] = [
      .number("Trades", "Of all symbols, in the days of the quick backtest"),
      .number("Return", "The median over the symbols, costs included"),
      .number("Held", "What buying and holding earned: the median over the symbols"),
    ]
    return HTMLTable(
      caption: "How strategies have done",
      columns: [.text("Strategy")] + horizons.map { .text("After \($0) \($0 == 1 ? "bar" : "bars")") } + (isTried ? tried : []),
      rows: rows.map { row in
        let outcomes = horizons.map { horizon -> HTMLTable.Cell in
          row.outcomes.first { $0.horizon == horizon }.map { .prose($0.text) } ?? .text(NumberStyle.missing)
        }
        let backtest: [HTMLTable.Cell] = [
          .number(row.backtest.map { NumberStyle.count.text($0.trades) + ($0.isThin ? " (few)" : "") } ?? NumberStyle.missing),
          .change(row.backtest?.medianReturn), .change(row.backtest?.medianHeld),
        ]
        return [.text(row.strategy)] + outcomes + (isTried ? backtest : [])
      }
    ).markup
  }
}

/// The table of patterns that the overview and the symbol pages share.
enum PatternTable {
  static func markup(_ rows: [PatternRow], links: [Symbol: RelativePath] = [:]) -> Markup {
    let daily = rows.allSatisfy { TimeStyle.isMidnight($0.start) }
    let isMeasured = rows.contains { $0.hitRate != nil }
    let hitRate = HTMLTable.Column.text("Hit rate", "Share that went half the way to the target before as far against it")
    return HTMLTable(
      caption: "Chart patterns",
      columns: [
        .text("Symbol"), .text("Interval"), .text("Direction"), .text("Pattern"), .text("State"),
        .number("Confidence", "Quality of the shape, 0 to 1"), .text("From"), .text("To"), .text("Confirmed"), .number("Target"),
        .number("Stop", "The price that refutes it"),
      ] + (isMeasured ? [hitRate] : []),
      rows: rows.map { row in
        let style = NumberStyle.prices([row.target, row.stop].compactMap(\.self))
        return [
          .link(row.symbol.name, links[row.symbol]), .text(row.interval.rawValue), .direction(row.direction), .text(row.name),
          .text(row.state), .number(NumberStyle.ratio.text(row.confidence)), .text(TimeStyle.barTime(row.start, daily: daily)),
          .text(TimeStyle.barTime(row.end, daily: daily)), .text(row.confirmedAt.map { TimeStyle.barTime($0, daily: daily) } ?? "—"),
          .price(row.target, style), .price(row.stop, style),
        ] + (isMeasured ? [.missingOr(row.hitRate?.text)] : [])
      }
    ).markup
  }
}
