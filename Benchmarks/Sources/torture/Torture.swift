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
    let stamp = "\(Date.now.formatted(.iso8601)), seed \(seed), \(lanes) at a time, on \(Machine.description)"
    say(stamp)
    let chamber = Chamber(
      project: project, scratch: scratch, injector: Injector(programs: programs, jobs: jobs), lanes: Lanes(count: lanes, scratch: scratch),
      seed: seed, isQuick: isQuick)
    let names = Set(arguments)
    let tallies = try chamber.run(only: names)
    let violations = tallies.flatMap(\.violations)
    let summary = Torture.summary(tallies)
    say("\n\(summary)")
    // A part is for looking at; the page keeps whole measurements.
    if names.isEmpty, !isQuick {
      let page = "# What `make torture` found last\n\n\(stamp)\n\n\(summary)\n\nThe words: [docs/reliability.md](../docs/reliability.md).\n"
      try Data(page.utf8).write(to: URL(fileURLWithPath: "\(project)/Benchmarks/torture.md"))
    }
    if !violations.isEmpty {
      try? manager.removeItem(atPath: scratch)  // as above
      exit(1)
    }
  }
}

extension Torture {
  /// The table, and what it comes to.
  fileprivate static func summary(_ tallies: [Tally]) -> String {
    let violations = tallies.reduce(0) { $0 + $1.violations.count }
    let again = tallies.reduce(0) { $0 + $1.effectsAgain }
    let inDoubt = tallies.reduce(0) { $0 + $1.inDoubt }
    return """
      \(Tally.table(tallies))

      \(violations == 0 ? "Nothing was lost, doubled, torn, repeated or left behind." : "\(violations) VIOLATIONS.")
      Steps without `once`: \(again) had done their work when their run died before it could record so, and were started again.
      Steps with `once`: \(inDoubt) were under way when their run died; none was started again, and the run said so.
      """
  }
}
