/// A realtime database that can be read.
public protocol RealtimeReading: Sendable {
  /// Where it is, as people read it.
  var place: String { get }

  /// The value at a path: null where nothing is. Keys are as they stand in the database.
  func value(at path: [String]) async throws -> RealtimeValue
}
