/// A value in a job file after its references are resolved: what `with:` and `each:` hold.
///
/// Numbers keep the text they were written in beside their value, so that `1e3` or `007` can be refused or kept by whoever reads it.
public indirect enum JobValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list([JobValue])
  /// Keys in the order of the file.
  case map([Entry])

  public struct Entry: Sendable, Hashable {
    public let key: String
    public let value: JobValue

    public init(_ key: String, _ value: JobValue) {
      (self.key, self.value) = (key, value)
    }
  }

  /// The value under `key`; nil when this is no map or has no such key.
  public subscript(key: String) -> JobValue? {
    guard case .map(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// What people call this kind of value in an error message.
  public var kindName: String {
    switch self {
    case .null: "nothing"
    case .bool: "true or false"
    case .int: "a whole number"
    case .double: "a number"
    case .string: "a text"
    case .list: "a list"
    case .map: "a mapping"
    }
  }
}

extension JobValue: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self = .string(text) }
}
