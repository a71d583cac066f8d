import Foundation

/// A thousand tasks, and a hundred thousand: what the engine costs beside the work itself.
struct ManyTasksExperiment {
  let bench: Workbench
  private static let count = 1000
  private static let layers = 10

  func rows() throws -> [Row] { try withoutWork() + besideDoit() + spawning() + manyMore() }

  /// Tasks that do nothing, in layers of which each needs the one before; each completion is durable before what needs it begins.
  private func withoutWork() throws -> [Row] {
    let meter = bench.meter
    let root = try Root(at: "\(meter.scratch)/no-work", project: bench.project)
    try root.add(job: "idle", idle(layers: Self.layers, values: Self.count / Self.layers))
    let database = "\(meter.scratch)/thousand.sqlite"
    let all = try bench.inTurns(
      rounds: bench.rounds * 2,
      [
        { try meter.run([bench.jobs, "run", "idle", "--quiet", "--root", root.path]) },
        { try meter.run([meter.program("commits-in-c"), database, "\(Self.count)"]) },
      ])
    return [
      Row("1,000 tasks without work", all[0].wallSeconds, beside: ("C: 1,000 durable commits", all[1].wallSeconds), limit: 0.15),
      Row("1,000 tasks without work, CPU", all[0].cpuSeconds, beside: ("C: 1,000 durable commits", all[1].cpuSeconds)),
    ]
  }

  private func idle(layers: Int, values: Int) -> String {
    let names = (0..<values).map { "n\($0)" }.joined(separator: ", ")
    let steps = (0..<layers).map { layer in
      "  l\(layer):\n    uses: nothing\n" + (layer > 0 ? "    needs: [l\(layer - 1)]\n" : "") + "    each: { n: [\(names)] }\n"
    }
    return "job: idle\nsteps:\n\(steps.joined())"
  }

  /// The same graph in doit, which saves what it has done once, at its end.
  private func besideDoit() throws -> [Row] {
    let meter = bench.meter
    guard let doit = ["/usr/bin/doit", "/usr/local/bin/doit"].first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      print("  left out: the same graph in doit, which is not installed (python3-doit)")
      return []
    }
    let folder = try bench.folder("doit")
    try """
    def task_all():
        for layer in range(\(Self.layers)):
            for n in range(\(Self.count / Self.layers)):
                before = ["all:%d-%d" % (layer - 1, n)] if layer else []
                yield {"name": "%d-%d" % (layer, n), "actions": [lambda: True], "task_dep": before}
    """.write(toFile: "\(folder)/dodo.py", atomically: true, encoding: .utf8)
    let root = "\(meter.scratch)/no-work"
    let all = try bench.inTurns([
      { try meter.run([bench.jobs, "run", "idle", "--quiet", "--root", root]) },
      { try meter.run([doit, "-f", "\(folder)/dodo.py"], in: folder) },
    ])
    return [Row("1,000 tasks without work, beside doit", all[0].wallSeconds, beside: ("doit, not durable", all[1].wallSeconds))]
  }

  private func spawning() throws -> [Row] {
    guard let make = ["/usr/bin/make", "/bin/make"].first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      print("  left out: 1,000 programs beside make, which is not installed")
      return []
    }
    let (meter, indices) = (bench.meter, 0..<Self.count)
    let root = try Root(at: "\(meter.scratch)/spawning", project: bench.project)
    let steps = indices.map { "  s\($0):\n    uses: shell\n    with: { run: [/bin/true] }\n" }
    try root.add(job: "spawn", "job: spawn\nsteps:\n\(steps.joined())")
    let values = indices.map { "n\($0)" }.joined(separator: ", ")
    try root.add(job: "fan", "job: fan\nsteps:\n  s:\n    uses: shell\n    each: { n: [\(values)] }\n    with: { run: [/bin/true] }\n")
    // A shell is avoided by make itself for so simple a command.
    let targets = indices.map { "t\($0)" }.joined(separator: " ")
    try "all: \(targets)\n\(targets):\n\t@/bin/true\n".write(toFile: "\(root.path)/Makefile", atomically: true, encoding: .utf8)
    // The same work as ours: what each program says is kept, in a file of its own.
    try FileManager.default.createDirectory(atPath: "\(root.path)/said", withIntermediateDirectories: true)
    try "all: \(targets)\n\(targets):\n\t@/bin/true > said/$@ 2>&1\n".write(
      toFile: "\(root.path)/Keeping", atomically: true, encoding: .utf8)
    let all = try bench.inTurns(
      rounds: bench.rounds * 2,
      [
        { try meter.run([bench.jobs, "run", "fan", "--quiet", "--root", root.path]) },
        { try meter.run([bench.jobs, "run", "spawn", "--quiet", "--root", root.path]) },
        { try meter.run([make, "-s", "-j2", "-f", "\(root.path)/Makefile"]) },
        { try meter.run([make, "-s", "-j2", "-O", "-f", "\(root.path)/Makefile"]) },
        { try meter.run([make, "-s", "-j2", "-C", root.path, "-f", "Keeping"]) },
      ])
    return [
      Row("1,000 tasks that run /bin/true, output kept", all[0].wallSeconds, beside: ("make -j2, output kept", all[4].wallSeconds)),
      Row("1,000 tasks that run /bin/true, beside output in order", all[0].wallSeconds, beside: ("make -j2 -O", all[3].wallSeconds)),
      Row("1,000 tasks that run /bin/true, beside no output kept", all[0].wallSeconds, beside: ("make -j2", all[2].wallSeconds)),
      Row("1,000 tasks that run /bin/true, CPU", all[0].cpuSeconds, beside: ("make -j2", all[2].cpuSeconds)),
      Row("1,000 steps that run /bin/true", all[1].wallSeconds, beside: ("make -j2", all[2].wallSeconds)),
    ]
  }

  /// Whether ten times the tasks cost ten times as much.
  private func manyMore() throws -> [Row] {
    guard !bench.isQuick else { return [] }
    let meter = bench.meter
    let roots = try [100, 1000].map { layers in
      let root = try Root(at: "\(meter.scratch)/layers-\(layers)", project: bench.project)
      try root.add(job: "idle", wide(layers: layers))
      return root
    }
    let all = try bench.inTurns(
      rounds: 2, roots.map { root in { try meter.run([bench.jobs, "run", "idle", "--quiet", "--root", root.path]) } })
    return [
      Row("100,000 tasks without work", all[1].wallSeconds, beside: ("10,000 tasks", all[0].wallSeconds)),
      Row("100,000 tasks without work, CPU", all[1].cpuSeconds, beside: ("10,000 tasks", all[0].cpuSeconds)),
      Row("100,000 tasks without work, peak memory", all[1].peakMegabytes, beside: ("10,000 tasks", all[0].peakMegabytes), limit: 400),
    ]
  }

  /// Layers of a hundred tasks, ten by ten.
  private func wide(layers: Int) -> String {
    let (a, b) = ((0..<10).map { "a\($0)" }.joined(separator: ", "), (0..<10).map { "b\($0)" }.joined(separator: ", "))
    let steps = (0..<layers).map { layer in
      "  l\(layer):\n    uses: nothing\n" + (layer >= 10 ? "    needs: [l\(layer - 10)]\n" : "") + "    each: { a: [\(a)], b: [\(b)] }\n"
    }
    return "job: idle\nsteps:\n\(steps.joined())"
  }
}
