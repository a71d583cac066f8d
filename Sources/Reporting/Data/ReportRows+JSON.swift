import JobGraph
import MarketData
import Scheduling

extension SignalRow {
  var json: JSONValue {
    let rate = hitRate.map { JSONValue.object([.init("share", .double($0.share)), .init("sample", .int($0.sample))]) }
    return .object([
      .init("symbol", .string(symbol.name)), .init("interval", .string(interval.rawValue)), .init("strategy", .string(strategy)),
      .init("direction", .string(direction.rawValue)), .init("strength", .optional(strength)), .init("bar_time", .time(barTime)),
      .init("valid_from", .time(validFrom)),
      .init("inputs", .array(inputs.map { .object([.init("name", .string($0.name)), .init("value", .optional($0.value))]) })),
      .init("sentence", .string(sentence)), .init("hit_rate", rate ?? .null), .init("new", .bool(isNew)),
    ])
  }
}

extension AlertRow {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("condition", .string(condition)), .init("hit", .bool(isHit)),
      .init("distance", .optional(distance)),
    ])
  }
}

extension Mover {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("name", .optional(name)), .init("last", .optional(last)),
      .init("bar_time", .time(barTime)), .init("change", .optional(change)), .init("z_score", .optional(zScore)),
      .init("volume_ratio", .optional(volumeRatio)), .init("closes", .array(closes.map(JSONValue.optional))),
    ])
  }
}

extension RiskRow {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("volatility", .optional(volatility)),
      .init("volatility_percentile", .optional(volatilityPercentile)), .init("drawdown", .optional(drawdown)),
      .init("drawdown_max", .optional(drawdownMax)), .init("periods_per_year", .optional(periodsPerYear)),
      .init("sample", .optional(sample)),
    ])
  }
}

extension QualityRow {
  var json: JSONValue {
    .object([
      .init("rule", .string(rule)), .init("severity", .string(severity.rawValue)), .init("symbol", .optional(symbol?.name)),
      .init("interval", .optional(interval?.rawValue)), .init("sentence", .string(sentence)), .init("observed", .optional(observed)),
    ])
  }
}

extension Health {
  var json: JSONValue {
    .object([
      .init("steps", .array(steps.map(\.json))), .init("quotas", .array(quotas.map(\.json))), .init("stale", .array(stale.map(\.json))),
    ])
  }
}

extension Health.StepHealth {
  var json: JSONValue {
    .object([
      .init("step", .string(step)), .init("state", .string(state.rawValue)), .init("succeeded", .int(succeeded)),
      .init("failed", .int(failed)), .init("skipped", .int(skipped)), .init("reasons", .strings(reasons)),
    ])
  }
}

extension Health.Quota {
  var json: JSONValue {
    .object([
      .init("provider", .string(provider)), .init("unit", .string(unit)), .init("used", .optional(used)), .init("limit", .optional(limit)),
    ])
  }
}

extension Health.StaleSymbol {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("interval", .string(interval.rawValue)), .init("last_bar", .time(lastBar)),
      .init("reason", .string(reason)),
    ])
  }
}
