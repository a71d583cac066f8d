import ArgumentParser

/// The commands about who is told what.
struct Notify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "Tries and mutes the channels of notifications, sends what waits, and shows what was told.",
    discussion: """
      EXAMPLES
        jobs notify test                 one message to each channel
        jobs notify test phone           to one of them
        jobs notify list                 who is told what
        jobs notify mute all --for 2h    silence; what is to be told waits
        jobs notify send                 what waits and is due
        jobs notify history              what was told, and what could not be

      Channels and rules stand in Jobs/config/notifications.yaml; passwords, tokens and secret addresses are stored by `jobs secrets set`.
      The step `notify.send` of a job does the telling.
      """,
    subcommands: [
      NotifyTest.self, NotifyList.self, NotifyHistory.self, NotifySend.self, NotifyMute.self, NotifyUnmute.self,
    ])
}
