extension RunState {
  /// How far each step is from the end of the run, in expected seconds: the critical path.
  static func ranks(of plan: Plan, dependents: [[Int]], openNeeds: [Int], durations: [StepID: Double]) -> [Double] {
    var (ranks, order, open) = (Array(repeating: 0.0, count: plan.steps.count), [Int](), openNeeds)
    order = plan.steps.indices.filter { open[$0] == 0 }
    var next = 0
    while next < order.count {
      for dependent in dependents[order[next]] {
        open[dependent] -= 1
        if open[dependent] == 0 { order.append(dependent) }
      }
      next += 1
    }
    for index in order.reversed() {
      ranks[index] = (durations[plan.steps[index].id] ?? 1) + (dependents[index].map { ranks[$0] }.max() ?? 0)
    }
    return ranks
  }
}
