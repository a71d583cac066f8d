import JobGraph
import MarketData
import Providers
import Running
import Scheduling
import Storage

extension StepContext {
  /// Commits in the warehouse: the effects, and the task's own completion.
  func commit(in warehouse: Warehouse, _ effects: @escaping @Sendable (WarehouseTransaction) throws -> TaskOutcome) async throws
    -> TaskOutcome
  {
    try await commit { transaction in
      guard let transaction = transaction as? WarehouseTransaction else {
        preconditionFailure("the log of this run is not a warehouse")
      }
      return try effects(transaction)
    }
  }

  /// Does work that asks a provider, and counts what it asks with the run.
  func counting<Result: Sendable>(in warehouse: Warehouse, _ work: () async throws -> Result) async throws -> Result {
    let (run, step) = (run, task.id.step)
    return try await RequestMeter { provider, weight in
      try await warehouse.countRequest(of: provider, weight: weight, by: step, of: run)
    }.measure(work)
  }

  /// The task's symbol.
  func symbol() throws -> Symbol {
    do {
      return try Symbol(value("symbol"))
    } catch {
      throw TaskFailure(.permanent, "\(value("symbol").debugDescription) in the watchlist: \(error)")
    }
  }

  /// The task's interval, or the one that a parameter names, or a day.
  func interval() throws -> Interval {
    let name = Parameters(task.values).optionalText("interval") ?? parameters.optionalText("interval") ?? Interval.day1.rawValue
    guard let interval = Interval(rawValue: name) else {
      throw TaskFailure(
        .permanent, "`\(name)` is no interval; the intervals are \(Interval.allCases.map(\.rawValue).joined(separator: " "))")
    }
    return interval
  }
}

/// `90d`, `2h`, `2y`, or `all`.
enum History: Equatable {
  case all
  case last(Duration)

  /// What is wanted when nothing is said: all, but of bars within a day, of which a month may be a request, only the last days.
  ///
  /// - Returns: nil when the text is neither a duration nor `all`.
  init?(_ text: String?, of interval: Interval) {
    guard let text else {
      self = interval < .day1 ? .last(.days(30)) : .all
      return
    }
    self.init(text)
  }

  /// - Returns: nil when the text is neither.
  init?(_ text: String) {
    if text == "all" {
      self = .all
      return
    }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "y": 31_536_000]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count > 0, count < 100_000 else { return nil }
    self = .last(.seconds(count * unit))
  }

  /// The first instant that is wanted.
  func start(before logicalDate: Instant) -> Instant {
    switch self {
    case .all: Instant(milliseconds: 0)
    case .last(let duration): max(Instant(milliseconds: 0), logicalDate - duration)
    }
  }
}
