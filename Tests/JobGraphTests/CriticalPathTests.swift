import JobGraph
import Scheduling
import Testing

@Suite struct `The critical path of a plan` {
  private func step(_ id: StepID, _ needs: [StepID] = [], when: Step.When = .success, skip: SkipReason? = nil, final: Bool = false)
    -> PlannedStep
  {
    PlannedStep(id: id, uses: "noop", needs: needs, when: when, isFinal: final, skip: skip, tasks: [PlannedTask(id: TaskID(id))])
  }

  private func path(_ steps: [PlannedStep], _ seconds: [StepID: Double]) -> String {
    Plan(job: "j", logicalDate: Instant(milliseconds: 0), steps: steps).criticalPath(seconds: seconds)
      .map { "\($0.steps.map(\.name).joined(separator: ">")) \($0.seconds)" } ?? "none"
  }

  @Test func `is the chain that takes longest, not the one with most steps`() {
    let steps = [step("a"), step("b", ["a"]), step("c", ["b"]), step("d"), step("e", ["c", "d"])]
    #expect(path(steps, ["a": 1, "b": 1, "c": 1, "d": 5, "e": 2]) == "d>e 7.0")
    #expect(path(steps, ["a": 2, "b": 2, "c": 2, "d": 5, "e": 2]) == "a>b>c>e 8.0")
  }

  @Test func `takes the last steps behind all the others`() {
    let steps = [step("a"), step("b"), step("z", final: true), step("y", ["z"], final: true)]
    #expect(path(steps, ["a": 1, "b": 3, "z": 1, "y": 2]) == "b>z>y 6.0")
  }

  @Test func `gives a step that does not run no time, and lets what waits for it wait on`() {
    let steps = [step("a"), step("b", ["a"], skip: .deselected), step("c", ["b"]), step("d", ["a"], when: .failure)]
    #expect(path(steps, ["a": 1, "b": 50, "c": 1, "d": 90]) == "a>c 2.0")
  }

  @Test func `is not known when no step has run before`() {
    #expect(path([step("a"), step("b", ["a"])], [:]) == "none")
    #expect(path([step("a"), step("b", ["a"])], ["b": 4]) == "a>b 4.0")
  }

  /// A chain as long as a plan can be: neither the stack nor time runs out.
  @Test func `of a hundred thousand steps in a row is found`() throws {
    let count = 100_000
    let steps = (0..<count).map { step(StepID("s\($0)"), $0 == 0 ? [] : [StepID("s\($0 - 1)")]) }
    let seconds = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, 1.0) })
    let found = try #require(Plan(job: "j", logicalDate: Instant(milliseconds: 0), steps: steps).criticalPath(seconds: seconds))
    #expect(found.steps.count == count && found.seconds == Double(count))
  }
}

@Suite struct `The time at work` {
  private func busy(_ stretches: (Int64, Int64?)...) -> Double? {
    BusyTime.seconds(of: stretches.map { (Instant(milliseconds: $0.0 * 1000), $0.1.map { Instant(milliseconds: $0 * 1000) }) })
  }

  @Test func `counts what overlaps once, and what lies between not at all`() {
    #expect(busy((0, 4), (2, 6), (3, 5)) == 6)
    #expect(busy((10, 12), (0, 4)) == 6)
    #expect(busy((0, 4), (4, 6)) == 6)
  }

  @Test func `leaves out what has no end, and a clock that went back`() {
    #expect(busy((0, nil)) == nil)
    #expect(busy((0, 3), (1, nil)) == 3)
    #expect(busy((5, 3)) == 0)
  }

  @Test(arguments: [(10.0, 14.9, false), (10, 15, true), (15, 10, true), (0.1, 0.9, false), (0, 1, true), (100, 101, false)])
  func `differs only beyond half as much again and a second`(a: Double, b: Double, differs: Bool) {
    #expect(DurationNoise.isExceeded(by: a, b) == differs)
  }
}
