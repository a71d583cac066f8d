import Foundation

/// Measures what is promised, beside plain baselines, and writes Benchmarks/results.md: `bench --jobs BINARY [--project DIR] [--rounds N]
/// [--quick] [NAME...]`
@main
struct Bench {
  static func main() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    func option(_ name: String) -> String? {
      guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
      defer { arguments.removeSubrange(index...(index + 1)) }
      return arguments[index + 1]
    }
    let manager = FileManager.default
    let project = URL(fileURLWithPath: option("--project") ?? ".").standardizedFileURL.path
    let jobs = option("--jobs") ?? "\(project)/.build/release/jobs"
    let rounds = option("--rounds").flatMap { Int($0) } ?? 5
    let isQuick = arguments.contains("--quick")
    arguments.removeAll { $0 == "--quick" }
    guard manager.isExecutableFile(atPath: jobs) else { throw BenchmarkError("\(jobs) is not there; build the release first") }
    let scratch = manager.temporaryDirectory.appending(path: "jobs-bench-\(getpid())").path
    try manager.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? manager.removeItem(atPath: scratch) }  // rubbish in a folder for rubbish
    let programs = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().standardizedFileURL.path
    let bench = Workbench(
      project: project, jobs: URL(fileURLWithPath: jobs).standardizedFileURL.path, meter: Meter(programs: programs, scratch: scratch),
      rounds: rounds, isQuick: isQuick)
    try measure(bench, only: Set(arguments))
  }

  private static func measure(_ bench: Workbench, only names: Set<String>) throws {
    let experiments: [(name: String, rows: () throws -> [Row])] = [
      ("start", StartExperiment(bench: bench).rows), ("cron", CronExperiment(bench: bench).rows),
      ("candles", CandlesExperiment(bench: bench).rows), ("millions", CandlesExperiment(bench: bench).millions),
      ("analyses", AnalysesExperiment(bench: bench).rows),
      ("tasks", ManyTasksExperiment(bench: bench).rows),
      ("history", HistoryExperiment(bench: bench).rows), ("night", NightExperiment(bench: bench).rows),
    ]
    let stamp = Machine.stamp
    var results = Results(path: "\(bench.project)/Benchmarks/results.md")
    for experiment in experiments where names.isEmpty || names.contains(experiment.name) {
      print(experiment.name)
      results.add(try experiment.rows())
    }
    // A part is for looking at; the page keeps whole measurements.
    if names.isEmpty, !bench.isQuick { try results.write(stamp: stamp) }
    for name in results.missed { print("missed: \(name)") }
  }
}

/// What was measured on.
enum Machine {
  static var stamp: String {
    let information = ProcessInfo.processInfo
    let model = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))  // elsewhere the name is left out
      .flatMap { $0.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let memory = information.physicalMemory / (1 << 30)
    return "\(Date.now.formatted(.iso8601)) on \(information.activeProcessorCount) cores of \(model ?? "an unknown processor"), "
      + "\(memory) GB, \(information.operatingSystemVersionString); load before: \(load)"
  }

  private static var load: String {
    // Elsewhere it is not known.
    (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").prefix(1).joined() ?? "?"
  }
}
