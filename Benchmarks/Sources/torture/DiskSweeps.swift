import Foundation

/// A disk that is really too small, has no files left, or can only be read; and a machine that loses its power.
struct DiskSweeps {
  let lanes: Lanes
  let isQuick: Bool

  /// A file system in memory with a little more space each time, from none to enough; then it is made larger.
  func tooSmall(_ ground: Ground) throws -> Tally {
    let (size, step) = (try Disk.size(of: ground.scenario.base).kilobytes, isQuick ? 128 : 16)
    return lanes.run("a disk too small: \(ground.scenario.name)", 2560 / step) { index, scratch in
      try trial(ground, scratch, "size=\(size + 32 + index * step)k", label: "\(index * step) KB free", enlarged: "size=64m")
    }
  }

  /// The same with files instead of bytes.
  func tooFewFiles(_ ground: Ground) throws -> Tally {
    let (files, step) = (try Disk.size(of: ground.scenario.base).files, isQuick ? 10 : 1)
    return lanes.run("a disk with too few files: \(ground.scenario.name)", 90 / step) { index, scratch in
      try trial(
        ground, scratch, "size=64m,nr_inodes=\(files + 2 + index * step)", label: "\(index * step) files free",
        enlarged: "size=64m,nr_inodes=100000")
    }
  }

  /// Mounted read-only from the start.
  func readOnly(_ ground: Ground) -> Tally {
    lanes.run("a read-only disk: \(ground.scenario.name)", 1) { _, scratch in
      try trial(ground, scratch, "size=64m", label: "read-only", before: "ro", enlarged: "rw")
    }
  }

  private func trial(
    _ ground: Ground, _ scratch: String, _ options: String, label: String, before: String? = nil, enlarged: String
  ) throws -> Tally {
    // Beside the scratch of the trial, which is emptied.
    let folder = "\(scratch)-disk"
    return try Disk.mounted(["-t", "tmpfs", "-o", "\(options),mode=0700", "none"], at: folder) {
      var trial = try ground.trial(scratch, folder: folder, label: label)
      if let before { try Disk.command("mount", "-o", "remount,\(before)", folder) }
      let ended = try trial.strike(.none)
      try trial.inspect(after: "on the full disk")
      if ended.status != ground.scenario.finalStatus {
        trial.noteStrike()
        let words = ["no space left", "ead-only", "cannot be read or written"]
        if ![74, 3].contains(ended.status) || !words.contains(where: ended.output.contains) {
          trial.report(\.wrongStatus, "ended with \(ended.status): \(ended.output.suffix(500))")
        }
      }
      try Disk.command("mount", "-o", "remount,\(enlarged)", folder)
      return try trial.finish()
    }
  }

  /// The power goes at a call: what an ext4 disk holds at that moment, without all that was only in memory, is put into a machine that starts.
  ///
  /// The file system writes nothing by itself for ten minutes (`commit=600`) and does not guess what a rename was meant for (`noauto_da_alloc`): what
  /// nobody synced is lost.
  func powerCut(_ ground: Ground) throws -> Tally {
    let (step, count) = (isQuick ? 9 : 1, ground.run.calls.count)
    return try powerCut(ground, "power cut", step: step, count: count, isLying: false)
  }

  /// Whether a power cut can be seen at all: on a disk that only says that it syncs, much must be lost. When nothing is, that is a violation.
  func powerCutOnALyingDisk(_ ground: Ground) throws -> Tally {
    let count = ground.run.calls.count
    let found = try powerCut(ground, "power cut, syncs swallowed", step: max(1, count / 20), count: count, isLying: true)
    var tally = Tally("(power cut, syncs swallowed)")
    tally.trials = found.trials
    say("  on a disk that lies, \(found.violations.count) of \(found.trials) power cuts cost something: they can be seen")
    if found.violations.isEmpty { tally.violations = ["a power cut without a single sync cost nothing, so these power cuts show nothing"] }
    return tally
  }

  private func powerCut(_ ground: Ground, _ name: String, step: Int, count: Int, isLying: Bool) throws -> Tally {
    let image = "\(lanes.scratch)/disk.ext4"
    try Disk.command("truncate", "-s", "24M", image)
    try Disk.command("mkfs.ext4", "-q", "-F", image)
    return lanes.run("\(name): \(ground.scenario.name)", count / step, isExpectedToFail: isLying) { index, scratch in
      let number = index * step + 1
      let (before, after, cut, folder) = ("\(scratch)-before.ext4", "\(scratch)-after.ext4", "\(scratch)-cut.sh", "\(scratch)-disk")
      try Disk.command("cp", "--sparse=always", image, before)
      try Data("#!/bin/sh\nexec cp --sparse=always '\(before)' '\(after)'\n".utf8).write(to: URL(fileURLWithPath: cut))
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: cut)
      let options = ["-o", "loop,commit=600,noauto_da_alloc"]
      var trial: Trial?
      let ended = try Disk.mounted(options + [before], at: folder) {
        trial = try ground.trial(scratch, folder: folder, label: "power cut at call \(number), \(ground.run.calls[number - 1])")
        try Disk.command("sync", "-f", folder)
        return try trial!.strike(.run(number, program: cut, isLying: isLying))
      }
      guard ended.struck != nil else { return trial!.tally }
      return try Disk.mounted(options + [after], at: folder) {
        try trial!.inspect(after: "power cut")
        return try trial!.finish()
      }
    }
  }
}
