import Foundation

/// Repeats a computation and tells what it cost, one line per figure: `NAME BEST MEDIAN`.
struct Rounds {
  /// After a first round that only warms up.
  let count: Int
  let measure: Measure

  enum Measure {
    /// Nothing but this process counts, whatever else the machine does.
    case cpuSeconds
    case seconds
  }

  /// - Parameters:
  ///   - units: how many of the things that a figure is about; the figure is then nanoseconds for each.
  ///   - body: answers with something that depends on all it computed, so that none of it is left out.
  func report(_ name: String, per units: Int? = nil, _ body: () throws -> Double) rethrows {
    var costs: [Double] = []
    for round in 0...count {
      let start = now
      let result = try body()
      let cost = now - start
      precondition(!result.isNaN, "\(name) is not a number")
      if round > 0 { costs.append(units.map { cost * 1e9 / Double($0) } ?? cost) }
    }
    costs.sort()
    print(name, costs[0], costs[costs.count / 2])
  }

  private var now: Double {
    switch measure {
    case .cpuSeconds: Double(clock()) / Double(CLOCKS_PER_SEC)
    case .seconds: (ContinuousClock.now - Rounds.beginning) / .seconds(1)
    }
  }

  private static let beginning = ContinuousClock.now
}
