import Foundation
import GRDB
import JobGraph
import Testing

@testable import Storage

@Suite struct `Writes that come together` {
  struct Refused: Error {}

  /// A queue on a database of its own with a table of words, and the words in the order of their writing.
  private func queue(patience: TimeInterval = 0, counting commits: Commits? = nil) throws -> (CommitQueue, words: () throws -> [String]) {
    let database = try DatabaseQueue()
    try database.write {
      try $0.execute(
        sql: """
          CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
          CREATE TABLE fences (name TEXT PRIMARY KEY, token INTEGER);
          INSERT INTO fences VALUES ('writer', 7);
          """)
    }
    if let commits { database.add(transactionObserver: commits, extent: .databaseLifetime) }
    return (
      CommitQueue(database, fence: 7, path: "test", patience: patience),
      { try database.read { try String.fetchAll($0, sql: "SELECT word FROM words ORDER BY id") } }
    )
  }

  @Test func `are written in the order in which they were handed in, whatever they ask for`() async throws {
    let (queue, words) = try queue()
    for number in 0..<300 { queue.note { try insert("note \(number)", $0) } }
    try await queue.write(.powerCutAlone) { try insert("alone", $0) }
    queue.note { try insert("late", $0) }
    try await queue.write(.powerCut) { try insert("last", $0) }
    #expect(try words() == (0..<300).map { "note \($0)" } + ["alone", "late", "last"])
  }

  @Test func `lose nothing to one of them that fails`() async throws {
    let (queue, words) = try queue()
    let outcomes = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
      for number in 0..<200 {
        group.addTask {
          do {
            try await queue.write(.powerCut) {
              try insert("word \(number)", $0)
              if number % 10 == 3 { throw Refused() }
            }
            return (number, true)
          } catch is Refused {
            return (number, false)
          }
        }
      }
      return try await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
    }
    #expect(outcomes.count == 200 && outcomes.allSatisfy { $0.value == ($0.key % 10 != 3) })
    #expect(Set(try words()) == Set((0..<200).filter { $0 % 10 != 3 }.map { "word \($0)" }))
  }

  /// Longer than any test may take: who waits so long has not been waited for.
  private static let forEver: TimeInterval = 3600

  @Test func `wait for those who are at work, and are synced once`() async throws {
    let commits = Commits()
    let (queue, words) = try queue(patience: Self.forEver, counting: commits)
    let workers = (0..<20).map { TaskID(StepID("step"), "\($0)") }
    for worker in workers { queue.expect(worker) }
    try await withThrowingDiscardingTaskGroup { group in
      for worker in workers { group.addTask { try await queue.write(.powerCut, from: worker) { try insert(worker.key, $0) } } }
    }
    #expect(try words().count == 20)
    #expect(commits.count == 1)
  }

  @Test func `that tell of a beginning wait for others, not for what has begun`() async throws {
    let (queue, words) = try queue(patience: Self.forEver)
    await withCheckedContinuation { continuation in
      queue.expect(TaskID(StepID("first"))) { database in
        try insert("first", database)
        continuation.resume()
      }
    }
    queue.expect(TaskID(StepID("second"))) { try insert("second", $0) }
    try await queue.write(.crash) { _ in }
    #expect(try words() == ["first", "second"])
  }

  @Test func `wait no longer than someone who is in a hurry`() async throws {
    let (queue, words) = try queue(patience: Self.forEver)
    queue.expect(TaskID(StepID("slow")))
    queue.note { try insert("patient", $0) }
    try await queue.write(.powerCut) { try insert("hurried", $0) }
    #expect(try words() == ["patient", "hurried"])
  }

  @Test func `do not wait for one who has failed`() async throws {
    let (queue, words) = try queue(patience: Self.forEver)
    for worker in ["done", "failed"] { queue.expect(TaskID(StepID(worker))) }
    async let done: Void = queue.write(.powerCut, from: TaskID(StepID("done"))) { try insert("done", $0) }
    queue.dismiss(TaskID(StepID("failed")))
    try await done
    #expect(try words() == ["done"])
  }

  @Test func `do not wait for ever`() async throws {
    let (queue, words) = try queue(patience: 0.001)
    for worker in ["quick", "slow"] { queue.expect(TaskID(StepID(worker))) }
    try await queue.write(.powerCut, from: TaskID(StepID("quick"))) { try insert("quick", $0) }
    #expect(try words() == ["quick"])
  }

  @Test func `stop when a note could not be written, for the log would have a hole`() async throws {
    let (queue, words) = try queue()
    queue.note { _ in throw Refused() }
    await #expect(throws: Refused.self) { try await queue.write(.powerCut) { try insert("after", $0) } }
    await #expect(throws: Refused.self) { try await queue.write(.powerCutAlone) { try insert("alone", $0) } }
    #expect(try words() == [])
  }

  @Test func `are refused once another process holds the token`() async throws {
    let (queue, words) = try queue()
    try await queue.write(.powerCut) {
      try insert("mine", $0)
      try $0.execute(sql: "UPDATE fences SET token = 8")
    }
    await #expect(throws: WarehouseError.fenced(path: "test")) { try await queue.write(.powerCut) { try insert("stale", $0) } }
    #expect(try words() == ["mine"])
  }

  @Test func `are there without anybody waiting, soon`() async throws {
    let (queue, words) = try queue()
    await withCheckedContinuation { continuation in
      queue.note { _ in continuation.resume() }
    }
    queue.note { try insert("later", $0) }
    await queue.settle()
    #expect(try words() == ["later"])
  }

  @Test func `are there for whoever waits until all is settled`() async throws {
    let (queue, words) = try queue()
    for number in 0..<50 { queue.note { try insert("note \(number)", $0) } }
    await queue.settle()
    #expect(try words().count == 50)
  }
}

private func insert(_ word: String, _ database: Database) throws {
  try database.execute(sql: "INSERT INTO words (word) VALUES (?)", arguments: [word])
}

/// Counts the transactions of a database that changed something.
private final class Commits: TransactionObserver {
  private(set) var count = 0

  func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseDidCommit(_ db: Database) { count += 1 }
  func databaseDidRollback(_ db: Database) {}
}
