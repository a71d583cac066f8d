import Analysis
import Foundation
import Testing

@Suite struct `A scenario` {
  private func read(_ json: String) throws(ScenarioDefect) -> BacktestScenario { try BacktestScenario(json: Data(json.utf8)) }

  @Test(arguments: [
    (#"{"periods_per_year": 365}"#, "the scenario has no `strategy`"),
    (#"{"strategy": {"type": "targets"}}"#, "the scenario has no `periods_per_year`"),
    (#"{"periods_per_year": 365, "fee": "low", "strategy": {"type": "rsi"}}"#, "`fee` is `low`; it must be a number"),
    (#"{"periods_per_year": 365, "fee": 1.5, "strategy": {"type": "rsi"}}"#, "`fee` is 1.5; it must be at least 0 and below 1"),
    (#"{"periods_per_year": 365, "stop_loss": 1, "strategy": {"type": "rsi"}}"#, "`stop_loss` is 1; it must be above 0 and below 1"),
    (
      #"{"periods_per_year": 365, "strategy": {"type": "magic"}}"#,
      "`strategy.type` is `magic`; there are targets sma_cross ema_cross macd rsi bb_breakout"
    ),
    (#"{"periods_per_year": 365, "strategy": {"type": "sma_cross", "fast": 9}}"#, "the scenario has no `strategy.slow`"),
    (
      #"{"periods_per_year": 365, "strategy": {"type": "sma_cross", "fast": 9, "slow": 9}}"#,
      "`fast` is 9 and `slow` is 9; fast must be below slow"
    ),
    (
      #"{"periods_per_year": 365, "strategy": {"type": "sma_cross"}, "grid": {"fast": [5.5], "slow": [9]}}"#,
      "`grid.fast` is 5.5; it must be a whole number"
    ),
    (
      #"{"periods_per_year": 365, "strategy": {"type": "sma_cross"}, "walk_forward": {"in_sample": 1, "out_of_sample": 9}}"#,
      "`walk_forward.in_sample` is 1; it must be at least 2"
    ),
    (
      #"{"periods_per_year": 365, "strategy": {"type": "rsi"}, "monte_carlo": {"seed": 1, "paths": 0}}"#,
      "`monte_carlo.paths` is 0; it must be at least 1 and at most 100000"
    ),
    ("[1]", "`scenario` is a list; it must be an object"),
    ("{", "the scenario is not JSON: it ends early, or a sign is missing or too many"),
  ])
  func `that is wrong names the key and the value`(json: String, message: String) {
    let error = #expect(throws: ScenarioDefect.self) { try read(json) }
    #expect(error?.description == message)
  }

  @Test func `tells which keys nobody asked for`() throws {
    let scenario = try read(#"{"periods_per_year": 365, "stop_los": 0.1, "strategy": {"type": "rsi", "perod": 9}}"#)
    #expect(scenario.ignored == ["stop_los", "strategy.perod"])
  }
}
