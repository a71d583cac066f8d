import ArgumentParser

/// The commands about the realtime database.
struct Realtime: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "realtime", abstract: "Makes, checks and deploys the security rules of the realtime database.",
    discussion: """
      EXAMPLES
        jobs realtime rules              the security rules that Jobs/config/realtime.yaml means
        jobs realtime rules --check      who may do what, tried on them
      """, subcommands: [RealtimeRules.self])
}
