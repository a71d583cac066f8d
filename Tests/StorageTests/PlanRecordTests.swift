import Foundation
import JobGraph
import Scheduling
import Testing

@testable import Storage

@Suite struct `A journaled plan` {
  @Test func `writes the tasks of a step as a table, and gives them back`() throws {
    let step = Step(
      id: "crypto", uses: "binance.candles",
      each: [
        .init("symbol", [.init("BTCUSDT", weight: 3), .init("A/B \"quoted\"")]), .init("interval", [.init("1d"), .init("1h")]),
      ])
    let tasks = Plan.tasks(of: step)
    let plan = Plan(
      job: "j", logicalDate: date(1),
      steps: [
        PlannedStep(id: "crypto", uses: "binance.candles", tasks: tasks),
        PlannedStep(id: "empty", uses: "nothing", tasks: []),
        PlannedStep(id: "single", uses: "nothing", tasks: [PlannedTask(id: TaskID("single"))]),
        PlannedStep(
          id: "odd", uses: "nothing",
          tasks: [PlannedTask(id: TaskID("odd", "named otherwise"), values: [.init("n", .string("1"))], weight: 0.5)]),
      ])
    let text = try PlanRecord(plan).json()
    #expect(try PlanRecord(json: text).plan == plan)
    #expect(text.contains("\"dimensions\":[\"symbol\",\"interval\"]"))
  }

  @Test func `of version 1 is read`() throws {
    let text = """
      {"deliverable":"a","job":"j","logicalDate":1000,"steps":[{"attempts":4,"backoffMilliseconds":2000,"id":"a","isFinal":false,\
      "maxBackoffMilliseconds":120000,"needs":[],"priority":0,"tasks":[{"key":"X","values":[{"key":"symbol","value":{"string":{"_0":"X"}}}],\
      "weight":2}],"tolerateCount":0,"uses":"analysis.signals","when":"success","with":[]}],"version":1}
      """
    let plan = try PlanRecord(json: text).plan
    #expect(plan.steps[0].tasks == [PlannedTask(id: TaskID("a", "X"), values: [.init("symbol", .string("X"))], weight: 2)])
  }

  @Test func `of a version to come is refused`() {
    #expect(throws: (any Error).self) { try PlanRecord(json: #"{"version":3,"job":"j","logicalDate":1,"steps":[]}"#) }
  }
}
