import Foundation

/// One copy of a scenario, struck once or more, brought to its end, and compared with an undisturbed one.
struct Trial {
  let scenario: Scenario
  let calm: Remains
  let injector: Injector
  /// A folder of its own, emptied for each trial.
  let scratch: String
  /// Names the trial in what is found.
  let label: String
  private(set) var tally: Tally
  private var sentences: [String] = []
  /// How often a program had done its work when it was first seen to be recorded as done.
  private var effectsWhenDone: [String: Int] = [:]

  let folder: String
  private var database: String { "\(folder)/data/sandbox/jobs.sqlite" }

  /// - Parameter folder: where the project is put; nil for a folder below `scratch`. One that is there already is filled.
  init(
    _ scenario: Scenario, calm: Remains, injector: Injector, scratch: String, folder: String? = nil, sweep: String, label: String
  ) throws {
    (self.scenario, self.calm, self.injector, self.scratch, self.label) = (scenario, calm, injector, scratch, label)
    self.folder = folder ?? "\(scratch)/project"
    tally = Tally(sweep)
    tally.trials = 1
    let manager = FileManager.default
    if manager.fileExists(atPath: scratch) { try manager.removeItem(atPath: scratch) }
    try manager.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    if !manager.fileExists(atPath: self.folder) { try manager.createDirectory(atPath: self.folder, withIntermediateDirectories: true) }
    for name in try manager.contentsOfDirectory(atPath: scenario.base) {
      try manager.copyItem(atPath: "\(scenario.base)/\(name)", toPath: "\(self.folder)/\(name)")
    }
  }

  /// Starts or resumes the run, as somebody would who looks at the history, and strikes it.
  mutating func strike(_ blow: Blow, calls: String = Injector.writingCalls) throws -> Ended {
    let ended = try injector.run(try arguments(), in: folder, blow, calls: calls, scratch: scratch)
    // A run that was over before it could be struck is none that was struck.
    if ended.status == 137 || ended.struck != nil { tally.strikes += 1 }
    return ended
  }

  /// What must hold at every moment: readers see whole reports, the database is sound, and what is done is done.
  mutating func inspect(after what: String) throws {
    let journal = try copiedJournal()
    if journal.integrity != "ok" { violate(\.damaged, "\(what): \(journal.integrity)") }
    let before = Remains.files(below: scenario.base)
    for (path, data) in Remains.files(below: folder) where data != before[path] && data != calm.files[path] {
      // The overview of all reports is written for every state on the way; it must be whole.
      if path == "reports/sandbox/index.html", String(decoding: data, as: UTF8.self).contains("</html>") { continue }
      violate(\.tornFiles, "\(what): \(path) is neither the old nor the new one")
    }
    for path in Set(before.keys).subtracting(Remains.files(below: folder).keys) where path.hasSuffix(".html") && calm.files[path] == nil {
      // What is forgotten is forgotten whole.
      let report = path.split(separator: "/").prefix(4).joined(separator: "/")
      if FileManager.default.fileExists(atPath: "\(folder)/\(report)") { violate(\.tornFiles, "\(what): \(report) is half deleted") }
    }
    for path in Remains.paths(below: folder) where path.contains("/raw/") && path.hasSuffix(".gz") {
      if let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")[.size] as? Int, size < 20 {
        violate(\.tornFiles, "\(what): \(path) has \(size) bytes")
      }
    }
    checkEffects(journal, what)
  }

  /// Goes on until the run has ended as it must, and compares.
  mutating func finish() throws -> Tally {
    let started = ContinuousClock.now
    var tries = 0
    while try !isDone, tries < 3 {
      let last = try injector.run(try arguments(), in: folder, .none, calls: "none", scratch: scratch)
      tries += 1
      if last.status != scenario.finalStatus, try !isDone {
        violate(\.wrongStatus, "the recovery ended with \(last.status): \(last.output.suffix(300))")
        break
      }
    }
    if tries > 0 { tally.recoveries.append(ContinuousClock.now - started) }
    try compare()
    if !sentences.isEmpty { tally.violations = ["\(scenario.name), \(label): \(sentences.joined(separator: "; "))"] }
    return tally
  }

  private mutating func compare() throws {
    let journal = try Journal(database, of: scenario.run)
    if journal.integrity != "ok" { violate(\.damaged, "in the end: \(journal.integrity)") }
    if !journal.inDoubt.isEmpty { tally.inDoubt += 1 }
    if journal.state != scenario.finalState, journal.inDoubt.isEmpty {
      violate(\.stuckRuns, "in the end the run is \(journal.state ?? "nowhere")")
    }
    checkEffects(journal, "in the end")
    let counts = try effectCounts()
    tally.effectsAgain += counts.values.reduce(0) { $0 + $1 - 1 }
    for step in journal.done where step != "mail" && counts[step] == nil { violate(\.effectsRepeated, "\(step) succeeded and did nothing") }
    let differences = try Remains(of: folder).differences(from: calm, apartFromTheRun: !journal.inDoubt.isEmpty)
    tally.rowsLost += differences.rowsLost
    tally.rowsExtra += differences.rowsExtra
    tally.tornFiles += differences.files
    sentences += differences.sentences.prefix(6)
    for path in Remains.paths(below: folder) where Remains.isLeftover(path) { violate(\.leftovers, "\(path) was left") }
  }

  /// What is recorded as done is not done again, and what must happen once does not happen twice. A program that had ended when its run was
  /// killed, before that could be recorded, may be started again.
  private mutating func checkEffects(_ journal: Journal, _ what: String) {
    guard let counts = try? effectCounts() else { return }  // the file is there or not; no line, no effect
    for (step, count) in counts where count > 1 && scenario.once.contains(step) {
      violate(\.effectsRepeated, "\(what): \(step), which must happen once, happened \(count) times")
    }
    for step in journal.done {
      let (count, before) = (counts[step] ?? 0, effectsWhenDone[step])
      effectsWhenDone[step] = before ?? count
      if let before, before != count { violate(\.effectsRepeated, "\(what): \(step) was done again after it had succeeded") }
    }
  }

  /// How often each shell step has done its work.
  private func effectCounts() throws -> [String: Int] {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(scenario.effects)") else { return [:] }
    // The job of version 0.1.0 wrote the number of the attempt only.
    let steps = String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
      line.contains(" ") ? String(line.prefix { $0 != " " }) : "mail"
    }
    return Dictionary(steps.map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// Whether the run has come to its end: as it should, or with a step that must not happen twice and of which nobody can tell whether it
  /// happened: then the run says so, and a person has to look.
  var isDone: Bool {
    get throws {
      let journal = try copiedJournal()
      return journal.state == scenario.finalState || (journal.state == "partial" && !journal.inDoubt.isEmpty)
    }
  }

  private func state() throws -> String? { try copiedJournal().state }

  private func arguments() throws -> [String] { try state() == nil ? scenario.start : scenario.resume }

  /// Reads a copy: opening a database after a crash changes it.
  private func copiedJournal() throws -> Journal {
    let copy = "\(scratch)/copy.sqlite"
    for suffix in ["", "-wal"] {
      // Missing is one of the states that are looked at.
      try? FileManager.default.removeItem(atPath: copy + suffix)
      try? FileManager.default.copyItem(atPath: database + suffix, toPath: copy + suffix)
    }
    try? FileManager.default.removeItem(atPath: copy + "-shm")  // of the copy before, when there is one
    return try Journal(copy, of: scenario.run)
  }

  private mutating func violate(_ what: WritableKeyPath<Tally, Int>, _ sentence: String) {
    tally[keyPath: what] += 1
    sentences.append(sentence)
  }

  /// The run met what was in its way, though no call of it was struck.
  mutating func noteStrike() { tally.strikes += 1 }

  /// A violation that the caller has seen.
  mutating func report(_ what: WritableKeyPath<Tally, Int>, _ sentence: String) { violate(what, sentence) }
}
