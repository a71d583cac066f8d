import JobGraph
import MarketData
import Scheduling

extension SignalRow {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("interval", .string(interval.rawValue)), .init("strategy", .string(strategy)),
      .init("direction", .string(direction.rawValue)), .init("strength", .optional(strength)), .init("bar_time", .time(barTime)),
      .init("valid_from", .time(validFrom)),
      .init("inputs", .array(inputs.map { .object([.init("name", .string($0.name)), .init("value", .optional($0.value))]) })),
      .init("sentence", .string(sentence)), .init("hit_rate", hitRate?.json ?? .null), .init("new", .bool(isNew)),
    ])
  }
}

extension AlertRow {
  var json: JSONValue {
    .object([
      .init("alert", .string(alert)), .init("symbol", .string(symbol.name)), .init("interval", .optional(interval?.rawValue)),
      .init("condition", .string(condition)), .init("hit", .bool(isHit)), .init("severity", .string(severity.rawValue)),
      .init("bar_time", .time(barTime)), .init("sentence", .optional(sentence)),
      .init("observed", .array(observed.map { .object([.init("name", .string($0.name)), .init("value", .optional($0.value))]) })),
      .init("distance", .optional(distance)), .init("distance_atr", .optional(distanceInRanges)),
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
      .init("sample", .optional(sample)), .init("trend", .optional(regime?.trend)),
      .init("volatility_regime", .optional(regime?.volatility)), .init("model_regime", .optional(regime?.model)),
      .init("model_probability", .optional(regime?.probability)),
    ])
  }
}

extension HitRate {
  var json: JSONValue { .object([.init("share", .double(share)), .init("sample", .int(sample))]) }
}

extension PatternRow {
  var json: JSONValue {
    .object([
      .init("symbol", .string(symbol.name)), .init("interval", .string(interval.rawValue)), .init("kind", .string(kind)),
      .init("direction", .string(direction.rawValue)), .init("state", .string(state)), .init("confidence", .double(confidence)),
      .init("start", .time(start)), .init("end", .time(end)), .init("confirmed_at", .time(confirmedAt)), .init("target", .optional(target)),
      .init("stop", .double(stop)), .init("hit_rate", hitRate?.json ?? .null),
    ])
  }
}

extension StrategyRow {
  var json: JSONValue {
    let scores = outcomes.map { outcome in
      JSONValue.object([
        .init("bars", .int(outcome.horizon)), .init("hit_rate", outcome.hitRate.json),
        .init("interval", .array([.double(outcome.interval.lowerBound), .double(outcome.interval.upperBound)])),
        .init("mean", .double(outcome.mean)),
      ])
    }
    let tried = backtest.map { backtest in
      JSONValue.object([
        .init("symbols", .int(backtest.symbols)), .init("trades", .int(backtest.trades)), .init("few_trades", .bool(backtest.isThin)),
        .init("median_return", .optional(backtest.medianReturn)), .init("median_held", .optional(backtest.medianHeld)),
      ])
    }
    return .object([.init("strategy", .string(strategy)), .init("outcomes", .array(scores)), .init("backtest", tried ?? .null)])
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
      .init("not_notified", .array(untold.map(\.json))),
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

extension Health.Untold {
  var json: JSONValue {
    .object([
      .init("whom", .string(whom)), .init("title", .string(title)), .init("told", .string(state.rawValue)),
      .init("reason", .string(reason)),
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
