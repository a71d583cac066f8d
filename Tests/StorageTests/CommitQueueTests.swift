import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct `Writes that come together` {
  struct Refused: Error {}

  /// A queue on a database of its own with a table of words, and the words in the order of their writing.
  private func queue() throws -> (CommitQueue, words: () throws -> [String]) {
    let database = try DatabaseQueue()
    try database.write {
      try $0.execute(
        sql: """
          CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
          CREATE TABLE fences (name TEXT PRIMARY KEY, token INTEGER);
          INSERT INTO fences VALUES ('writer', 7);
          """)
    }
    return (
      CommitQueue(database, fence: 7, path: "test"),
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
