import ArgumentParser
import Foundation
import JobFiles
import JobGraph
import Running
import Scheduling
import Steps
import Storage

/// Where the command works: the options that every command has.
struct PlaceOptions: ParsableArguments {
  @Option(help: "The project's folder, when it is not the current one (or JOBS_ROOT).", completion: .directory)
  var root: String?

  @Flag(help: "Work on the sandbox's data and reports: data/sandbox, reports/sandbox (or JOBS_SANDBOX=1).")
  var sandbox = false

  @OptionGroup var messages: MessageOptions

  /// - Throws: ``Failure`` when there is no such folder.
  func workspace() throws -> Workspace { try Workspace.found(root: root, isSandbox: sandbox) }
}

extension Workspace {
  /// - Parameter root: as `--root` gives it; nil: JOBS_ROOT, or the current folder.
  /// - Throws: ``Failure`` when there is no such folder.
  static func found(root: String?, isSandbox: Bool) throws -> Workspace {
    let environment = ProcessInfo.processInfo.environment
    let given = root ?? environment["JOBS_ROOT"].flatMap { $0.isEmpty ? nil : $0 }
    let folder = URL(fileURLWithPath: given ?? FileManager.default.currentDirectoryPath).standardizedFileURL.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw Failure(.usage, "\(folder) is no folder; name the project's folder with --root")
    }
    return Workspace(root: folder, isSandbox: isSandbox || environment["JOBS_SANDBOX"] == "1")
  }
}

/// The folders of a project.
struct Workspace: Sendable {
  let root: String
  let isSandbox: Bool

  var data: String { isSandbox ? "\(root)/data/sandbox" : "\(root)/data" }
  var reports: String { isSandbox ? "\(root)/reports/sandbox" : "\(root)/reports" }
  var database: String { "\(data)/jobs.sqlite" }
  var lockFile: String { "\(data)/run.lock" }
  var rawStore: RawStore { RawStore(folder: "\(data)/raw") }
  var sandboxLedger: String { "\(data)/requests.jsonl" }
  var secrets: String { "\(root)/data/secrets" }

  /// The options that a command to be typed next needs, where it is typed here: ` --sandbox`, ` --root DIR`; empty for none.
  var optionsToType: String {
    let environment = ProcessInfo.processInfo.environment
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL.path
    let isRootKnown = root == here || environment["JOBS_ROOT"]?.isEmpty == false
    let isPlain = root.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x2B && $0 <= 0x39) || $0 == 0x5F }
    let shown = isPlain ? root : "'\(root.replacing("'", with: "'\\''"))'"
    return (isSandbox && environment["JOBS_SANDBOX"] != "1" ? " --sandbox" : "") + (isRootKnown ? "" : " --root \(shown)")
  }

  /// A path as people know it: below the root.
  func shown(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }

  var files: FileSource { FileSource.directory(URL(fileURLWithPath: root)) }

  /// The project's files, and one that lies elsewhere under its whole path.
  func files(also path: String) -> FileSource {
    let project = files
    return FileSource(
      read: { try $0 == path ? [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) : project.read($0) }, list: project.list)
  }

  /// The names of the jobs in Jobs/, sorted.
  func jobNames() throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/Jobs")
    } catch {
      throw Failure(.configuration, "\(root) has no folder Jobs; run this in the project's folder, or name it with --root")
    }
    return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Everything under Jobs/config and Jobs/strategies, and the mistakes in it.
  func configuration() throws -> (Configuration, [Diagnostic]) {
    _ = try jobNames()
    var (configuration, diagnostics) = Configuration.load(from: files)
    let (strategies, mistakes) = StrategyFolder.load(from: files)
    configuration.strategies = strategies
    return (configuration, diagnostics + mistakes)
  }

  /// A job and the configuration it refers to.
  /// - Parameter logicalDate: of the run that is meant; now when none is.
  /// - Throws: ``Diagnostics`` for any mistake, all at once; ``Failure`` when there is no such job.
  func job(_ name: String, at logicalDate: Instant? = nil, overrides: [String] = []) throws -> (Job, Configuration) {
    let names = try jobNames()
    guard names.contains(name) else {
      let nearest = NearestName.find(name, in: names).map { "; a job with a similar name exists: `\($0)`" } ?? ""
      let list = (names.isEmpty ? "Jobs/ has none" : "the jobs are: \(names.joined(separator: ", "))") + nearest
      throw Failure(.usage, "no job is called `\(name)`; \(list)")
    }
    let pairs = try overrides.map { text -> (key: String, text: String) in
      guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw Failure(.usage, "--set takes NAME=VALUE; `\(text)` has no name or no `=`")
      }
      return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
    let (configuration, found) = try configuration()
    let loader = JobLoader(configuration: configuration, operations: Operations.all)
    let (job, mistakes) = loader.load(
      "Jobs/\(name).yaml", from: files, at: logicalDate ?? SystemTime().now().floored(to: .minutes(1)), overrides: pairs)
    let diagnostics = found + mistakes
    guard let job, !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    for warning in diagnostics { Output.say(warning.line) }
    return (job, configuration)
  }

  /// The crontab, and the mistakes in it; an absent file is an empty one.
  func crontab() throws -> (Crontab, [CrontabDefect]) {
    guard let data = FileManager.default.contents(atPath: "\(root)/crontab") else { return Crontab.parse("") }
    guard let text = String(data: data, encoding: .utf8) else { throw Failure(.configuration, "crontab is not UTF-8") }
    return Crontab.parse(text)
  }

  /// Opens the warehouse for reading.
  func reading() throws -> Warehouse {
    do {
      // A restore that was killed in its last step is completed by whoever comes first and is alone.
      if RestoreMark.exists(at: database) {
        try RestoreMark.complete(at: database, lock: try RunLock(at: lockFile, purpose: "backup restore"))
      }
      return try Warehouse(reading: database)
    } catch WarehouseError.missing(let path) {
      let hint = isSandbox ? " --sandbox" : ""
      throw Failure(.badData, "\(shown(path)): nothing is stored yet; `jobs run nightly\(hint)` makes it")
    }
  }

  /// Opens the warehouse for writing; says so when its schema was brought up to date.
  /// - Throws: ``WarehouseError``, ``FileError``.
  func writing(lock: borrowing RunLock) throws -> Warehouse {
    let warehouse = try Warehouse(writingTo: database, lock: lock)
    if let change = warehouse.schemaChange, let before = change.before {
      let snapshot = change.snapshot.map { "; as it was it lies in \(shown($0))" } ?? ""
      Output.say("note: the schema of \(shown(database)) was brought from `\(before)` to `\(change.applied.last ?? before)`\(snapshot)")
    }
    return warehouse
  }

  /// Where reports of a job lie.
  func reportPlace() throws -> ReportPlace {
    let (crontab, _) = try crontab()
    return ReportPlace(root: reports) { job, logicalDate in
      guard let schedule = crontab.schedule(of: job) else { return logicalDate != logicalDate.utcDay.midnight }
      // More than one start on that UTC day needs the time in the name.
      let end = logicalDate.utcDay.adding(days: 1).midnight - .milliseconds(1)
      return schedule.missed(after: logicalDate.utcDay.midnight - .milliseconds(1), through: end, limit: 2).count > 1
    }
  }
}
