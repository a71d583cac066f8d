import ArgumentParser
import Bridging
import Foundation
import JobFiles
import JobGraph
import Mirroring
import Running
import Scheduling
import Steps
import Storage
import Transport

struct RunBridge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bridge", abstract: "Hears the trading bots' ticker channels, keeps prices and orders, and tells the realtime database.",
    discussion: """
      EXAMPLES
        jobs bridge                              as Jobs/config/bridge.yaml says, until it is stopped
        jobs bridge --verbose                    also prints each message
        jobs bridge --channel 'ticker:AAPL'      these channels only; a pattern has *, ? or [
        jobs bridge --redis 127.0.0.1:6380       another server
        jobs bridge --for 8h                     for so long, then it keeps and tells what was received, and ends
        jobs bridge --for 0s                     only what an earlier one has left

      An order is written into data/bridge before anything else is done with it, and stays there until the warehouse has it for good: it is lost
      by no kill and no slow database. Of prices the latest of each ticker counts. Both are told to the realtime database below tickers/: orders
      at once, prices once a second for each ticker at most. Times in which nothing was heard are recorded as gaps.

      Nobody needs to stop it for a run, a backup or a restore. A line of figures tells once a minute what was done. SIGTERM and SIGINT end it
      when what was received is kept and told, after 10 s in any case (143, 130); the end of --for is 0, or 75 when something is left, or no
      server was found.
      """)

  @Flag(name: .shortAndLong, help: "Print each message on standard output.")
  var verbose = false

  @Option(help: "A channel or pattern to subscribe to, instead of those of bridge.yaml; may be given more than once.")
  var channel: [String] = []

  @Option(help: "The server, as HOST:PORT, instead of that of bridge.yaml.")
  var redis: String?

  @Option(name: .customLong("for"), help: "How long it works, such as 8h; without it until it is stopped.")
  var duration: String?

  @Option(help: .hidden)
  var figuresEvery = 60

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    if let redis, BridgeConfiguration.address(redis) == nil { throw ValidationError("--redis takes HOST:PORT, such as 127.0.0.1:6379") }
    if channel.contains("") { throw ValidationError("--channel takes the name of a channel, or a pattern") }
    if let duration, JobFiles.DurationText.parse(duration) == nil {
      throw ValidationError("--for takes a whole number and one of s, m, h, d, such as `90s` or `8h`")
    }
    guard (1...86_400).contains(figuresEvery) else { throw ValidationError("--figures-every takes seconds") }
  }

  func run() async throws {
    let workspace = try place.workspace()
    let (configuration, diagnostics) = try workspace.configuration()
    guard !diagnostics.hasErrors else { throw Diagnostics(list: diagnostics) }
    let settings = try redisSettings(configuration.bridge ?? BridgeConfiguration(), workspace)
    try AtomicFile.makeFolder(workspace.data)
    let lock: RunLock
    do {
      lock = try RunLock(at: "\(workspace.data)/bridge.lock", purpose: "jobs bridge")
    } catch LockError.held(let holder) {
      throw Failure(.tryAgainLater, "`jobs bridge` is at work for this project already: \(holder)")
    }
    let status = try await BridgeShell(
      workspace, configuration, settings, isVerbose: verbose, figuresEvery: .seconds(figuresEvery)
    ).run(for: duration.flatMap { JobFiles.DurationText.parse($0) })
    _ = consume lock
    throw Ended(status: status)
  }

  private func redisSettings(_ bridge: BridgeConfiguration, _ workspace: Workspace) throws -> RedisSettings {
    let address = redis.flatMap(BridgeConfiguration.address) ?? (bridge.host, bridge.port)
    var password: Secret?
    if let name = bridge.secret {
      switch SecretStore(folder: workspace.secrets).secret(name) {
      case .missing(let sentence): throw Failure(.credentials, sentence)
      case .found(let secret, let warning):
        password = secret
        if let warning { Output.say("warning: \(warning)") }
      }
    }
    var channels = ChannelChoice()
    for typed in channel.isEmpty ? bridge.channels : channel {
      let choice = ChannelChoice(typed: typed)
      channels.names += choice.names
      channels.patterns += choice.patterns
    }
    if channel.isEmpty {
      let tickers = ChannelChoice(format: bridge.format, symbols: bridge.symbols)
      channels.names += tickers.names
      channels.patterns += tickers.patterns
    }
    return RedisSettings(host: address.host, port: address.port, user: bridge.user, password: password, channels: channels)
  }
}
