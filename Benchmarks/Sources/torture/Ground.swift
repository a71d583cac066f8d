import Foundation

/// A scenario and what is known of its undisturbed run.
struct Ground: Sendable {
  let scenario: Scenario
  let calm: Remains
  /// The undisturbed run: its calls, its time.
  let run: Ended
  let injector: Injector

  /// Runs it undisturbed, twice: what differs between the two cannot be blamed on a blow.
  init(_ scenario: Scenario, injector: Injector, scratch: String) throws {
    (self.scenario, self.injector) = (scenario, injector)
    var runs: [(Ended, Remains)] = []
    for round in 0..<2 {
      let folder = "\(scratch)/calm"
      if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: scenario.base, toPath: "\(folder)/project")
      let ended = try injector.run(
        scenario.start, in: "\(folder)/project", .none, calls: round == 0 ? "none" : Injector.writingCalls, scratch: folder)
      guard ended.status == scenario.finalStatus else {
        throw TortureError("\(scenario.name), undisturbed, ended with \(ended.status): \(ended.output)")
      }
      runs.append((ended, try Remains(of: "\(folder)/project")))
    }
    let differences = runs[1].1.differences(from: runs[0].1)
    guard differences.sentences.isEmpty else {
      throw TortureError("two undisturbed runs of \(scenario.name) differ: \(differences.sentences.joined(separator: "; "))")
    }
    calm = runs[0].1
    // The first was not slowed by counting.
    run = Ended(status: runs[1].0.status, wall: runs[0].0.wall, calls: runs[1].0.calls, struck: nil, output: runs[1].0.output)
  }

  private init(_ scenario: Scenario, _ calm: Remains, _ run: Ended, _ injector: Injector) {
    (self.scenario, self.calm, self.run, self.injector) = (scenario, calm, run, injector)
  }

  func trial(_ scratch: String, folder: String? = nil, sweep: String = "", label: String) throws -> Trial {
    try Trial(scenario, calm: calm, injector: injector, scratch: scratch, folder: folder, sweep: sweep, label: label)
  }

  /// How many of the calls are of a kind: `fsync` and `fdatasync` end a commit.
  func count(of names: Set<String>) -> Int { run.calls.filter { names.contains($0.name) }.count }

  /// The state in which a run that was killed half-way begins again.
  func interrupted(scratch: String) throws -> Ground {
    let middle = run.calls.count / 2
    var trial = try trial("\(scratch)/half", sweep: "", label: "")
    let ended = try trial.strike(.killAt(middle, after: .zero))
    guard ended.status == 137 else { throw TortureError("\(scenario.name) was not killed at call \(middle)") }
    let base = "\(scratch)/half-base"
    if FileManager.default.fileExists(atPath: base) { try FileManager.default.removeItem(atPath: base) }
    try FileManager.default.moveItem(atPath: trial.folder, toPath: base)
    let half = Scenario(
      name: "\(scenario.name), half done", base: base, start: scenario.start, resume: scenario.resume, run: scenario.run,
      finalState: scenario.finalState, finalStatus: scenario.finalStatus, effects: scenario.effects, once: scenario.once)
    let copy = try Trial(half, calm: calm, injector: injector, scratch: "\(scratch)/calm", sweep: "", label: "")
    var counted = copy
    let recovery = try counted.strike(.none)
    return Ground(half, calm, recovery, injector)
  }
}
