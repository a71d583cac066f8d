/// SIGKILL, at moments and at calls.
struct KillSweeps {
  let lanes: Lanes
  let seed: UInt64
  let isQuick: Bool
  private static let commits = "fsync,fdatasync,syncfs"
  /// A run is killed so often again while it recovers.
  private static let killsOfRecovery = 5

  /// At random moments: half of them anywhere, half within 300 µs behind a call that makes something durable. Recovery is killed too, 0 to 5
  /// times.
  func random(_ ground: Ground, trials: Int) -> Tally {
    let (seed, commits) = (seed, ground.count(of: ["fsync", "fdatasync", "syncfs"]))
    return lanes.run("random moments: \(ground.scenario.name)", trials) { index, scratch in
      var moments = Moments(seed: seed, trial: index)
      var trial = try ground.trial(scratch, label: "seed \(seed) trial \(index)")
      for round in 0...(index % (KillSweeps.killsOfRecovery + 1)) {
        let blow: Blow =
          (index + round).isMultiple(of: 2)
          ? .killAfter(.nanoseconds(Int.random(in: 0..<ground.run.wall.nanoseconds, using: &moments)))
          : .killAt(Int.random(in: 1...commits, using: &moments), after: .microseconds(Int.random(in: 1...300, using: &moments)))
        let ended = try trial.strike(blow, calls: KillSweeps.commits)
        try trial.inspect(after: blow.description)
        // It was faster than the blow, or had only to go home.
        if try trial.isDone { break }
        if ended.status != 137 { trial.report(\.wrongStatus, "\(blow): ended with \(ended.status): \(ended.output.suffix(300))") }
      }
      return try trial.finish()
    }
  }

  /// At each call that changes a file, before it is carried out.
  func eachCall(_ ground: Ground) -> Tally {
    let (step, count) = (isQuick ? 9 : 1, ground.run.calls.count)
    return lanes.run("each call: \(ground.scenario.name)", count / step) { index, scratch in
      let number = index * step + 1
      var trial = try ground.trial(scratch, label: "call \(number), \(ground.run.calls[number - 1])")
      _ = try trial.strike(.killAt(number, after: .zero))
      try trial.inspect(after: "killed")
      return try trial.finish()
    }
  }

  /// At each call of a recovery, and at four random calls of those that follow it.
  func eachCallOfRecovery(_ ground: Ground) -> Tally {
    let (step, count, seed) = (isQuick ? 9 : 1, ground.run.calls.count, seed)
    return lanes.run("each call of its recovery, 5 times: \(ground.scenario.name)", count / step) { index, scratch in
      var moments = Moments(seed: seed, trial: index)
      var trial = try ground.trial(scratch, label: "seed \(seed), call \(index * step + 1) of the recovery")
      for round in 0..<KillSweeps.killsOfRecovery {
        let number = round == 0 ? index * step + 1 : Int.random(in: 1...count, using: &moments)
        _ = try trial.strike(.killAt(number, after: .zero))
        try trial.inspect(after: "recovery \(round + 1), killed at call \(number)")
        if try trial.isDone { break }
      }
      return try trial.finish()
    }
  }
}
