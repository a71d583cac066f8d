import Foundation

/// The sandbox night: how time and memory grow with the number of pairs and with the length of history.
///
/// The process holds the sandbox's server too, which makes up the market: its share is in every figure.
struct NightExperiment {
  let bench: Workbench

  /// A night on an empty warehouse.
  struct Night {
    var pairs: Int
    /// Days of daily and of hourly candles.
    var (days, hourlyDays): (Int, Int)

    var name: String { "\(pairs) pairs, \(days) d daily, \(hourlyDays) d hourly" }
    var tenfold: Night { Night(pairs: pairs, days: days * 10, hourlyDays: hourlyDays * 10) }
  }

  func rows() throws -> [Row] {
    let small = Night(pairs: 50, days: 200, hourlyDays: 30)
    let nights = bench.isQuick ? [small, small.tenfold] : [small, small.tenfold] + large
    let rounds = bench.isQuick ? 1 : 3
    let all = try bench.inTurns(rounds: rounds, nights.map { night in { try self.first(night) } })
    var rows: [Row] = []
    for (index, night) in nights.enumerated() {
      let base = index == 0 ? nil : all[0]
      func beside(_ figure: ([Measurement]) -> Figure) -> (String, Figure)? { base.map { ("the first night", figure($0)) } }
      rows += [
        Row("night: \(night.name)", all[index].wallSeconds, beside: beside(\.wallSeconds)),
        Row("night: \(night.name): CPU", all[index].cpuSeconds, beside: beside(\.cpuSeconds)),
        Row("night: \(night.name): peak memory", all[index].peakMegabytes, beside: beside(\.peakMegabytes)),
      ]
    }
    return rows + (try second(small))
  }

  private var large: [Night] {
    let night = Night(pairs: 500, days: 200, hourlyDays: 30)
    return [night, night.tenfold]
  }

  private func first(_ night: Night) throws -> Measurement {
    let root = try Root(at: "\(bench.meter.scratch)/night", project: bench.project, crypto: night.pairs)
    return try run(night, root, "2026-01-15")
  }

  /// The night after, when only a day is missing.
  private func second(_ night: Night) throws -> [Row] {
    let root = try Root(at: "\(bench.meter.scratch)/night", project: bench.project, crypto: night.pairs)
    _ = try run(night, root, "2026-01-15")
    let measured = try (0..<bench.rounds).map { try run(night, root, "2026-01-\(16 + $0)") }
    return [
      Row("the night after: \(night.name)", measured.wallSeconds), Row("the night after: \(night.name): CPU", measured.cpuSeconds),
      Row("the night after: \(night.name): peak memory", measured.peakMegabytes),
    ]
  }

  private func run(_ night: Night, _ root: Root, _ date: String) throws -> Measurement {
    // Shares are left to the quota's own tests: 25 requests a day say nothing about speed. Partial is how a market with gaps ends.
    try bench.meter.run(
      [
        bench.jobs, "run", "nightly", "--sandbox", "--date", date, "--skip", "equities", "--set", "history=\(night.days)d", "--set",
        "hourly_history=\(night.hourlyDays)d", "--quiet", "--root", root.path,
      ], statuses: [0, 3])
  }
}
