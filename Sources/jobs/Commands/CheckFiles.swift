import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Running
import Scheduling
import Steps
import Storage

struct CheckFiles: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Finds every mistake in Jobs/ and crontab, all at once.",
    discussion: """
      EXAMPLES
        jobs check                       everything
        jobs check Jobs/nightly.yaml     one file (and the configuration it refers to)
        jobs explain E104                what a code means, and what to do

      Exit status 78 when there is an error; warnings alone are 0.
      """)

  @Argument(
    help: "Files to check; all of Jobs/, Jobs/config/, Jobs/strategies/, Jobs/imports/ and crontab when none is given.", completion: .file()
  )
  var files: [String] = []

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let workspace = try place.workspace()
    let files = try files.map { try Self.path(of: $0, in: workspace) }
    let (configuration, found) = try workspace.configuration()
    var diagnostics = await Self.withoutListed(found, in: workspace)
    let loader = JobLoader(configuration: configuration, operations: Operations.all)
    let (jobs, now) = (try chosenJobs(files, workspace), SystemTime().now().floored(to: .minutes(1)))
    // Whether an alert is looked at depends on every job, also on those that are not asked about.
    let read = try chosenJobs([], workspace).map { (path: $0, read: loader.load($0, from: workspace.files, at: now)) }
    for job in read where jobs.contains(job.path) { diagnostics += job.read.diagnostics }
    let whole = read.compactMap(\.read.job)
    // A job with a mistake may be the one that looks at it.
    if whole.count == read.count { diagnostics += configuration.unwatchedAlerts(by: whole, operation: Operations.alerts.name) }
    for path in try Self.mappings(workspace) { diagnostics += ImportMappingReader.read(path, from: workspace.files).diagnostics }
    var cron: [CrontabDefect] = []
    if files.isEmpty || files.contains("crontab") { (cron, diagnostics) = try crontabDefects(workspace, diagnostics) }
    diagnostics += [MirrorDesk(workspace: workspace, configuration: configuration).lackDiagnostic].compactMap(\.self)
    if !files.isEmpty { diagnostics.removeAll { $0.file.map { !files.contains($0) } ?? false } }

    let hasErrors = diagnostics.hasErrors || cron.contains { $0.severity == .error }
    if json {
      try Output.json(CheckDocument(ok: !hasErrors, diagnostics: diagnostics, crontab: cron.map(CheckDocument.CronMistake.init)))
    } else {
      for diagnostic in diagnostics { Output.say(diagnostic.rendered(colour: Output.isColoured(STDERR_FILENO))) }
      for defect in cron { Output.say(Diagnostic(defect).rendered(colour: Output.isColoured(STDERR_FILENO))) }
      let errors = diagnostics.count { $0.severity == .error } + cron.count { $0.severity == .error }
      let warnings = diagnostics.count + cron.count - errors
      if hasErrors {
        Output.say("\(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
      } else {
        let what =
          files.isEmpty ? "\(jobs.count) job\(jobs.count == 1 ? "" : "s"), configuration and crontab" : files.joined(separator: ", ")
        try Output.print("ok: \(what)\(warnings > 0 ? ", \(warnings) warning\(warnings == 1 ? "" : "s")" : "")")
      }
    }
    if hasErrors { throw Ended(status: .configuration) }
  }

  /// Without the doubts about pairs that the exchange itself has listed meanwhile.
  private static func withoutListed(_ found: [Diagnostic], in workspace: Workspace) async -> [Diagnostic] {
    guard found.contains(where: { $0.code == .similarSymbol }) else { return found }
    // `try?`: where nothing is stored, or it cannot be read now, the doubt stays.
    let listed = try? await workspace.reading().read { try $0.instrumentNames() }
    return found.filter { $0.code != .similarSymbol || $0.place.map { !(listed ?? []).contains($0.marked) } ?? true }
  }

  /// A file as the project names it: `Jobs/nightly.yaml`, however it was written.
  private static func path(of file: String, in workspace: Workspace) throws -> String {
    let whole = URL(fileURLWithPath: file, relativeTo: URL(fileURLWithPath: workspace.root + "/")).standardizedFileURL.path
    let path = workspace.shown(whole)
    guard FileManager.default.fileExists(atPath: whole) else {
      throw Failure(.usage, "there is no file \(file) below \(workspace.root)")
    }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    guard path == "crontab" || (path.hasSuffix(".yaml") && ["Jobs", "Jobs/config", "Jobs/imports", StrategyFolder.path].contains(folder))
    else {
      throw Failure(
        .usage,
        "\(file) is neither a job in Jobs/, nor configuration in Jobs/config/, nor a strategy in Jobs/strategies/, nor a mapping in Jobs/imports/, nor crontab; there is nothing to check"
      )
    }
    return path
  }

  /// The mappings of imports, relative to the root.
  private static func mappings(_ workspace: Workspace) throws -> [String] {
    try workspace.files.list("Jobs/imports").filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted().map { "Jobs/imports/\($0)" }
  }

  /// The job files to read, relative to the root.
  private func chosenJobs(_ files: [String], _ workspace: Workspace) throws -> [String] {
    let all = try workspace.jobNames().map { "Jobs/\($0).yaml" }
    return files.isEmpty ? all : all.filter { files.contains($0) }
  }

  /// Lines that cannot be read, and lines that start a job that does not exist. A crontab that is no text is a mistake like others.
  private func crontabDefects(_ workspace: Workspace, _ found: [Diagnostic]) throws -> ([CrontabDefect], [Diagnostic]) {
    if let data = FileManager.default.contents(atPath: "\(workspace.root)/crontab"), String(data: data, encoding: .utf8) == nil {
      let place = Diagnostic.Place(file: "crontab", line: 1, column: 1, length: 1, excerpt: "")
      return ([], found + [Diagnostic(.forbiddenCharacter, at: place, "the file is not UTF-8", notes: ["save the file as UTF-8"])])
    }
    let (crontab, defects) = try workspace.crontab()
    let names = try workspace.jobNames()
    let lost = crontab.entries.compactMap { entry -> CrontabDefect? in
      guard let job = entry.job, !names.contains(job) else { return nil }
      return CrontabDefect.unknownJob(job, at: entry, known: names)
    }
    return (defects + lost, found)
  }
}

private struct CheckDocument: Encodable {
  let schema = "jobs.check/1"
  let ok: Bool
  let diagnostics: [Diagnostic]
  let crontab: [CronMistake]

  struct CronMistake: Encodable {
    let code: String
    let line: Int
    let column: Int
    let message: String
    let severity: String

    init(_ defect: CrontabDefect) {
      code = DiagnosticCode(defect).rawValue
      (line, column, message) = (defect.line, defect.column, defect.sentence)
      severity = defect.severity == .error ? "error" : "warning"
    }
  }
}
