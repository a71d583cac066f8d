import ArgumentParser
import Foundation
import JobGraph
import Reporting
import Running
import Sandbox
import Scheduling

struct ServeSandbox: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox", abstract: "Serves a stand-in for every provider on the loopback.",
    discussion: """
      EXAMPLES
        jobs sandbox                                       made-up data up to now, on a free port
        jobs sandbox --port 4711 --seed 7                  another market, always on the same port
        jobs sandbox --data ../shared/data --date 2018-11-10    recorded bodies that had closed by a date
        jobs sandbox --plan free --faults faults.json      a free key's answers, and some that are spoiled

      `jobs run JOB --sandbox` starts its own; this one is for other programs, and for trying a project as if it were live: write the
      addresses that it prints into Jobs/config/providers.yaml. It runs until Ctrl-C (exit 0). `--faults` takes a JSON list such as
      [{"provider": "binance", "symbol": "BTCUSDT", "nth": 2, "times": 3, "answer": "html200"}].
      """)

  enum Plan: String, ExpressibleByArgument, CaseIterable {
    case granted, free
  }

  @Option(help: "The port on 127.0.0.1; 0 chooses a free one.")
  var port: UInt16 = 0

  @Option(help: "The day or instant at which its clock starts; nothing later is served of recorded bodies. Default: now.")
  var date: String?

  @Option(help: "Which made-up market it is. Default: 1.")
  var seed: UInt64?

  @Option(help: "Serve the recorded bodies of this folder, which holds binance/ and alphavantage/.", completion: .directory)
  var data: String?

  @Option(help: "How many times as fast as real time its clock moves.")
  var scale = 1.0

  @Option(help: "What an Alpha Vantage key may ask for: granted or free.")
  var plan = Plan.granted

  @Option(help: "A JSON file of answers to spoil.", completion: .file())
  var faults: String?

  @Option(help: "Write every answered request into this file, one JSON object a line.", completion: .file())
  var ledger: String?

  @Flag(help: "Print the addresses as one JSON document.")
  var json = false

  func validate() throws {
    guard scale > 0, scale <= 1_000_000 else { throw ValidationError("--scale takes a number above 0, up to 1000000") }
    guard seed == nil || data == nil else { throw ValidationError("--seed makes data up and --data serves recorded ones; choose one") }
  }

  func run() async throws {
    var settings = SandboxConfiguration(logicalDate: try start(), scale: scale)
    settings.data = data.map { .recorded(directory: $0) } ?? .synthetic(seed: seed ?? 1)
    settings.port = port
    settings.ledgerPath = ledger
    settings.alphaVantagePlan = plan == .free ? .free : .granted
    settings.faults = try faultRules()
    // Before it can be reached, so that no signal falls between.
    let signals = StopSignals()
    let server = SandboxServer(configuration: settings)
    let address: SandboxAddress
    do {
      address = try await server.start()
    } catch let error as SandboxError {
      throw Failure(error.commandStatus, "\(error)")
    }
    try announce(address)
    for await _ in signals.stream { break }
    await server.stop()
    Output.say("stopped")
  }

  private func start() throws -> Instant {
    guard let date else { return SystemTime().now() }
    guard let instant = Instant(iso8601: date) else {
      throw Failure(
        .usage, "--date `\(VisibleText.shown(date))` is no instant; write a day (2026-01-15) or a time with its zone (2026-01-15T07:00Z)")
    }
    return instant
  }

  private func faultRules() throws -> [FaultRule] {
    guard let faults else { return [] }
    do {
      return try FaultRule.load(path: faults)
    } catch let error as SandboxError {
      throw Failure(.badData, "\(error)")
    } catch {
      throw Failure(.storage, "\(faults): \(error.localizedDescription)")
    }
  }

  private func announce(_ address: SandboxAddress) throws {
    if json {
      return try Output.json(
        SandboxDocument(
          port: address.port, binance: address.binanceBaseURL, alphavantage: address.alphaVantageBaseURL,
          binanceArchive: address.archiveBaseURL, binanceListing: address.listingBaseURL, ecb: address.ecbBaseURL,
          sec: address.secBaseURL))
    }
    try Output.print(
      """
      binance:          \(address.binanceBaseURL)
      binance_archive:  \(address.archiveBaseURL)
      binance_listing:  \(address.listingBaseURL)
      alphavantage:     \(address.alphaVantageBaseURL)
      ecb:              \(address.ecbBaseURL)
      sec:              \(address.secBaseURL)
      """)
    Output.say(
      """
      Serving until Ctrl-C. In the Jobs/config/providers.yaml of a copy of the project, write these as base_url:
        binance:
          base_url: \(address.binanceBaseURL)
        binance_archive:
          base_url: \(address.archiveBaseURL)
        binance_listing:
          base_url: \(address.listingBaseURL)
        alphavantage:
          base_url: \(address.alphaVantageBaseURL)
        ecb:
          base_url: \(address.ecbBaseURL)
        sec:
          base_url: \(address.secBaseURL)
      Any key is taken, such as JOBS_SECRET_ALPHAVANTAGE=sandbox in the environment.
      """)
  }
}

extension SandboxError {
  fileprivate var commandStatus: CommandStatus {
    switch self {
    case .ledger, .cannotListen: .storage
    case .noRecordedBodies, .faults, .recordedBody: .badData
    case .alreadyStarted: .bug
    }
  }
}

private struct SandboxDocument: Encodable {
  let schema = "jobs.sandbox/1"
  let port: UInt16
  let binance: String
  let alphavantage: String
  let binanceArchive: String
  let binanceListing: String
  let ecb: String
  let sec: String
}
