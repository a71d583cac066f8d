import ArgumentParser
import Foundation
import JobGraph
import Running
import Scheduling

struct CronInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Hands crontab to cron(8).",
    discussion: """
      EXAMPLES
        jobs cron install               shows what changes in the user's crontab, and installs it
        jobs cron install --dry-run     only shows it
        jobs cron install --print       prints the lines for cron(8), without looking at any crontab
        jobs cron install --remove      takes this project's lines out again

      The lines stand between two marks that name the project's folder; all other lines stay as they are, and installing twice changes
      nothing. cron(8) knows the system's zone only: a line that it would start at other times is refused (exit 78).
      """)

  @Flag(name: .customLong("dry-run"), help: "Show what would change, change nothing.")
  var dryRun = false

  @Flag(help: "Take this project's lines out.")
  var remove = false

  @Flag(help: "Print the lines for cron(8) and do nothing else.")
  var print = false

  @Option(name: .customLong("system-zone"), help: "The zone in which cron(8) reads its lines. Default: that of /etc/localtime.")
  var systemZone: String?

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    if print, remove || dryRun { throw ValidationError("--print goes with neither --remove nor --dry-run") }
  }

  func run() throws {
    let workspace = try place.workspace()
    guard !workspace.isSandbox else {
      throw Failure(.usage, "the schedule is installed for the real data; write --sandbox into a line of crontab to schedule the sandbox")
    }
    if print { return try Output.write(Array(try rendered(workspace).utf8)) }
    let system = try SystemCrontab()
    let old = try system.read()
    let new =
      remove
      ? Crontab.removing(root: workspace.root, from: old) : Crontab.installing(try rendered(workspace), into: old)
    guard old != new else { return Output.say(remove ? "no line of this project is installed" : "the installed lines are up to date") }
    try Output.write(Array(LineDifference.text(from: old, to: new).utf8))
    guard !dryRun else { return Output.say("nothing was changed (--dry-run)") }
    try system.replace(with: new)
    Output.say(remove ? "removed" : "installed; `jobs cron list` shows the next starts")
  }

  private func rendered(_ workspace: Workspace) throws -> String {
    guard let crontab = try workspace.soundCrontab(), !crontab.entries.isEmpty else {
      throw Failure(.configuration, "\(workspace.root)/crontab has no line to install; write one, as in `30 2 * * * jobs run nightly`")
    }
    try workspace.refuseLostEntries(of: crontab)
    let zone = try systemZone.map { try ZoneOption.zone($0, option: "--system-zone") } ?? ZoneOption.system()
    let executable = try Executable.path()
    do throws(CrontabRefusal) {
      return try crontab.rendered(executable: executable, root: workspace.root, systemZone: zone, asOf: SystemTime().now())
    } catch {
      throw Failure(.configuration, "cron(8) would misread crontab; nothing was installed\n\(error)")
    }
  }
}
