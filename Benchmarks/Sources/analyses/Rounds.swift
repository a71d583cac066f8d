import Foundation

/// Repeats a computation and tells what it cost, one line per figure: `NAME BEST MEDIAN`.
///
/// Counted is the time of the processor: of one thread that waits for nothing it is the time on the clock, less what other programs took.
struct Rounds {
  /// After a first round that only warms up.
  let count: Int

  /// - Parameters:
  ///   - units: how many of the things that a figure is about, which is then in nanoseconds for each; else it is in seconds.
  ///   - body: answers with something that depends on all it computed, so that none of it is left out.
  func report(_ name: String, per units: Int? = nil, _ body: () throws -> Double) rethrows {
    var costs: [Double] = []
    for round in 0...count {
      let start = clock()
      let result = try body()
      let cost = Double(clock() - start) / Double(CLOCKS_PER_SEC)
      precondition(!result.isNaN, "\(name) is not a number")
      if round > 0 { costs.append(units.map { cost * 1e9 / Double($0) } ?? cost) }
    }
    costs.sort()
    print(name, costs[0], costs[costs.count / 2])
  }
}
