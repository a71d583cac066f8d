import Scheduling
import Transport

/// One GET request in the words of an adapter: without host, key or limits.
struct ProviderRequest {
  /// Begins with a slash: `/api/v3/klines`.
  var path: String
  /// Not yet encoded. Never a key.
  var query: [(name: String, value: String)]
  /// What it costs, in the provider's unit.
  var weight: Int
  /// For messages: `BTCUSDT 1h`.
  var subject: String
  /// Statuses that mean "there is no such thing" here: the reader gets their bodies.
  var absentStatuses: Set<Int> = []

  /// Path and query, encoded, the parameters sorted by name: the same text for the same question.
  var canonical: String {
    let parameters = query.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
      .map { "\($0.name.percentEncoded())=\($0.value.percentEncoded())" }
    return parameters.isEmpty ? path : path + "?" + parameters.joined(separator: "&")
  }
}

/// An answer as the adapters read it.
struct ProviderAnswer {
  /// nil when it comes from the archive, which keeps bodies.
  var status: Int?
  var body: [UInt8]
  /// The provider's own clock; nil when it does not tell, and for an answer from the archive, which was judged when it came.
  var serverTime: ServerTime?
}

/// When an answer was made by the provider's clock, from its `Date` header, which tells whole seconds.
struct ServerTime: Equatable {
  let earliest: Instant
  var latest: Instant { earliest + .milliseconds(999) }

  init(_ instant: Instant) { earliest = instant }

  init?(_ response: HTTPResponse, now: Instant) {
    guard let instant = response.header("Date").flatMap({ RetryAfter.date($0.printable(40), now: now) }) else { return nil }
    earliest = instant
  }
}

/// What an adapter read out of an answer.
struct Reading<Value> {
  var value: Value
  /// It holds nothing: ``AnswerClass/empty`` instead of ``AnswerClass/ok``.
  var isEmpty: Bool
}

/// A reading, and where it comes from.
struct Answered<Value> {
  var value: Value
  /// SHA-256 of the body: the way back from a number to the response it came from.
  var responseHash: String
}
