import ArgumentParser

/// The commands about the schedule.
struct Cron: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cron", abstract: "Shows, starts and installs the schedule.",
    discussion: """
      EXAMPLES
        jobs cron list                       what crontab starts next, and when it ran last
        jobs cron next "30 2 * * 1-5"        when an expression is due
        jobs cron run                        starts what is due, until it is stopped
        jobs cron systemd --install          hands crontab to systemd
        jobs cron install                    hands crontab to cron(8)
      """,
    subcommands: [CronNext.self, CronList.self, CronRun.self, CronInstall.self, CronSystemd.self])
}
