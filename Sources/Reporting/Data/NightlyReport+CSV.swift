import JobGraph
import MarketData
import Scheduling

extension NightlyReport {
  /// The tables of the report, unrounded: signals, alerts, movers, risk, patterns, strategies, quality, steps, stale, bots. A part that failed
  /// has no table.
  public var csvTables: [CSVTable] {
    [
      signals.content.map(Self.signalTable), alerts?.content.map(Self.alertTable), movers.content.map(Self.moverTable),
      risks.content.map(Self.riskTable),
      patterns?.content.map(Self.patternTable), strategies?.content.map(Self.strategyTable), quality.content.map(Self.qualityTable),
      health.content.map { Self.stepTable($0.steps) },
      health.content.map { Self.staleTable($0.stale) }, bots?.content.map(\.table),
    ].compactMap { $0 }
  }

  private static func signalTable(_ rows: [SignalRow]) -> CSVTable {
    var table = CSVTable(
      "signals",
      columns: [
        .init("symbol", .text, "as the market writes it"), .init("interval", .text), .init("strategy", .text),
        .init("direction", .text, "long, short or flat"), .init("strength", .number, unit: "fraction", "0 to 1, as the strategy states it"),
        .init("bar_time", .instant, unit: "UTC", "open of the bar at whose close the signal arose"),
        .init("valid_from", .instant, unit: "UTC", "open of the next bar"), .init("inputs", .text, "name=value, separated by spaces"),
        .init("sentence", .text), .init("hit_rate", .number, unit: "fraction", "past signals of this kind that were right"),
        .init("hit_rate_sample", .integer), .init("new", .boolean, "whether the report before did not have it"),
      ])
    for row in rows {
      let inputs = row.inputs.map { "\($0.name)=\($0.value.map(JSONValue.number) ?? "")" }.joined(separator: " ")
      table.append([
        .text(row.symbol.name), .text(row.interval.rawValue), .text(row.strategy), .text(row.direction.rawValue), .init(row.strength),
        .text(row.barTime.iso8601), .init(row.validFrom?.iso8601), .text(inputs), .text(row.sentence), .init(row.hitRate?.share),
        .init(row.hitRate?.sample), .boolean(row.isNew),
      ])
    }
    return table
  }

  private static func alertTable(_ rows: [AlertRow]) -> CSVTable {
    var table = CSVTable(
      "alerts",
      columns: [
        .init("alert", .text, "its name in alerts.yaml"), .init("symbol", .text), .init("interval", .text), .init("condition", .text),
        .init("hit", .boolean, "since the report before"), .init("severity", .text, "ok, warning or bad"),
        .init("bar_time", .instant, unit: "UTC", "open of the bar that caused it"), .init("sentence", .text),
        .init("observed", .text, "name=value, separated by spaces"),
        .init(
          "distance", .number, unit: "fraction",
          "of the close, to the price at which it fires; of a hit how far beyond, below 0: it came back"),
        .init("distance_atr", .number, unit: "ATR 14", "the same in average true ranges"),
      ])
    for row in rows {
      let observed = row.observed.map { "\($0.name)=\($0.value.map(JSONValue.number) ?? "")" }.joined(separator: " ")
      table.append([
        .text(row.alert), .text(row.symbol.name), .init(row.interval?.rawValue), .text(row.condition), .boolean(row.isHit),
        .text(row.severity.rawValue), .init(row.barTime?.iso8601), .init(row.sentence), .text(observed), .init(row.distance),
        .init(row.distanceInRanges),
      ])
    }
    return table
  }

  private static func moverTable(_ rows: [Mover]) -> CSVTable {
    var table = CSVTable(
      "movers",
      columns: [
        .init("symbol", .text), .init("bar_time", .instant, unit: "UTC", "open of the last bar"), .init("last", .number, "last close"),
        .init("change", .number, unit: "fraction", "close on close"),
        .init("z_score", .number, "the change in standard deviations of the changes before it"),
        .init("volume_ratio", .number, "volume over its 20-bar median"),
      ])
    for row in rows.sorted(by: { $0.symbol < $1.symbol }) {
      table.append([
        .text(row.symbol.name), .init(row.barTime?.iso8601), .init(row.last), .init(row.change), .init(row.zScore), .init(row.volumeRatio),
      ])
    }
    return table
  }

  private static func riskTable(_ rows: [RiskRow]) -> CSVTable {
    var table = CSVTable(
      "risk",
      columns: [
        .init("symbol", .text), .init("volatility", .number, unit: "fraction", "standard deviation of log returns, annualized"),
        .init("volatility_percentile", .number, unit: "fraction", "share of its own past year with lower volatility"),
        .init("drawdown", .number, unit: "fraction", "fall from the peak to the last close"),
        .init("drawdown_max", .number, unit: "fraction", "deepest fall of the period"), .init("periods_per_year", .integer),
        .init("sample", .integer, unit: "bars"), .init("trend", .text, "bull, bear or range"),
        .init("volatility_regime", .text, "low, normal or high beside its own past year"), .init("model_regime", .text),
        .init("model_probability", .number, unit: "fraction"),
      ])
    for row in rows.sorted(by: { $0.symbol < $1.symbol }) {
      table.append([
        .text(row.symbol.name), .init(row.volatility), .init(row.volatilityPercentile), .init(row.drawdown), .init(row.drawdownMax),
        .init(row.periodsPerYear), .init(row.sample), .init(row.regime?.trend), .init(row.regime?.volatility), .init(row.regime?.model),
        .init(row.regime?.probability),
      ])
    }
    return table
  }

  private static func patternTable(_ rows: [PatternRow]) -> CSVTable {
    var table = CSVTable(
      "patterns",
      columns: [
        .init("symbol", .text), .init("interval", .text), .init("kind", .text), .init("direction", .text, "long or short"),
        .init("state", .text, "forming, confirmed or failed"),
        .init("confidence", .number, unit: "fraction", "quality of the shape, not a probability"), .init("start", .instant, unit: "UTC"),
        .init("end", .instant, unit: "UTC"), .init("confirmed_at", .instant, unit: "UTC", "open of the bar whose close confirmed it"),
        .init("target", .number, "a price"), .init("stop", .number, "the price that refutes it"),
        .init("hit_rate", .number, unit: "fraction", "went half the way to the target before as far against it"),
        .init("hit_rate_sample", .integer),
      ])
    for row in rows {
      table.append([
        .text(row.symbol.name), .text(row.interval.rawValue), .text(row.kind), .text(row.direction.rawValue), .text(row.state),
        .init(row.confidence), .text(row.start.iso8601), .text(row.end.iso8601), .init(row.confirmedAt?.iso8601), .init(row.target),
        .init(row.stop), .init(row.hitRate?.share), .init(row.hitRate?.sample),
      ])
    }
    return table
  }

  private static func strategyTable(_ rows: [StrategyRow]) -> CSVTable {
    var table = CSVTable(
      "strategies",
      columns: [
        .init("strategy", .text), .init("bars", .integer, "after which its signals are judged"),
        .init("hit_rate", .number, unit: "fraction"), .init("hit_rate_sample", .integer),
        .init("hit_rate_low", .number, unit: "fraction", "where the true rate lies with 95 %"),
        .init("hit_rate_high", .number, unit: "fraction"),
        .init("mean", .number, unit: "fraction", "the move in the signal's direction from the next open, costs apart"),
      ])
    for row in rows {
      for outcome in row.outcomes {
        table.append([
          .text(row.strategy), .integer(outcome.horizon), .init(outcome.hitRate.share), .init(outcome.hitRate.sample),
          .init(outcome.interval.lowerBound), .init(outcome.interval.upperBound), .init(outcome.mean),
        ])
      }
    }
    return table
  }

  private static func qualityTable(_ rows: [QualityRow]) -> CSVTable {
    var table = CSVTable(
      "quality",
      columns: [
        .init("rule", .text), .init("severity", .text, "ok, warning or bad"), .init("symbol", .text), .init("interval", .text),
        .init("sentence", .text, "what is expected"), .init("observed", .text),
      ])
    for row in rows {
      table.append([
        .text(row.rule), .text(row.severity.rawValue), .init(row.symbol?.name), .init(row.interval?.rawValue), .text(row.sentence),
        .init(row.observed),
      ])
    }
    return table
  }

  private static func stepTable(_ steps: [Health.StepHealth]) -> CSVTable {
    var table = CSVTable(
      "steps",
      columns: [
        .init("step", .text), .init("state", .text), .init("succeeded", .integer, unit: "tasks"), .init("failed", .integer, unit: "tasks"),
        .init("skipped", .integer, unit: "tasks"), .init("reasons", .text, "separated by | "),
      ])
    for step in steps {
      table.append([
        .text(step.step), .text(step.state.rawValue), .integer(step.succeeded), .integer(step.failed), .integer(step.skipped),
        .text(step.reasons.joined(separator: " | ")),
      ])
    }
    return table
  }

  private static func staleTable(_ rows: [Health.StaleSymbol]) -> CSVTable {
    var table = CSVTable(
      "stale",
      columns: [.init("symbol", .text), .init("interval", .text), .init("last_bar", .instant, unit: "UTC"), .init("reason", .text)])
    for row in rows {
      table.append([.text(row.symbol.name), .text(row.interval.rawValue), .init(row.lastBar?.iso8601), .text(row.reason)])
    }
    return table
  }
}

extension SymbolPage {
  /// The bars of the charts with their indicators, oldest first, unrounded; named as the page.
  public var csvTable: CSVTable {
    let columns = tableColumns
    var table = CSVTable(
      PageName.file(for: symbol),
      columns: [.init("open_time", .instant, unit: "UTC", "open of the bar")]
        + ["open", "high", "low", "close", "volume"].map { .init($0, .number) } + columns.map { .init($0.name, .number) })
    for index in 0..<candles.count {
      let bar = [candles.open[index], candles.high[index], candles.low[index], candles.close[index], candles.volume[index]]
      table.append([.text(candles.openTimes[index].iso8601)] + bar.map(CSVTable.Cell.number) + columns.map { .init($0.values[index]) })
    }
    return table
  }
}
