import ArgumentParser
import Foundation
import JobGraph

@main
struct Jobs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "The batch scheduler and data pipeline of a market desk.",
    discussion: """
      EXAMPLES
        jobs run nightly --sandbox     the whole night on made-up data, without key or network
        jobs plan nightly              what it would do, and what it would cost
        jobs check                     every mistake in Jobs/ and crontab, with its place

      Exit status: 0 delivered, 1 failed, 3 partial, 64 usage, 65 bad data, 74 cannot read or write, 75 try again later,
      77 credentials, 78 something wrong under Jobs/ or in crontab, 130 and 143 interrupted.
      """,
    version: Version.text,
    subcommands: [
      RunJob.self, ShowPlan.self, CheckFiles.self, ListJobs.self, ShowGraph.self, ShowOperations.self, ShowSchema.self, ExplainCode.self,
      ShowHistory.self, ShowRun.self, ShowLogs.self, DiffRuns.self, Trace.self, ShowQuality.self, Cron.self, DataCommands.self,
      ShowLimits.self,
      Analyze.self, BacktestStrategy.self, Prune.self, Backup.self, Migrate.self,
      Realtime.self,
      Secrets.self, ShowAudit.self, Notify.self,
      ReportCommands.self,
      RunBridge.self,
      ShowMetrics.self, Completion.self, CompleteWords.self,
      ServeSandbox.self,
    ])

  static func main() async {
    Process.prepare()
    do {
      if Version.isAskedInJSON { return try Version.printJSON() }
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      try Output.flush()
    } catch {
      Foundation.exit(Failure.report(error))
    }
  }
}
