import Testing

@testable import Storage

@Suite struct `A question in SQL` {
  private func ask(_ sql: String, rowsMax: Int = 10, secondsMax: Int = 30) async throws -> (
    columns: [String], rows: [[OpenQuery.Value]], isCut: Bool
  ) {
    try await Warehouse(inMemory: ()).read { reader in
      var (columns, rows) = ([String](), [[OpenQuery.Value]]())
      let isCut = try reader.answer(
        OpenQuery(sql: sql, rowsMax: rowsMax, secondsMax: secondsMax), begin: { columns = $0 }, row: { rows.append($0) })
      return (columns, rows, isCut)
    }
  }

  @Test func `is answered with values as SQLite has them`() async throws {
    let answer = try await ask("SELECT 1 AS a, 1.5 AS b, 'x' AS c, NULL AS d, x'00ff' AS e")
    #expect(answer.columns == ["a", "b", "c", "d", "e"])
    #expect(answer.rows == [[.integer(1), .real(1.5), .text("x"), .null, .blob([0, 255])]])
    #expect(!answer.isCut)
  }

  @Test func `gives no more rows than were asked for, and says so`() async throws {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n"
    let (all, some) = (try await ask(numbers), try await ask(numbers, rowsMax: 9))
    #expect(all.rows.count == 10 && !all.isCut)
    #expect(some.rows.count == 9 && some.isCut)
  }

  @Test(arguments: [
    "DELETE FROM signals", "INSERT INTO fences VALUES ('a', 1)", "ATTACH '/tmp/other' AS other", "PRAGMA user_version = 7", "VACUUM",
    "CREATE TABLE t (a)", "BEGIN", "SELECT 1; DELETE FROM signals",
  ])
  func `cannot change anything, nor open another file`(sql: String) async throws {
    await #expect {
      _ = try await ask(sql)
    } throws: {
      if case .notOneQuestion? = $0 as? OpenQuery.Refusal { true } else { false }
    }
  }

  @Test func `that is wrong is answered with SQLite's words`() async throws {
    await #expect(throws: OpenQuery.Refusal.wrong("no such table: candels")) { _ = try await ask("SELECT * FROM candels") }
  }

  @Test(arguments: ["", " -- nothing"]) func `must be there`(sql: String) async throws {
    await #expect(throws: OpenQuery.Refusal.wrong("empty statement")) { _ = try await ask(sql) }
  }

  @Test func `that never ends is stopped`() async throws {
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    await #expect(throws: OpenQuery.Refusal.tookTooLong(seconds: 0)) { _ = try await ask(endless, secondsMax: 0) }
  }
}
