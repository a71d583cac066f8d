import Bridging
import Foundation
import JobFiles
import JobGraph
import Mirroring
import Reporting
import Running
import Scheduling
import Steps
import Storage
import Transport

/// The ring around ``Bridge``: warehouse, realtime database, signals and messages.
final class BridgeShell: Sendable {
  private let workspace: Workspace
  private let mirror: MirrorDesk
  private let metricsFile: String?
  private let settings: RedisSettings
  private let bridge: BridgeConfiguration
  /// Where signals are told, by realtime.yaml.
  private let projection: Projection?
  private let isVerbose: Bool
  private let figuresEvery: Duration

  /// So many seconds it may take, at the end, to keep and tell what was received.
  private static let drainSeconds = 10.0

  init(_ workspace: Workspace, _ configuration: Configuration, _ settings: RedisSettings, isVerbose: Bool, figuresEvery: Duration) {
    (self.workspace, self.settings, self.isVerbose, self.figuresEvery) = (workspace, settings, isVerbose, figuresEvery)
    mirror = MirrorDesk(workspace: workspace, configuration: configuration)
    bridge = configuration.bridge ?? BridgeConfiguration()
    projection = configuration.realtime.map(Projection.init)
    // A file of its own beside that of the runs: each writes its own anew.
    metricsFile = workspace.isSandbox ? nil : configuration.monitoring?.metricsFile.map { $0.dropLast(5) + "-bridge.prom" }
  }

  /// The database that realtime.yaml names.
  /// - Throws: ``Mirroring/MirrorFailure`` when its key is missing, or its address cannot be used.
  private func realtimeDatabase(_ file: BridgeFile, _ http: CurlHTTPClient) throws -> any RealtimeSink {
    guard let remote = mirror.remote else { return EmbeddedSink(storage: BridgeTree(file)) }
    return try mirror.sink(remote, http: http)
  }

  /// Works until it is told to stop, or Redis lets nobody in.
  /// - Parameter duration: nil: nothing else ends it.
  /// - Returns: the exit status.
  func run(for duration: Duration? = nil) async throws -> CommandStatus {
    let file = BridgeFile(workspace.database, lockFile: workspace.lockFile)
    let projection = projection
    let store = BridgeWarehouse(
      file, place: { path in projection.map { $0.place(of: path) } ?? path }, isQueued: mirror.remote != nil)
    let http = CurlHTTPClient(userAgent: "jobs/\(Version.text)")
    defer { http.shutdown() }
    let sink = BridgeMirror(try realtimeDatabase(file, http))
    let printer: (@Sendable ([String]) -> Void)? = isVerbose ? Self.print : nil
    let bridge: Bridge
    do {
      bridge = try Bridge(
        Bridge.Settings(
          redis: settings, folder: "\(workspace.data)/bridge", hasHistory: self.bridge.hasHistory,
          volume: VolumeMeaning(rawValue: self.bridge.volume.rawValue) ?? .traded), store: store, sink: sink,
        time: SystemTime(), write: printer, say: { Output.say("bridge: \(OneLine.shown($0.sentence))") })
    } catch let error as SpillError {
      throw Failure(.storage, error.description)
    }
    let (stop, stopping) = AsyncStream<Void>.makeStream()
    let signal = FirstSignal()
    Process.onStopSignals { number in
      if !signal.take(number) { Foundation.exit(128 + number) }
      Output.say("bridge: stopping: what was received is kept and told (again to stop now)")
      stopping.yield()
    }
    Output.say("bridge: hears \(channelText) on \(settings.host):\(settings.port)")
    let timer = duration.map { duration in
      Task {
        guard (try? await Task.sleep(for: duration)) != nil else { return }  // cancelled: it has ended before
        stopping.yield()
      }
    }
    defer { timer?.cancel() }
    let began = ContinuousClock.now
    let end = await bridge.run(until: stop, drainSeconds: Self.drainSeconds, every: figuresEvery) { [self] in
      Output.say("bridge: \(BridgeFiguresText.line($0))")
      writeMetrics($0)
    }
    writeMetrics(end.figures)
    Output.say("bridge: ended after \(Int((ContinuousClock.now - began).inSeconds)) s: \(BridgeFiguresText.line(end.figures))")
    if !end.isAllKept {
      Output.say("warning: received orders wait in \(workspace.shown(workspace.data))/bridge; the next start keeps them")
    }
    if !end.isAllTold { Output.say("warning: the realtime database was not told everything; the next start tells it the orders") }
    // Otherwise it may be held up, and what holds it up would hold us up.
    if end.isAllKept && end.isAllTold {
      do {
        try file.close()
      } catch {
        // What was written is safe without it.
        Output.say("warning: \(error)")
      }
    }
    if end.figures.ordersLost > 0 { return .storage }
    if end.refusal != nil { return .credentials }
    if let number = signal.number { return number == SIGINT ? .interrupted : .terminated }
    let hasHeard = end.figures.hasConnected || duration == .zero
    return end.isAllKept && end.isAllTold && hasHeard ? .delivered : .tryAgainLater
  }

  @Sendable private static func print(_ lines: [String]) {
    // A reader that has gone away is no reason to stop.
    try? Output.print(lines.map { OneLine.shown($0) }.joined(separator: "\n"))
  }

  private var channelText: String {
    let names = settings.channels.names + settings.channels.patterns
    return names.count <= 5
      ? names.joined(separator: ", ") : "\(names.prefix(4).joined(separator: ", ")) and \(names.count - 4) more channels"
  }

  private func writeMetrics(_ figures: BridgeFigures) {
    guard let metricsFile else { return }
    let path = metricsFile.hasPrefix("/") ? metricsFile : "\(workspace.root)/\(metricsFile)"
    do {
      try AtomicFile.write(BridgeFiguresText.metrics(figures).text.utf8, to: path, mode: 0o644, synced: false)
    } catch {
      Output.say("warning: the metrics cannot be written: \(error)")
    }
  }
}

/// The signal that asked to stop.
private final class FirstSignal: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var first: Int32?

  var number: Int32? { lock.withLock { first } }

  /// - Returns: whether it is the first.
  func take(_ number: Int32) -> Bool {
    lock.withLock {
      defer { first = first ?? number }
      return first == nil
    }
  }
}

/// The figures of the bridge for people and for Prometheus.
enum BridgeFiguresText {
  static func line(_ figures: BridgeFigures) -> String {
    var parts = [
      "prices \(figures.pricesReceived) received, \(figures.pricesTold) told, \(figures.pricesCoalesced) replaced by newer ones",
      "orders \(figures.ordersReceived) received, \(figures.ordersTold) told, \(figures.ordersRepeated) repeated",
      "\(figures.tickers) tickers", "\(figures.gaps) gaps",
    ]
    if figures.volumesTold > 0 { parts.append("\(figures.volumesTold) volumes told") }
    if figures.volumeFailures > 0 { parts.append("\(figures.volumeFailures) times volumes could not be told") }
    if figures.ordersSpilled > 0 { parts.append("\(figures.ordersSpilled) orders wait in the spill") }
    if figures.rejectedCount > 0 {
      let kinds = figures.rejected.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      parts.append("\(figures.rejectedCount) rejected (\(kinds.joined(separator: ", ")))")
    }
    if figures.linesLeftOut > 0 { parts.append("\(figures.linesLeftOut) lines not printed") }
    for (name, latency) in [("orders", figures.orderLatency), ("prices", figures.priceLatency)] {
      guard let half = latency.quantile(0.5), let most = latency.quantile(0.99) else { continue }
      parts.append("\(name) told after \(half) ms (p50), \(most) ms (p99), \(latency.longest) ms at most")
    }
    return parts.joined(separator: "; ")
  }

  static func metrics(_ figures: BridgeFigures) -> MetricsPage {
    func one(_ name: String, _ help: String, _ value: Int, kind: MetricFamily.Kind = .counter) -> MetricFamily {
      MetricFamily(name, help, kind: kind, [.init([], Double(value))])
    }
    let quantiles = [("orders", figures.orderLatency), ("prices", figures.priceLatency)].flatMap { name, latency in
      [0.5, 0.99].compactMap { share in
        latency.quantile(share).map {
          MetricFamily.Sample([.init("kind", name), .init("quantile", "\(share)")], Double($0) / 1000)
        }
      }
    }
    return MetricsPage([
      one("jobs_bridge_connected", "Whether the channels are subscribed to.", figures.isConnected ? 1 : 0, kind: .gauge),
      one("jobs_bridge_prices_received_total", "Prices that were received since the bridge began.", figures.pricesReceived),
      one("jobs_bridge_prices_told_total", "Prices that the realtime database was told.", figures.pricesTold),
      one("jobs_bridge_orders_received_total", "Events of orders that were received.", figures.ordersReceived),
      one("jobs_bridge_orders_told_total", "Events of orders that the realtime database was told.", figures.ordersTold),
      one("jobs_bridge_orders_repeated_total", "Events of orders that were known.", figures.ordersRepeated),
      one("jobs_bridge_volumes_told_total", "Verdicts on the volume of an hour that the realtime database was told.", figures.volumesTold),
      one("jobs_bridge_volume_failures_total", "Failed tries to judge or tell them.", figures.volumeFailures),
      one("jobs_bridge_spill_bytes", "Bytes in the spill.", figures.spillBytes, kind: .gauge),
      one("jobs_bridge_gaps_total", "Times in which nothing was heard.", figures.gaps),
      one("jobs_bridge_sink_failures_total", "Failed tries to tell the realtime database.", figures.sinkFailures),
      one("jobs_bridge_sink_refusals_total", "Changes that the realtime database does not take from anybody.", figures.sinkRefusals),
      one("jobs_bridge_store_failures_total", "Failed tries to keep something in the warehouse.", figures.storeFailures),
      MetricFamily(
        "jobs_bridge_rejected_total", "Messages that could not be used.", kind: .counter,
        figures.rejected.sorted { $0.key < $1.key }.map { .init([.init("kind", $0.key)], Double($0.value)) }),
      MetricFamily("jobs_bridge_latency_seconds", "From the receipt to the realtime database's answer.", quantiles),
    ])
  }
}
