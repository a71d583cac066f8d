import ArgumentParser
import JobGraph
import Providers
import Scheduling
import Storage

struct Trace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Follows a number back to the bytes that its source sent.",
    discussion: """
      EXAMPLES
        jobs trace candle BTCUSDT/1d/2026-01-14                    a bar: its values, its former values, the answers that brought it
        jobs trace candle binance/BTCUSDT/1h/2026-01-14T07:00Z     of one source, with the time of day
        jobs trace signal AAPL/1d/2026-01-12                       what a bar caused, by which values, and the bar itself
        jobs trace signal AAPL/1d/2026-01-12/bollinger_breakout_20_2   of one strategy
        jobs trace alert BTCUSDT/1d/2026-01-14                     the alerts that a bar fired, with the values that were looked at

      An answer is shown with its request (never with a key), when it came, its SHA-256 and its file. The row is read again from that file and
      compared with what is stored. Exit status: 0, or 65 when no kept answer says what is stored.
      """)

  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case candle, signal, alert
  }

  @Argument(help: "What to follow: candle, signal or alert.")
  var subject: Subject

  @Argument(help: "SYMBOL/INTERVAL/TIME, with SOURCE/ before it and /STRATEGY or /ALERT behind it.")
  var id: String

  @Flag(help: "One JSON document on standard output.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() async throws {
    let id = try TraceID(id)
    if subject == .candle, let strategy = id.strategy {
      throw Failure(.usage, "a candle has no `/\(OneLine.shown(strategy))`; that is of `jobs trace signal`")
    }
    let workspace = try place.workspace()
    let warehouse = try workspace.reading()
    let trace = try await CandleTrace(id, in: warehouse, workspace.rawStore)
    let key = trace.key
    let alerts = subject == .alert ? try await Self.alerts(id, key, in: warehouse) : []
    let signals = subject != .signal ? nil : try await warehouse.read { try $0.signals(of: key, causedAt: id.openTime) }
    let wanted = signals?.filter { id.strategy == nil || $0.signal.strategy == id.strategy }
    if let signals, wanted?.isEmpty == true {
      let others = signals.map(\.signal.strategy).joined(separator: ", ")
      throw Failure(
        .usage,
        "\(key) at \(id.openTime) caused no signal" + (id.strategy.map { " of \(OneLine.shown($0))" } ?? "")
          + (others.isEmpty ? "" : "; it caused \(others)"))
    }
    let document = TraceDocument(trace, wanted ?? [], alerts, workspace)
    try json ? Output.json(document) : Output.write(Array(document.text.utf8))
    guard trace.isConfirmed else { throw Ended(status: .badData) }
  }

  /// - Throws: ``Failure`` when the candle fired none.
  private static func alerts(
    _ id: TraceID, _ key: SeriesKey, in warehouse: Warehouse
  ) async throws -> [(alert: StoredAlert, foundAt: Instant)] {
    let all = try await warehouse.read { try $0.alerts(of: key, causedAt: id.openTime) }
    let wanted = all.filter { id.strategy == nil || $0.alert.alert == id.strategy }
    guard wanted.isEmpty else { return wanted }
    let others = all.map(\.alert.alert).joined(separator: ", ")
    throw Failure(
      .usage,
      "\(key) at \(id.openTime) fired no alert" + (id.strategy.map { " \(OneLine.shown($0))" } ?? "")
        + (others.isEmpty ? "" : "; it fired \(others)"))
  }
}

extension CandleTrace {
  /// Whether some kept answer, or import, says what is stored.
  var isConfirmed: Bool {
    origins.contains(where: \.isStored)
      || answers.contains {
        if case .row(_, isStored: true) = $0.body { true } else { false }
      }
  }
}
