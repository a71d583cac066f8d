/// Calls that fail: no space, no disk, no right.
struct FailureSweeps {
  let lanes: Lanes
  let isQuick: Bool

  /// What must be said when a call fails so.
  private static let words = [
    "ENOSPC": ["no space left"], "EIO": ["nput/output error", "I/O error"], "EROFS": ["ead-only"], "EACCES": ["ermission denied"],
    "EMFILE": ["oo many open files"],
  ]

  /// Each call that changes a file fails, once or from then on; afterwards there is space again.
  /// - Parameter calls: which of them count.
  func each(_ ground: Ground, _ error: String, lasting: Bool, calls: String = Injector.writingCalls) -> Tally {
    let names = Set(calls.split(separator: ",").map(String.init))
    let (step, count) = (isQuick ? 9 : 1, ground.count(of: names))
    let title = "\(error) \(lasting ? "from each call on" : "at each call")\(calls == Injector.writingCalls ? "" : " of \(calls)")"
    return lanes.run("\(title): \(ground.scenario.name)", max(1, count / step)) { index, scratch in
      let number = index * step + 1
      var trial = try ground.trial(scratch, label: "\(error)\(lasting ? "+" : "") at call \(number) of \(calls)")
      let ended = try trial.strike(.fail(number, error: error, lasting: lasting), calls: calls)
      try trial.inspect(after: ended.struck ?? "not struck")
      FailureSweeps.judge(ended, error, ground.scenario, &trial)
      return try trial.finish()
    }
  }

  /// A run that could not do everything says so, in its exit status and in words. One that could, did: that is seen when it is compared.
  private static func judge(_ ended: Ended, _ error: String, _ scenario: Scenario, _ trial: inout Trial) {
    guard ended.status != scenario.finalStatus else { return }
    let place = "\(ended.struck ?? "not struck"): ended with \(ended.status)"
    // 74: the report, or the run itself. 3: the report is there, something else is not.
    guard [74, 3].contains(ended.status) else { return trial.report(\.wrongStatus, "\(place): \(ended.output.suffix(400))") }
    // SQLite knows of a failed sync only that it failed; on a disk that is really full, the program asks the file system for the reason.
    let isDatabase = ended.struck?.contains("jobs.sqlite") == true && ended.output.contains("jobs.sqlite cannot be read or written")
    guard isDatabase || words[error]!.contains(where: ended.output.contains) else {
      return trial.report(\.wrongStatus, "\(place) and does not say why: \(ended.output.suffix(400))")
    }
  }
}
