internal import HeapModule

/// The deadlines of the attempts of a run, behind one timer: an attempt that ends in time costs no timer of its own.
struct Deadlines {
  private var heap = Heap<Entry>()
  private var order = 0
  /// What the one timer waits for.
  private var armed: ContinuousClock.Instant?

  private struct Entry: Comparable {
    let moment: ContinuousClock.Instant
    let order: Int
    let attempt: Attempt

    static func < (a: Entry, b: Entry) -> Bool { (a.moment, a.order) < (b.moment, b.order) }
    static func == (a: Entry, b: Entry) -> Bool { a.order == b.order }
  }

  mutating func add(_ attempt: Attempt, at moment: ContinuousClock.Instant) {
    order += 1
    heap.insert(Entry(moment: moment, order: order, attempt: attempt))
  }

  /// The moment for which a timer must be set now; nil when one is set that is early enough.
  mutating func momentToWaitFor() -> ContinuousClock.Instant? {
    while let first = heap.min, first.attempt.isOver { heap.removeMin() }
    guard let first = heap.min?.moment, armed == nil || first < armed! else { return nil }
    armed = first
    return first
  }

  /// Cancels what has run too long. The timer has gone off.
  mutating func expire(at now: ContinuousClock.Instant) {
    armed = nil
    while let first = heap.min, first.moment <= now || first.attempt.isOver { heap.removeMin().attempt.expire() }
  }
}
