/// Which steps of a job come before which, however far apart.
///
/// Reachability is answered for 64 steps at once, by one sweep over the graph with a bit for each; so *n* questions cost
/// O((steps + edges) · *n* / 64) at most, where a search for each would cost O((steps + edges) · *n*).
public struct StepOrder: Sendable {
  /// The steps from here on are `finally` steps: they come after all others.
  public let firstFinal: Int
  private let before: [[Int]]
  private let after: [[Int]]
  /// Each step after those that it waits for.
  private let sorted: [Int]

  /// - Parameters:
  ///   - before: of each step, the numbers of those it waits for; without a circle.
  ///   - firstFinal: the number of the first `finally` step.
  public init(before: [[Int]], firstFinal: Int) {
    (self.before, self.firstFinal) = (before, firstFinal)
    var after = Array(repeating: [Int](), count: before.count)
    for (step, needs) in before.enumerated() { for need in needs { after[need].append(step) } }
    var open = before.map(\.count)
    var order = before.indices.filter { open[$0] == 0 }
    order.reserveCapacity(before.count)
    var next = 0
    while next < order.count {
      for step in after[order[next]] {
        open[step] -= 1
        if open[step] == 0 { order.append(step) }
      }
      next += 1
    }
    (self.after, sorted) = (after, order)
  }

  public var count: Int { before.count }

  /// For each pair whether the first has always ended before the second begins.
  public func areOrdered(_ pairs: [(first: Int, second: Int)]) -> [Bool] {
    var answers = pairs.map { isApart($0.first, $0.second) && $0.first < firstFinal }
    let sources = Array(Set(pairs.lazy.filter { !isApart($0.first, $0.second) }.map(\.first))).sorted()
    let questions = Dictionary(grouping: pairs.indices, by: { pairs[$0].first })
    for start in stride(from: 0, to: sources.count, by: 64) {
      let group = Array(sources[start..<min(start + 64, sources.count)])
      let reached = reached(from: group)
      for (bit, source) in group.enumerated() {
        for question in questions[source] ?? [] where !isApart(source, pairs[question].second) {
          answers[question] = source != pairs[question].second && reached[pairs[question].second] & (1 << UInt64(bit)) != 0
        }
      }
    }
    return answers
  }

  /// One of them is a `finally` step and the other is not.
  func isApart(_ a: Int, _ b: Int) -> Bool { (a < firstFinal) != (b < firstFinal) }

  /// For each step the bits of those of a group that come before it, and of itself.
  /// - Parameter group: at most 64 steps.
  func reached(from group: [Int]) -> [UInt64] { sweep(group, sorted, before) }

  /// For each step the bits of those of a group that come after it, and of itself.
  /// - Parameter group: at most 64 steps.
  func leading(to group: [Int]) -> [UInt64] { sweep(group, sorted.reversed(), after) }

  private func sweep(_ group: [Int], _ order: some Sequence<Int>, _ neighbours: [[Int]]) -> [UInt64] {
    var bits = [UInt64](repeating: 0, count: count)
    for (bit, step) in group.enumerated() { bits[step] = 1 << UInt64(bit) }
    for step in order {
      var mask = bits[step]
      for neighbour in neighbours[step] { mask |= bits[neighbour] }
      bits[step] = mask
    }
    return bits
  }
}
