public import Scheduling
public import Transport

/// Keeps every answer before anybody reads it, and gives back those that settled a question.
///
/// Storage meets it with the warehouse's raw store; ``InMemoryResponseArchive`` with a dictionary.
public protocol ResponseArchive: Sendable {
  /// The inflated body that settled this request for this logical date earlier.
  /// - Returns: nil when none did: never asked, or only refused for a while.
  func answered(_ key: RequestKey) async throws -> [UInt8]?

  /// Keeps an answer, whatever it says. Keys were removed from it.
  func land(_ response: HTTPResponse, for key: RequestKey) async throws -> LandedResponse

  /// Records what the answer turned out to be. Only a class that ``AnswerClass/settlesRequest`` makes it the one that
  /// ``answered(_:)`` gives back.
  func judge(_ landed: LandedResponse, as answer: AnswerClass) async throws
}

/// What was asked, of whom, and for which logical date. It never holds a key.
public struct RequestKey: Hashable, Sendable {
  public let provider: String
  /// Path and percent-encoded query, its parameters sorted by name: `/api/v3/klines?interval=1h&symbol=BTCUSDT`.
  public let request: String
  public let logicalDate: Instant

  public init(provider: String, request: String, logicalDate: Instant) {
    (self.provider, self.request, self.logicalDate) = (provider, request, logicalDate)
  }
}

/// An answer that is safely kept.
public struct LandedResponse: Hashable, Sendable {
  /// SHA-256 of the inflated body as it was kept, 64 lower-case hexadecimal digits.
  public let hash: String
  public let key: RequestKey
  public let status: Int

  public init(hash: String, key: RequestKey, status: Int) {
    (self.hash, self.key, self.status) = (hash, key, status)
  }
}
