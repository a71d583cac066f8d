import Foundation
public import Scheduling

/// Subscribes to the ticker channels, keeps what is heard, and tells it on.
///
///     Redis ──thread──> Intake ──> price table ─────────────┐ the latest of each
///                          └─────> spill ──thread──> store ──> Forwarder ──> sink
///
/// An order is in the spill before anything else is done with it; from there it is repeated until the store has it, and from the store until
/// the sink has it. Prices may be replaced by newer ones at any point. Only the spill can make the reader wait.
public final class Bridge: Sendable {
  private let subscriber: RedisSubscriber
  private let intake: Intake
  private let spill: SpillFolder
  private let keeper: Keeper
  private let forwarder: Forwarder
  private let store: any BridgeStore
  private let lines: LineRing?
  private let time: any TimeSource
  private let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation

  public struct Settings: Sendable {
    public var redis: RedisSettings
    /// The folder of the spill.
    public var folder: String
    /// Whether prices are kept beyond the latest.
    public var hasHistory: Bool

    public var volume: VolumeMeaning

    public init(redis: RedisSettings, folder: String, hasHistory: Bool, volume: VolumeMeaning = .traded) {
      (self.redis, self.folder, self.hasHistory, self.volume) = (redis, folder, hasHistory, volume)
    }
  }

  /// How it ended.
  public struct End: Sendable, Equatable {
    public var refusal: RedisRefusal?
    /// Whether all that was received is kept in the store.
    public var isAllKept: Bool
    /// Whether the sink has all of it.
    public var isAllTold: Bool
    public var figures: BridgeFigures
  }

  /// - Parameters:
  ///   - write: given each message as a line, on a thread of its own; nil: nobody looks on.
  ///   - say: told what a person should know; called on any thread, and must not wait.
  /// - Throws: ``SpillError``, ``RedisLoss``.
  public init(
    _ settings: Settings, store: any BridgeStore, sink: any BridgeSink, time: any TimeSource, write: (@Sendable ([String]) -> Void)? = nil,
    say: @escaping @Sendable (BridgeNews) -> Void
  ) throws {
    let (wakes, waker) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    (self.wakes, self.waker, self.store, self.time) = (wakes, waker, store, time)
    lines = write.map { LineRing(write: $0) }
    spill = try SpillFolder(settings.folder)
    intake = Intake(spill: spill, volume: settings.volume, lines: lines, time: time, say: say)
    keeper = try Keeper(
      intake, spill: spill, store: store, hasHistory: settings.hasHistory, say: say, wake: { waker.yield() })
    forwarder = Forwarder(
      intake, store: store, sink: sink, hasHistory: settings.hasHistory, say: say, now: { time.now().milliseconds })
    subscriber = try RedisSubscriber(settings.redis, listener: intake)
  }

  /// Works until `stop` gives an element, or Redis lets nobody in.
  /// - Parameters:
  ///   - drainSeconds: so long it may take to keep and tell what was received by then.
  ///   - report: called once a minute.
  @concurrent public func run(
    until stop: AsyncStream<Void>, drainSeconds: Double, every interval: Duration = .seconds(60),
    report: @escaping @Sendable (BridgeFigures) -> Void
  ) async -> End {
    // First of all: what is published until it is subscribed is lost.
    subscriber.start()
    lines?.start()
    keeper.start()
    let telling = Task { await forwarder.run(wakes) }
    let reporting = Task { [intake] in
      // Cancelled at the end.
      while (try? await Task.sleep(for: interval)) != nil { report(intake.currentFigures()) }
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in stop { return } }
      group.addTask { [intake] in
        // Looked at twice a second, as it is looked for once in a bridge's life.
        while intake.refusalGiven == nil { guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return } }
      }
      await group.next()
      group.cancelAll()
    }
    reporting.cancel()
    return await drain(telling, seconds: drainSeconds)
  }

  public func figures() -> BridgeFigures { intake.currentFigures() }

  private func drain(_ telling: Task<Void, Never>, seconds: Double) async -> End {
    let deadline = Deadline(seconds: seconds)
    let isAllKept = await onThread { [self] in
      // A disk that takes nothing, and a server that does not answer, may take half of the time.
      let half = Deadline(seconds: seconds / 2)
      intake.end(by: half)
      let hasStopped = subscriber.stop(by: Deadline(seconds: seconds / 2 + 0.5))
      intake.hurry()
      return keeper.stop(by: deadline) && hasStopped
    }
    var isAllTold = false
    while true {
      isAllTold = await isDone(by: deadline)
      if isAllTold || deadline.hasPassed { break }
      waker.yield()
      // Nobody cancels this task.
      try? await Task.sleep(for: .milliseconds(20))
    }
    telling.cancel()
    waker.finish()
    spill.finish()
    lines?.stop(seconds: 1)
    return End(refusal: intake.refusalGiven, isAllKept: isAllKept, isAllTold: isAllTold, figures: intake.currentFigures())
  }

  /// Whether the sink has all; false, too, when the store does not say so in time.
  private func isDone(by deadline: Deadline) async -> Bool {
    let (answers, giver) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingOldest(1))
    // Not a child of this task: that would be waited for, and the store may be held up for longer.
    let asking = Task { [forwarder] in
      // A store that cannot be asked has not told.
      giver.yield((try? await forwarder.isDone()) ?? false)
    }
    let timing = Task {
      try? await Task.sleep(for: .seconds(deadline.secondsLeft))  // cancelled when there is an answer
      giver.yield(false)
    }
    defer {
      asking.cancel()
      timing.cancel()
    }
    for await answer in answers { return answer }
    return false
  }

  /// Runs what waits on a thread of its own.
  private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }
}
