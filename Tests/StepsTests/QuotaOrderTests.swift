import JobGraph
import MarketData
import Scheduling
import Storage
import Testing

@testable import Steps

@Suite struct `When a quota does not cover all` {
  private let friday = Instant(iso8601: "2026-01-16T22:00:00Z")!

  @Test func `the stalest times heaviest goes first, and what was never fetched before all that is late`() throws {
    let end = Instant(iso8601: "2026-01-17T00:00:00Z")!
    func staleness(_ days: Int?) -> Double {
      let mark = days.map { Watermark(completeFrom: Instant(milliseconds: 0), completeUntil: end - .days($0), askedAt: friday) }
      return QuotaOrder.staleness(mark, end: end)
    }
    #expect(staleness(nil) == 3650)
    #expect(staleness(3) == 3)
    #expect(staleness(9000) == 3650)
    #expect(staleness(0) == 0.01 && staleness(-1) == 0.01)
    #expect(staleness(1) * 3 > staleness(2) && staleness(1) * 3 < staleness(4))
  }

  @Test func `a plan weighs each series by how far it is behind`() throws {
    let plan = Plan(
      job: "shares", logicalDate: friday,
      steps: [
        PlannedStep(
          id: "equities", uses: "alphavantage.candles",
          tasks: ["AAPL", "IBM"].map { PlannedTask(id: TaskID("equities", $0), values: [.init("symbol", .string($0))], weight: 2) }),
        PlannedStep(id: "last", uses: "nothing", tasks: [PlannedTask(id: TaskID("last"))]),
      ])
    let ordered = try QuotaOrder.applied(to: plan, reader: nil, markets: MarketRules())
    #expect(ordered.steps.map { $0.tasks.map(\.weight) } == [[7300, 7300], [1]])
  }

  @Test func `a day takes what it covers, and the next ones the rest in order`() {
    let tasks = (1...20).map { (task: TaskID("equities", "S\($0)"), requests: 1) }
    let queue = QuotaQueue(tasks, left: 8, perDay: 8, now: friday) { $0 + .days(1) }
    #expect(queue.goes.map(\.key) == (1...8).map { "S\($0)" })
    #expect(queue.waits.map(\.task.key) == (9...20).map { "S\($0)" })
    #expect(queue.waits.map(\.until) == Array(repeating: friday + .days(1), count: 8) + Array(repeating: friday + .days(2), count: 4))
  }

  @Test func `a task of more requests than a day has takes a day of its own, and one of none waits for nobody`() {
    let tasks = [("A", 3), ("B", 0), ("C", 99), ("D", 1)].map { (task: TaskID("s", $0.0), requests: $0.1) }
    let queue = QuotaQueue(tasks, left: 2, perDay: 8, now: friday) { $0 + .days(1) }
    #expect(queue.goes.isEmpty)
    #expect(queue.waits.map(\.task.key) == ["A", "C", "D"])
    #expect(queue.waits.map(\.until) == [1, 2, 3].map { friday + .days($0) })
  }
}
