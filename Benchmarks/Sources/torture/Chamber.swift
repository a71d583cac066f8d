import Foundation

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
    let errands = try maker.errands()
    let grounds = try [errands.create, errands.restore, errands.prune].map { try ErrandGround($0, injector: injector, scratch: scratch) }
    for ground in grounds { say("\(ground.errand.name): \(ground.calls.count) calls that change files") }
    let safe = ErrandSweeps(lanes: lanes, seed: seed, isQuick: isQuick)
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
    for (name, ground) in zip(["backup", "restore", "prune"], grounds) {
      sweeps += [(name, { safe.eachCall(ground) }), (name, { safe.space(ground) })]
    }
    sweeps += [("flips", { safe.flips(errands.create, injector: injector, trials: isQuick ? 100 : 1000) })]
    if Disk.isAllowed {
      sweeps += [
        ("disk", { try disks.tooSmall(night) }), ("disk", { try disks.tooFewFiles(night) }), ("disk", { disks.readOnly(night) }),
        ("power", { try disks.powerCutOnALyingDisk(night) }), ("power", { try disks.powerCut(night) }),
      ]
    } else {
      say("left out: disks that are too small and power cuts; only root may mount what they need")
    }
    if let unknown = names.subtracting(sweeps.map(\.name)).min() {
      var known: [String] = []
      for sweep in sweeps where !known.contains(sweep.name) { known.append(sweep.name) }
      throw TortureError("no sweep is called `\(unknown)`; they are \(known.joined(separator: ", "))")
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
