import Foundation

/// Strikes runs in every way that a machine can, and shows that nothing is lost: `torture --jobs BINARY [--project DIR] [--seed N]
/// [--lanes N] [--quick] [NAME...]`
///
/// Ends with 1 when anything was lost, doubled, torn, repeated or left behind, or when a run lied about its end.
@main
struct Torture {
  static func main() {
    do {
      try run()
    } catch {
      say("error: \(error)")
      exit(71)
    }
  }

  private static func run() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    func option(_ name: String) -> String? {
      guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
      defer { arguments.removeSubrange(index...(index + 1)) }
      return arguments[index + 1]
    }
    let manager = FileManager.default
    let project = URL(fileURLWithPath: option("--project") ?? ".").standardizedFileURL.path
    let jobs = URL(fileURLWithPath: option("--jobs") ?? "\(project)/.build/release/jobs").standardizedFileURL.path
    let seed = option("--seed").flatMap { UInt64($0) } ?? UInt64.random(in: 0...99_999)
    let lanes = option("--lanes").flatMap { Int($0) } ?? ProcessInfo.processInfo.activeProcessorCount
    let isQuick = arguments.contains("--quick")
    arguments.removeAll { $0 == "--quick" }
    guard manager.isExecutableFile(atPath: jobs) else { throw TortureError("\(jobs) is not there; build it first") }
    let scratch = manager.temporaryDirectory.appending(path: "jobs-torture-\(getpid())").standardizedFileURL.path
    try manager.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? manager.removeItem(atPath: scratch) }  // rubbish in a folder for rubbish
    let programs = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().standardizedFileURL.path
    say("seed \(seed); \(lanes) at a time; \(Machine.description)")
    let chamber = Chamber(
      project: project, scratch: scratch, injector: Injector(programs: programs, jobs: jobs), lanes: Lanes(count: lanes, scratch: scratch),
      seed: seed, isQuick: isQuick)
    let tallies = try chamber.run(only: Set(arguments))
    say("\n\(Tally.table(tallies))\n")
    let violations = tallies.flatMap(\.violations)
    say(violations.isEmpty ? "nothing was lost, doubled, torn, repeated or left behind" : "\(violations.count) VIOLATIONS")
    let again = tallies.reduce(0) { $0 + $1.effectsAgain }
    let inDoubt = tallies.reduce(0) { $0 + $1.inDoubt }
    say("steps without `once`: \(again) had done their work when their run died before it could record so, and were started again")
    say("steps with `once`: \(inDoubt) were under way when their run died; none was started again, and the run said so")
    if !violations.isEmpty {
      try? manager.removeItem(atPath: scratch)  // as above
      exit(1)
    }
  }
}

/// All sweeps.
struct Chamber {
  let project: String
  let scratch: String
  let injector: Injector
  let lanes: Lanes
  let seed: UInt64
  let isQuick: Bool

  func run(only names: Set<String>) throws -> [Tally] {
    let maker = ScenarioMaker(project: project, scratch: scratch, injector: injector)
    let night = try Ground(try maker.night(), injector: injector, scratch: scratch)
    let first = try Ground(try maker.first(), injector: injector, scratch: scratch)
    let upgrade = try Ground(try maker.upgrade(), injector: injector, scratch: scratch)
    for ground in [night, first, upgrade] { say(describe(ground)) }
    let kills = KillSweeps(lanes: lanes, seed: seed, isQuick: isQuick)
    let failures = FailureSweeps(lanes: lanes, isQuick: isQuick)
    let half = try night.interrupted(scratch: scratch)
    let disks = DiskSweeps(lanes: lanes, isQuick: isQuick)
    let durable = "fsync,fdatasync,syncfs"
    var sweeps: [(name: String, body: () throws -> Tally)] = [
      ("random", { kills.random(night, trials: isQuick ? 60 : 300) }),
      ("calls", { kills.eachCall(night) }),
      ("first", { kills.eachCall(first) }),
      ("upgrade", { kills.eachCall(upgrade) }),
      ("recovery", { kills.eachCallOfRecovery(half) }),
      ("space", { failures.each(night, "ENOSPC", lasting: false) }),
      ("space", { failures.each(night, "ENOSPC", lasting: true) }),
      ("space", { failures.each(first, "ENOSPC", lasting: true) }),
      ("input", { failures.each(night, "EIO", lasting: false, calls: durable) }),
      ("input", { failures.each(night, "EIO", lasting: true) }),
      ("rights", { failures.each(night, "EROFS", lasting: true, calls: "create,mkdir,rename,unlink") }),
      ("rights", { failures.each(night, "EACCES", lasting: true, calls: "create,mkdir,rename,unlink") }),
    ]
    if Disk.isAllowed {
      sweeps += [
        ("disk", { try disks.tooSmall(night) }), ("disk", { try disks.tooFewFiles(night) }), ("disk", { disks.readOnly(night) }),
        ("power", { try disks.powerCutOnALyingDisk(night) }), ("power", { try disks.powerCut(night) }),
      ]
    } else {
      say("left out: disks that are too small and power cuts; only root may mount what they need")
    }
    return try sweeps.filter { names.isEmpty || names.contains($0.name) }.map { try $0.body() }
  }

  private func describe(_ ground: Ground) -> String {
    let calls = Dictionary(grouping: ground.run.calls, by: \.name).mapValues(\.count).sorted { $0.key < $1.key }
    let name = ground.scenario.name
    return "\(name): \(Int(ground.run.wall.milliseconds)) ms undisturbed, \(ground.run.calls.count) calls that change files: "
      + calls.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }
}

/// What it runs on.
enum Machine {
  static var description: String {
    let model = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))  // elsewhere the name is left out
      .flatMap { $0.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let information = ProcessInfo.processInfo
    return "\(information.activeProcessorCount) cores of \(model ?? "an unknown processor"), \(information.operatingSystemVersionString)"
  }
}
