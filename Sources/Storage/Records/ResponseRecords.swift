internal import GRDB
public import Scheduling

/// An answer of a provider as it is recorded; its body lies in the raw store.
public struct ResponseRow: Sendable, Equatable {
  public var source: String
  /// The request without its key, in canonical form.
  public var request: String
  public var logicalDate: Instant
  public var bodyHash: String
  /// The class of the answer; `landed` before it was judged.
  public var answer: String
  public var status: Int
  public var bodyBytes: Int
  public var receivedAt: Instant

  public init(
    source: String, request: String, logicalDate: Instant, bodyHash: String, answer: String, status: Int, bodyBytes: Int,
    receivedAt: Instant
  ) {
    (self.source, self.request, self.logicalDate, self.bodyHash) = (source, request, logicalDate, bodyHash)
    (self.answer, self.status, self.bodyBytes, self.receivedAt) = (answer, status, bodyBytes, receivedAt)
  }
}

extension Warehouse {
  /// Records an answer; a second time changes its class and time.
  public func record(_ row: ResponseRow) async throws {
    try await writeLightly { database in
      try database.cachedStatement(
        sql: """
          INSERT INTO raw_responses (source, request, logical_date, body_hash, answer, status, body_bytes, received_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET answer = excluded.answer, status = excluded.status, received_at = excluded.received_at
          """
      ).execute(arguments: [
        row.source, row.request, row.logicalDate.milliseconds, row.bodyHash, row.answer, row.status, row.bodyBytes,
        row.receivedAt.milliseconds,
      ])
    }
  }

  /// Says what a recorded answer turned out to be.
  public func judge(source: String, request: String, logicalDate: Instant, bodyHash: String, answer: String) async throws {
    try await writeLightly { database in
      try database.cachedStatement(
        sql: "UPDATE raw_responses SET answer = ? WHERE source = ? AND request = ? AND logical_date = ? AND body_hash = ?"
      ).execute(arguments: [answer, source, request, logicalDate.milliseconds, bodyHash])
    }
  }

  /// The hash of the body that answered a request for a logical date: the first of these classes that was received.
  public func answeredBody(source: String, request: String, logicalDate: Instant, answers: [String]) async throws -> String? {
    try await read { reader in
      try reader.database.cachedStatement(
        sql: """
          SELECT body_hash, answer FROM raw_responses WHERE source = ? AND request = ? AND logical_date = ?
          ORDER BY received_at DESC, body_hash
          """
      ).fetchRows([source, request, logicalDate.milliseconds]).first { answers.contains($0[1]) }?[0]
    }
  }
}

extension WarehouseReader {
  /// Whether a request was answered for a logical date, so that it is not asked again.
  public func isAnswered(_ request: String, by source: String, at logicalDate: Instant) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql:
        "SELECT EXISTS (SELECT 1 FROM raw_responses WHERE source = ? AND request = ? AND logical_date = ? AND answer IN ('ok', 'empty'))",
      arguments: [source, request, logicalDate.milliseconds])!
  }

  /// How many requests each provider answered for a logical date, by class, and the size of the bodies.
  public func answerCounts(at logicalDate: Instant) throws -> [(source: String, answer: String, count: Int, bytes: Int)] {
    try Row.fetchAll(
      database,
      sql:
        "SELECT source, answer, count(*), sum(body_bytes) FROM raw_responses WHERE logical_date = ? GROUP BY source, answer ORDER BY source, answer",
      arguments: [logicalDate.milliseconds]
    ).map { ($0[0], $0[1], $0[2], $0[3]) }
  }
}

extension Statement {
  func fetchRows(_ arguments: StatementArguments) throws -> [Row] {
    try Row.fetchAll(self, arguments: arguments)
  }
}
