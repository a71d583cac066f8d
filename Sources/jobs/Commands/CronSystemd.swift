import ArgumentParser
import Foundation
import JobGraph
import Reporting
import Running
import Scheduling
import Storage

struct CronSystemd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "systemd", abstract: "Hands crontab to systemd.",
    discussion: """
      EXAMPLES
        jobs cron systemd                            prints a hardened service and a timer for each job
        jobs cron systemd --install                  shows what changes in systemd's units, installs them, and enables the timers
        jobs cron systemd --install --user           as units of your own; `loginctl enable-linger` keeps them running
        jobs cron systemd --install --daemon         one service that keeps `jobs cron run` running, instead of timers
        jobs cron systemd --output units             writes the files into a folder, without installing them
        jobs cron systemd --remove                   stops and deletes this project's units

      All timers are in UTC. Where the clocks of a zone change, a timer wakes at each time that a line may mean, and `jobs run` decides whether
      it is due: every start of the schedule happens once, also in the nights in which the clocks change. Installing twice changes nothing.
      """)

  @Flag(help: "Write the units, and enable them where systemd runs.")
  var install = false

  @Flag(help: "Stop and delete this project's units.")
  var remove = false

  @Flag(name: .customLong("dry-run"), help: "Show what would change, change nothing.")
  var dryRun = false

  @Flag(help: "Units of a user's own manager. They cannot be hardened as much.")
  var user = false

  @Flag(help: "Units of the system. The default.")
  var system = false

  @Flag(help: "A service for `jobs cron run` instead of timers.")
  var daemon = false

  @Option(help: "Write the units into this folder, and leave systemd alone.", completion: .directory)
  var output: String?

  @Option(
    name: .customLong("run-as"), help: "The account of the services. Default: the owner of the project's folder; `jobs` instead of root.")
  var account: String?

  @Option(help: "What the names of the units begin with; another project on this machine needs another one.")
  var prefix = "jobs"

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    if user, system { throw ValidationError("--user goes not with --system") }
    if user, account != nil { throw ValidationError("--run-as is for units of the system; a user's own units run as that user") }
    if install, remove { throw ValidationError("--install goes not with --remove") }
    if dryRun, !install, !remove, output == nil { throw ValidationError("--dry-run goes with --install, --remove or --output") }
    let isName =
      !prefix.isEmpty && prefix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) } && prefix.first != "-"
    if !isName { throw ValidationError("--prefix takes letters, digits, `-` and `_`") }
  }

  func run() throws {
    let workspace = try place.workspace()
    guard !workspace.isSandbox || !install || output != nil else {
      throw Failure(.usage, "the schedule is installed for the real data; write --sandbox into a line of crontab to schedule the sandbox")
    }
    let units = remove ? [] : try rendered(workspace)
    guard install || remove || output != nil else {
      return try Output.write(Array(units.map { "# --- \($0.name)\n\($0.text)" }.joined(separator: "\n").utf8))
    }
    let folder = try UnitFolder(folder(), root: workspace.root)
    let change = try folder.change(to: units)
    for name in change.foreign {
      throw Failure(
        .configuration, "\(folder.path)/\(name) is not of this project, so nothing was changed; --prefix gives these units another name")
    }
    guard !change.isEmpty else { return Output.say(remove ? "no unit of this project is installed" : "the units are up to date") }
    try Output.write(Array(change.text.utf8))
    guard !dryRun else { return Output.say("nothing was changed (--dry-run)") }
    let manager = SystemdManager(isOfUser: user, isUsed: output == nil)
    try manager.stop(change.removed.filter { $0.hasSuffix(".timer") || $0.hasSuffix("-daemon.service") })
    if !remove, output == nil { try makeFolders(workspace) }
    try folder.carryOut(change)
    try manager.start(units.filter(\.isEnabled).map(\.name), hasChanged: true)
    try sayWhatTheAccountNeeds(workspace)
    let wrote = change.written.count
    Output.say(
      remove
        ? "removed \(change.removed.count) units"
        : "wrote \(wrote) \(wrote == 1 ? "unit" : "units") into \(folder.path)\(manager.advice(for: units))")
  }

  private func folder() throws -> String {
    if let output { return URL(fileURLWithPath: output).standardizedFileURL.path }
    guard user else { return "/etc/systemd/system" }
    let environment = ProcessInfo.processInfo.environment
    if let configuration = environment["XDG_CONFIG_HOME"], configuration.hasPrefix("/") { return "\(configuration)/systemd/user" }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw Failure(.usage, "HOME is not set, so the place of a user's units is not known; give --output")
    }
    return "\(home)/.config/systemd/user"
  }

  private func rendered(_ workspace: Workspace) throws -> [SystemdUnits.Unit] {
    guard let crontab = try workspace.soundCrontab(), !crontab.entries.isEmpty else {
      throw Failure(.configuration, "\(workspace.root)/crontab has no line to install; write one, as in `30 2 * * * jobs run nightly`")
    }
    try workspace.refuseLostEntries(of: crontab)
    let setting = SystemdUnits.Setting(
      executable: try Executable.path(), root: workspace.root, account: user ? nil : try account ?? owner(of: workspace.root),
      prefix: prefix,
      credentials: try credentials(workspace), libraries: Executable.hiddenLibraries(), isSandbox: workspace.isSandbox,
      now: SystemTime().now().utcDay.midnight)
    do throws(SystemdRefusal) {
      let units = SystemdUnits(setting)
      return daemon ? try units.daemon() : try units.timers(of: crontab)
    } catch {
      throw Failure(.configuration, "systemd would misread crontab; nothing was installed\n\(error)")
    }
  }

  /// The keys that are stored: systemd hands them over in memory.
  private func credentials(_ workspace: Workspace) throws -> [String: String] {
    guard FileManager.default.fileExists(atPath: workspace.secrets) else { return [:] }
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.secrets)
      .filter { !$0.hasPrefix(".") && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) } }
    return Dictionary(uniqueKeysWithValues: names.map { ($0, "\(workspace.secrets)/\($0)") })
  }

  private func owner(of folder: String) throws -> String {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder)
    guard let name = attributes[.ownerAccountName] as? String, !name.isEmpty else {
      throw Failure(.usage, "the owner of \(folder) has no name on this machine; give --run-as")
    }
    // A service of root's would have more rights than it needs.
    return name == "root" ? "jobs" : name
  }

  /// The folders that a service may write must be there before it starts; they belong to its account.
  private func makeFolders(_ workspace: Workspace) throws {
    let owner = user ? nil : try account ?? owner(of: workspace.root)
    for folder in [workspace.data, workspace.reports] where !FileManager.default.fileExists(atPath: folder) {
      try AtomicFile.makeFolder(folder)
      guard geteuid() == 0, let owner, let entry = getpwnam(owner) else { continue }
      guard chown(folder, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else { throw FileError(path: folder, errno) }
    }
  }

  /// What must be done for the account before the units can start.
  private func sayWhatTheAccountNeeds(_ workspace: Workspace) throws {
    guard !user, !remove else { return }
    let name = try account ?? owner(of: workspace.root)
    if getpwnam(name) == nil {
      return Output.say(
        "note: there is no account `\(name)` on this machine; `useradd --system \(name)` makes it, `chown -R \(name): data reports` gives it the data"
      )
    }
    for folder in [workspace.data, workspace.reports] where FileManager.default.fileExists(atPath: folder) {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder)
      if attributes[.ownerAccountName] as? String != name {
        Output.say("note: \(folder) is not \(name)'s, so its services cannot write there; `chown -R \(name): \(folder)` gives it to them")
      }
    }
  }
}
