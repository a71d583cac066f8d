import Foundation

/// The night on made-up data: how time and memory grow with the number of pairs and with the length of history.
struct NightExperiment {
  let bench: Workbench
  private static let date = "2026-01-15"

  func rows() throws -> [Row] { try withTheSandboxInside() + apartFromTheSandbox() + theNightAfter() }

  /// As `make nightly` runs it: the process makes up the market too, and its share is in the figures.
  private func withTheSandboxInside() throws -> [Row] {
    var nights = [Night(pairs: 50, days: 200, hourlyDays: 30), Night(pairs: 50, days: 2000, hourlyDays: 300)]
    if !bench.isQuick {
      nights += [Night(pairs: 500, days: 200, hourlyDays: 30), Night(pairs: 500, days: 2000, hourlyDays: 300)]
    }
    let all = try measured(nights) { night in
      let root = try Root(at: "\(bench.meter.scratch)/night", project: bench.project, crypto: night.pairs)
      return try run(night, root, NightExperiment.date, ["--sandbox"])
    }
    return described(nights, all, "sandbox night")
  }

  /// The program alone, its providers served by another process.
  private func apartFromTheSandbox() throws -> [Row] {
    let server = try StandIn(bench, date: NightExperiment.date)
    defer { server.stop() }
    let sizes = [
      Night(pairs: 50, days: 200, hourlyDays: 30), Night(pairs: 500, days: 200, hourlyDays: 30), Night(pairs: 5, days: 200, hourlyDays: 30),
      Night(pairs: 5, days: 2000, hourlyDays: 300), Night(pairs: 5, days: 3000, hourlyDays: 1500),
      Night(pairs: 5, days: 3000, hourlyDays: 3000),
    ]
    let nights = bench.isQuick ? sizes.filter { $0.pairs == 5 } : sizes
    let all = try measured(nights) { night in
      let root = try Root(at: "\(bench.meter.scratch)/apart", project: bench.project, crypto: night.pairs)
      try root.ask(server.addresses)
      return try run(night, root, NightExperiment.date, [])
    }
    return described(nights, all, "night, server apart")
  }

  /// When only a day is missing.
  private func theNightAfter() throws -> [Row] {
    let night = Night(pairs: 50, days: 200, hourlyDays: 30)
    let root = try Root(at: "\(bench.meter.scratch)/night", project: bench.project, crypto: night.pairs)
    let first = try run(night, root, NightExperiment.date, ["--sandbox"])
    let later = try (0..<bench.rounds).map { try run(night, root, "2026-01-\(16 + $0)", ["--sandbox"]) }
    let name = "the sandbox night after"
    func beside(_ figure: ([Measurement]) -> Figure) -> (String, Figure) { ("its first night", figure([first])) }
    return [
      Row("\(name): \(night.name)", later.wallSeconds, beside: beside(\.wallSeconds)),
      Row("\(name): \(night.name): CPU", later.cpuSeconds, beside: beside(\.cpuSeconds)),
      Row("\(name): \(night.name): peak memory", later.peakMegabytes, beside: beside(\.peakMegabytes)),
    ]
  }

  private func measured(_ nights: [Night], _ run: @escaping (Night) throws -> Measurement) throws -> [[Measurement]] {
    try bench.inTurns(rounds: bench.isQuick ? 1 : 3, nights.map { night in { try run(night) } })
  }

  /// Wall, CPU and memory of each night; a night of the same pairs with less history is the baseline of the longer ones.
  private func described(_ nights: [Night], _ all: [[Measurement]], _ title: String) -> [Row] {
    zip(nights, all).flatMap { night, measurements in
      let base = nights.firstIndex { $0.pairs == night.pairs && $0.rows < night.rows }
      func beside(_ figure: ([Measurement]) -> Figure) -> (String, Figure)? {
        base.map { ("1 : \((night.rows + nights[$0].rows / 2) / nights[$0].rows) of the rows", figure(all[$0])) }
      }
      let name = "\(title): \(night.name)"
      return [
        Row(name, measurements.wallSeconds, beside: beside(\.wallSeconds)),
        Row("\(name): CPU", measurements.cpuSeconds, beside: beside(\.cpuSeconds)),
        Row("\(name): peak memory", measurements.peakMegabytes, beside: beside(\.peakMegabytes)),
      ]
    }
  }

  /// Partial is how a night ends when the made-up market has a gap.
  private func run(_ night: Night, _ root: Root, _ date: String, _ more: [String]) throws -> Measurement {
    try bench.meter.run([bench.jobs] + night.arguments + ["--date", date, "--root", root.path] + more, statuses: [0, 3])
  }
}
