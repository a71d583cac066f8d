import Foundation

/// Does trials side by side, each lane in a folder of its own, and says how far it has come.
struct Lanes: Sendable {
  let count: Int
  let scratch: String

  /// - Parameter isExpectedToFail: what is found is not told one by one.
  func run(
    _ name: String, _ trials: Int, isExpectedToFail: Bool = false,
    _ body: @escaping @Sendable (_ trial: Int, _ scratch: String) throws -> Tally
  ) -> Tally {
    let progress = Progress(name, trials, isExpectedToFail)
    DispatchQueue.concurrentPerform(iterations: count) { lane in
      while let trial = progress.next() {
        do {
          progress.add(try body(trial, "\(scratch)/lane\(lane)"))
        } catch {
          progress.fail("trial \(trial): \(error)")
        }
      }
    }
    return progress.end()
  }

  /// How far the lanes have come together.
  private final class Progress: @unchecked Sendable {
    private let lock = NSLock()
    private let trials: Int
    private let started = ContinuousClock.now
    private var (given, done) = (0, 0)
    private var tally: Tally

    private let isExpectedToFail: Bool

    init(_ name: String, _ trials: Int, _ isExpectedToFail: Bool) {
      (tally, self.trials, self.isExpectedToFail) = (Tally(name), trials, isExpectedToFail)
    }

    func next() -> Int? {
      lock.withLock {
        guard given < trials else { return nil }
        given += 1
        return given - 1
      }
    }

    func add(_ other: Tally) {
      lock.withLock {
        tally.add(other)
        for violation in other.violations where !isExpectedToFail { say("  VIOLATION \(violation)") }
        done += 1
        let step = max(1, trials / 5)
        if done % step == 0 || done == trials { tell() }
      }
    }

    /// A trial that could not be judged counts as a violation: nothing is known of it.
    func fail(_ sentence: String) {
      lock.withLock {
        if !isExpectedToFail { say("  VIOLATION \(tally.name), \(sentence)") }
        tally.violations.append("\(tally.name), \(sentence)")
        done += 1
      }
    }

    func end() -> Tally { lock.withLock { tally } }

    private func tell() {
      let seconds = (ContinuousClock.now - started).milliseconds / 1000
      say("  \(tally.name): \(done) of \(trials), \(tally.strikes) strikes, \(tally.violations.count) violations, \(Int(seconds)) s")
    }
  }
}
