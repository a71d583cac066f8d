import Foundation

/// A command that is not a run: it makes, restores or forgets, and may be killed while it does.
struct Errand: Sendable {
  let name: String
  /// The project before it; copied for each trial.
  let base: String
  let arguments: [String]
  /// What must be so after a blow, and again when it was repeated to its end.
  let isSettled: Settled

  enum Settled: Sendable {
    /// The rows of before, or those of an undisturbed errand: nothing between.
    case oldOrNew
    /// The rows of before: it only reads them.
    case old
    /// Anything on the way; when it is repeated, those of an undisturbed errand.
    case newInTheEnd
  }
}

/// An errand and what is known of it undisturbed.
struct ErrandGround: Sendable {
  let errand: Errand
  let injector: Injector
  let before: Remains
  let after: Remains
  let calls: [(name: String, path: String)]

  init(_ errand: Errand, injector: Injector, scratch: String) throws {
    (self.errand, self.injector) = (errand, injector)
    let folder = "\(scratch)/calm-errand"
    try ErrandGround.copy(errand.base, to: folder)
    before = try Remains(of: folder)
    let ended = try injector.run(errand.arguments, in: folder, .none, scratch: scratch)
    guard ended.status == 0 else { throw TortureError("\(errand.name), undisturbed, ended with \(ended.status): \(ended.output)") }
    (after, calls) = (try Remains(of: folder), ended.calls)
    guard errand.isSettled == .old || !after.differences(from: before).sentences.isEmpty else {
      throw TortureError("\(errand.name) changes nothing, so nothing can be seen of it")
    }
  }

  static func copy(_ base: String, to folder: String) throws {
    let manager = FileManager.default
    if manager.fileExists(atPath: folder) { try manager.removeItem(atPath: folder) }
    try manager.copyItem(atPath: base, toPath: folder)
  }

  /// Strikes one copy, looks at it, repeats the errand to its end, and looks again.
  func trial(_ blow: Blow, _ scratch: String, sweep: String, label: String) throws -> Tally {
    var tally = Tally(sweep)
    tally.trials = 1
    let folder = "\(scratch)/errand"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try ErrandGround.copy(errand.base, to: folder)
    var sentences: [String] = []
    let struck = try injector.run(errand.arguments, in: folder, blow, scratch: scratch)
    if struck.status == 137 || struck.struck != nil { tally.strikes += 1 }
    if case .fail = blow, struck.struck != nil, ![0, 74].contains(struck.status) {
      tally.wrongStatus += 1
      sentences.append("ended with \(struck.status): \(struck.output.suffix(200))")
    }
    // Whoever comes next, and only reads.
    let reader = try injector.run(["data", "status", "--sandbox"], in: folder, .none, calls: "none", scratch: scratch)
    if reader.status != 0 {
      tally.damaged += 1
      sentences.append("then `data status` ended with \(reader.status): \(reader.output.suffix(200))")
    }
    let started = ContinuousClock.now
    try look(
      folder, [before, after].prefix(errand.isSettled == .old ? 1 : 2), errand.isSettled != .newInTheEnd, "struck", &tally, &sentences)
    let again = try injector.run(errand.arguments, in: folder, .none, calls: "none", scratch: scratch)
    if again.status != 0 {
      tally.wrongStatus += 1
      sentences.append("repeated, it ended with \(again.status): \(again.output.suffix(200))")
    }
    tally.recoveries.append(ContinuousClock.now - started)
    try look(folder, [after], true, "in the end", &tally, &sentences)
    let verified = try injector.run(["backup", "verify", "--sandbox"], in: folder, .none, calls: "none", scratch: scratch)
    if verified.status != 0 {
      tally.damaged += 1
      sentences.append("in the end a backup is not good: \(verified.output.suffix(300))")
    }
    for path in Remains.paths(below: folder) where Remains.isLeftover(path) || path.contains("/work.") || path.hasSuffix(".restoring") {
      tally.leftovers += 1
      sentences.append("\(path) was left")
    }
    if !sentences.isEmpty { tally.violations = ["\(errand.name), \(label): \(sentences.joined(separator: "; "))"] }
    return tally
  }

  /// The warehouse is sound, and its rows are those of one of the states.
  private func look(
    _ folder: String, _ states: some Collection<Remains>, _ mustBeOne: Bool, _ when: String, _ tally: inout Tally,
    _ sentences: inout [String]
  ) throws {
    let integrity = try DatabaseFile("\(folder)/data/sandbox/jobs.sqlite").lines("PRAGMA integrity_check")
    if integrity != ["ok"] {
      tally.damaged += 1
      sentences.append("\(when): \(integrity.prefix(3))")
    }
    guard mustBeOne else { return }
    let remains = try Remains(of: folder)
    let differences = states.map { remains.differences(from: $0) }
    guard !differences.contains(where: \.sentences.isEmpty), let nearest = differences.last else { return }
    tally.rowsLost += nearest.rowsLost
    tally.rowsExtra += nearest.rowsExtra
    tally.tornFiles += nearest.files
    sentences.append("\(when): neither the old nor the new state: \(nearest.sentences.prefix(3).joined(separator: "; "))")
  }
}

/// Strikes errands.
struct ErrandSweeps {
  let lanes: Lanes
  let seed: UInt64
  let isQuick: Bool

  /// SIGKILL at each call that changes a file.
  func eachCall(_ ground: ErrandGround) -> Tally { sweep(ground, "killed at each call") { .killAt($0, after: .zero) } }

  /// Each call fails for want of space, and all that follow.
  func space(_ ground: ErrandGround) -> Tally {
    sweep(ground, "ENOSPC from each call on") { .fail($0, error: "ENOSPC", lasting: true) }
  }

  private func sweep(_ ground: ErrandGround, _ what: String, _ blow: @escaping @Sendable (Int) -> Blow) -> Tally {
    let step = isQuick ? 4 : 1
    let name = "\(what): \(ground.errand.name)"
    return lanes.run(name, ground.calls.count / step) { index, scratch in
      let number = index * step + 1
      return try ground.trial(blow(number), scratch, sweep: name, label: "call \(number), \(ground.calls[number - 1])")
    }
  }

  /// One bit of a backup is another one; `backup verify` must say so.
  func flips(_ errand: Errand, injector: Injector, trials: Int) -> Tally {
    let seed = seed
    return lanes.run("one bit of a backup flipped", trials) { index, scratch in
      var (moments, tally) = (Moments(seed: seed, trial: index), Tally("one bit of a backup flipped"))
      (tally.trials, tally.strikes) = (1, 1)
      let folder = "\(scratch)/flip"
      try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
      if !FileManager.default.fileExists(atPath: folder) { try ErrandGround.copy(errand.base, to: folder) }
      let backups = "\(folder)/data/sandbox/backups"
      let name = try FileManager.default.contentsOfDirectory(atPath: backups).filter { $0.hasSuffix(".backup") }.min()!
      let whole = FileManager.default.contents(atPath: "\(errand.base)/data/sandbox/backups/\(name)")!
      var flipped = whole
      let (place, bit) = (Int.random(in: 0..<whole.count, using: &moments), UInt8(1) << UInt8.random(in: 0...7, using: &moments))
      flipped[place] ^= bit
      try flipped.write(to: URL(fileURLWithPath: "\(backups)/\(name)"))
      let ended = try injector.run(["backup", "verify", "--sandbox"], in: folder, .none, calls: "none", scratch: scratch)
      if ended.status != 65 {
        tally.damaged += 1
        tally.violations = ["seed \(seed) trial \(index): bit \(bit) of byte \(place): verify ended with \(ended.status): \(ended.output)"]
      }
      return tally
    }
  }
}
