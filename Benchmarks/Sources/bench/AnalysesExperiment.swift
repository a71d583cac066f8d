/// What indicators, a grid, a hidden Markov model and all analyses cost, beside libraries in Python on the same candles:
/// the time of the processor, inside the process.
struct AnalysesExperiment {
  let bench: Workbench

  func rows() throws -> [Row] {
    let peers = PythonPeers(
      bench: bench,
      libraries: ["many": ["numpy", "TA-Lib"], "long": ["numpy", "TA-Lib"], "grid": ["numpy", "numba"], "hmm": ["numpy", "hmmlearn"]])
    return try indicators(peers) + grid(peers) + hmm(peers) + all() + growth()
  }

  private func indicators(_ peers: PythonPeers) throws -> [Row] {
    [
      try inTurns("many", peers).row("10 indicators over 500 x 2,520 bars, a bar", "many", .nanoseconds, limit: 30),
      try inTurns("long", peers).row("10 indicators over 5,000,000 bars, a bar", "long", .nanoseconds, limit: 30),
      try inTurns("fresh", nil).row("10 indicators over 5,000,000 bars in memory that the kernel just gave, a bar", "fresh", .nanoseconds),
    ]
  }

  private func grid(_ peers: PythonPeers) throws -> [Row] {
    let run = try inTurns("grid", peers)
    let theirs = run.theirs.isEmpty ? nil : (name: run.library, figure: run.theirs.peakMegabytes)
    return [
      run.row("1,000 crosses of averages over 10,000 bars", "grid", .milliseconds, limit: 50),
      Row("1,000 crosses of averages over 10,000 bars, peak memory", run.ours.peakMegabytes, beside: theirs, limit: 50),
    ]
  }

  private func hmm(_ peers: PythonPeers) throws -> [Row] {
    [try inTurns("hmm", peers).row("62 iterations of 3 states over 2,520 x 2", "hmm", .milliseconds, limit: 40)]
  }

  private func all() throws -> [Row] {
    let run = try inTurns("all", nil, rounds: 1, inside: 1)
    return [504, 730].flatMap { bars in
      [
        run.row("all analyses of 500 x \(bars) bars, CPU", "\(bars)", .seconds, limit: bars == 504 ? 1.5 : nil),
        run.row("all analyses of 500 x \(bars) bars but the fits, CPU", "\(bars)-without-fits", .seconds),
      ]
    }
  }

  private func growth() throws -> [Row] {
    let run = try inTurns("growth", nil)
    return ["indicators", "patterns", "regimes", "signals"].flatMap { part in
      let one = run.figure("\(part)-2520", .nanoseconds, of: run.ours)
      return [(10, "25200"), (100, "252000")].map { times, bars in
        Row("\(part), \(times) x 2,520 bars, a bar", run.figure("\(part)-\(bars)", .nanoseconds, of: run.ours), beside: ("2,520 bars", one))
      }
    }
  }

  /// - Parameters:
  ///   - rounds: of processes.
  ///   - inside: rounds of each process.
  private func inTurns(_ part: String, _ peers: PythonPeers?, rounds: Int? = nil, inside: Int = 5) throws -> Run {
    let meter = bench.meter
    let commands = [[meter.program("analyses"), part]] + (peers?.command(part).map { [$0] } ?? [])
    let all = try bench.inTurns(
      rounds: rounds, commands.map { command in { try meter.run(command + ["\(bench.isQuick ? 1 : inside)"]) } })
    return Run(ours: all[0], theirs: all.count > 1 ? all[1] : [])
  }
}

/// What the programs of one part told about themselves.
private struct Run {
  let ours: [Measurement]
  /// None where the library is not installed.
  let theirs: [Measurement]

  /// The peer: `TA-Lib 0.8.2`.
  var library: String {
    words(of: theirs).first { $0.first == "library" }?.dropFirst().joined(separator: " ") ?? "?"
  }

  func row(_ title: String, _ name: String, _ unit: Figure.Unit, limit: Double? = nil) -> Row {
    let other = theirs.isEmpty ? nil : (name: library, figure: figure(name, unit, of: theirs))
    return Row(title, figure(name, unit, of: ours), beside: other, limit: limit)
  }

  /// The best that each process reached under a name.
  func figure(_ name: String, _ unit: Figure.Unit, of measurements: [Measurement]) -> Figure {
    let values = words(of: measurements).filter { $0.count == 3 && $0[0] == name }.compactMap { Double($0[1]) }
    return Figure(unit: unit, values: unit == .milliseconds ? values.map { $0 * 1000 } : values)
  }

  private func words(of measurements: [Measurement]) -> [[Substring]] {
    measurements.flatMap { $0.output.split(separator: "\n").map { $0.split(separator: " ") } }
  }
}
