/// Why bytes are not JSON that the realtime database takes, and where.
public struct RealtimeJSONError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// Not JSON: what should have stood there.
    case expected(String)
    /// JSON, but no object, and an object is needed.
    case notAnObject
    /// A key that is empty or has a forbidden character.
    case key(String)
    case keyTooLong
    /// A key for the second time in one object.
    case duplicateKey(String)
    /// More levels than the limit.
    case depth(Int)
    /// More bytes than the limit.
    case size(Int)
    /// More values than the limit.
    case count(Int)
  }

  public let reason: Reason
  public let position: RealtimeJSON.Position

  public init(_ reason: Reason, at position: RealtimeJSON.Position) {
    (self.reason, self.position) = (reason, position)
  }

  /// The database's own sentence, as its clients know it.
  public var description: String {
    switch reason {
    case .expected: "Invalid data; couldn't parse JSON object, array, or value."
    case .notAnObject: "Invalid data; couldn't parse JSON object. Are you sending a JSON object with valid key names?"
    case .key:
      "Invalid data; couldn't parse key beginning at \(position). Key value can't be empty or contain $ # [ ] / or ."
    case .keyTooLong:
      "Invalid data; couldn't parse key beginning at \(position). Key value can't be longer than \(RealtimeKey.bytesMax) bytes."
    case .duplicateKey: "Invalid data; the key beginning at \(position) stands twice in one object."
    case .depth(let max): "Invalid data; a value may not be nested deeper than \(max) levels."
    case .size, .count: "Data to write exceeds the maximum size that can be modified with a single request."
    }
  }

  /// What a person who wrote the text should know: for files, where the database's sentence would hide the place.
  public var explanation: String {
    switch reason {
    case .expected(let what): "expected \(what)"
    case .notAnObject: "expected an object"
    case .key(let key): "`\(key)` cannot be a key: it is empty, or has one of $ # [ ] / . or a control character"
    case .keyTooLong: "a key may have \(RealtimeKey.bytesMax) bytes at most"
    case .duplicateKey(let key): "the key `\(key)` stands twice in one object"
    case .depth(let max): "nested deeper than \(max) levels"
    case .size(let max): "longer than \(max) bytes"
    case .count(let max): "more than \(max) values"
    }
  }
}
