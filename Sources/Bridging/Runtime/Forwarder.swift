import Foundation

/// Tells the sink what it does not know yet: events of orders first, then the prices that are due, then verdicts on volumes. What it does not
/// acknowledge is told again.
final class Forwarder: Sendable {
  private let intake: Intake
  private let store: any BridgeStore
  private let sink: any BridgeSink
  private let hasHistory: Bool
  private let say: @Sendable (BridgeNews) -> Void
  private let now: @Sendable () -> Int64
  /// When volumes are looked at again; for the telling task alone.
  nonisolated(unsafe) private var volumesDue = Deadline.now
  /// When people hear of refusals again; for the telling task alone.
  nonisolated(unsafe) private var refusalsDue = Deadline.now

  /// In one step: few enough that none is large, many enough to keep up.
  static let eventsMax = 250
  static let pricesMax = 500
  static let volumesMax = 100
  /// So many hours are judged before orders and prices are looked at again.
  static let hoursMax = 20
  private static let waitMax = 2000

  init(
    _ intake: Intake, store: any BridgeStore, sink: any BridgeSink, hasHistory: Bool, say: @escaping @Sendable (BridgeNews) -> Void,
    now: @escaping @Sendable () -> Int64
  ) {
    (self.intake, self.store, self.sink, self.hasHistory, self.say, self.now) = (intake, store, sink, hasHistory, say, now)
  }

  /// Works until it is cancelled.
  /// - Parameter wakes: an element whenever there may be something to tell.
  @concurrent func run(_ wakes: AsyncStream<Void>) async {
    var failures = 0
    for await _ in wakes {
      do {
        while try await tell() {}
        if failures >= 3 { say(.sinkWorks) }
        failures = 0
      } catch is CancellationError {
        return
      } catch {
        failures += 1
        intake.count { $0.sinkFailures += 1 }
        if failures == 3 { say(.sinkFails("\(error)")) }
        let wait = min(Self.waitMax, 50 << min(failures, 7))
        // Cancelled while it waits: it ends.
        guard (try? await Task.sleep(for: .milliseconds(wait / 2 + Int.random(in: 0...wait / 2)))) != nil else { return }
      }
      if Task.isCancelled { return }
    }
  }

  /// Tells what waits now.
  /// - Returns: whether there may be more.
  private func tell() async throws -> Bool {
    let events = try await store.untold(limit: Self.eventsMax)
    if !events.isEmpty {
      try await tell(TickerTree.changes(events))
      try await store.acknowledge(events)
      let now = now()
      intake.count { figures in
        figures.ordersTold += events.count
        for event in events { figures.orderLatency.add(now - event.receivedAt) }
      }
    }
    let prices = intake.duePrices(limit: Self.pricesMax)
    if !prices.isEmpty {
      try await tell(TickerTree.changes(prices, hasHistory: hasHistory))
      intake.confirm(prices)
    }
    if events.count == Self.eventsMax || prices.count == Self.pricesMax { return true }
    return volumesDue.hasPassed ? await tellVolumes() : false
  }

  /// What the sink refuses for good counts as told: the warehouse has it, and it must hold up nothing. A refused price comes again each second,
  /// so people hear of refusals once a minute.
  private func tell(_ changes: [BridgeChange]) async throws {
    let refusals = try await sink.tell(changes)
    guard let first = refusals.first else { return }
    intake.count { $0.sinkRefusals += refusals.count }
    guard refusalsDue.hasPassed else { return }
    refusalsDue = Deadline(seconds: 60)
    say(.sinkRefuses(refusals.count, first: first))
  }

  /// Judges and tells a few of the hours that have closed. What fails here fails alone: orders and prices do not wait for it.
  /// - Returns: whether there may be more.
  private func tellVolumes() async -> Bool {
    do {
      let judged = try await store.judgeHours(limit: Self.hoursMax)
      let volumes = try await store.untoldVolumes(limit: Self.volumesMax)
      if !volumes.isEmpty {
        try await tell(volumes.map(\.change))
        try await store.acknowledge(volumes)
        intake.count { $0.volumesTold += volumes.count }
      }
      if judged == Self.hoursMax || volumes.count == Self.volumesMax { return true }
      volumesDue = Deadline(seconds: 1)
    } catch {
      intake.count { $0.volumeFailures += 1 }
      volumesDue = Deadline(seconds: 5)
    }
    return false
  }

  /// Whether nothing waits.
  func isDone() async throws -> Bool { try await store.untold(limit: 1).isEmpty && !intake.hasUntoldPrices }
}
