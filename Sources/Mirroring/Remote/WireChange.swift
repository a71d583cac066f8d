/// A change as a database elsewhere takes it: its path below 32 levels, its keys escaped, its value a tree.
public struct WireChange: Sendable, Hashable {
  public let path: RealtimePath
  /// ``RealtimeValue``'s rules: no arrays, nothing empty. `.null` deletes the path and all below it.
  public let value: WireValue
  /// The number of the change among those that are told together; a value that was split keeps it in all its parts.
  public let origin: Int

  init(path: RealtimePath, value: WireValue, origin: Int) {
    (self.path, self.value, self.origin) = (path, value, origin)
  }

  /// - Throws: ``ChangeRefusal`` for what no database would take.
  public init(_ change: RealtimeChange, origin: Int = 0, keepingArrays: Bool = false) throws(ChangeRefusal) {
    var value = WireValue.null
    if let text = change.value {
      guard let read = WireValue(json: text) else { throw ChangeRefusal(path: change.path, reason: "its value is not JSON") }
      value = read.asTree(keepingArrays: keepingArrays)
    }
    self.init(path: change.path, value: value, origin: origin)
    if let reason = refusal { throw ChangeRefusal(path: change.path, reason: reason) }
  }

  /// `quotes/binance/BRK%2EB`
  var key: String { WireKey.path(path.keys) }

  /// A key as it is written there.
  public static func key(_ key: String) -> String { WireKey.text(of: key) }

  /// How many bytes it adds to a request.
  var bytes: Int { value.byteCount(key: WireKey.text(of:)) + path.description.utf8.count + 4 }

  private var refusal: String? {
    if path.keys.isEmpty { return "it has no path" }
    if path.keys.count + value.depth > WireChange.depthMax { return "it is more than \(WireChange.depthMax) levels deep" }
    for key in path.keys { if let reason = WireChange.refusal(ofKey: key) { return reason } }
    return WireChange.refusal(of: value)
  }

  /// Levels of the tree; the database's limit is "below 32", with the root as one.
  static let depthMax = 31
  static let keyBytesMax = 768
  /// Bytes of one text.
  static let textBytesMax = 10_000_000

  private static func refusal(ofKey key: String) -> String? {
    if key.isEmpty { return "a key is empty" }
    guard WireKey.text(of: key).utf8.count > keyBytesMax else { return nil }
    return "the key `\(key.prefix(40))…` is longer than \(keyBytesMax) bytes"
  }

  private static func refusal(of value: WireValue) -> String? {
    switch value {
    case .string(let text): text.utf8.count > textBytesMax ? "a text is longer than \(textBytesMax) bytes" : nil
    case .array(let elements): elements.lazy.compactMap { refusal(of: $0) }.first
    case .object(let children):
      children.lazy.compactMap { refusal(ofKey: $0.key) ?? refusal(of: $0.value) }.first
    default: nil
    }
  }
}

/// A change that cannot be told: it is left out, so that it holds up no other.
public struct ChangeRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  public let path: RealtimePath
  public let reason: String

  public init(path: RealtimePath, reason: String) {
    (self.path, self.reason) = (path, reason)
  }

  public var description: String { "\(path.description.prefix(120)): \(reason)" }
}

/// How a key is written in a database elsewhere.
enum WireKey {
  /// As ``RealtimePath`` escapes it; a bare integer, which would turn its parent into an array, with its first character escaped too.
  static func text(of key: String) -> String {
    let digits = key.utf8.first == UInt8(ascii: "-") ? key.utf8.dropFirst() : key.utf8[...]
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return RealtimePath.escape(key) }
    return "%" + String(key.utf8.first!, radix: 16, uppercase: true) + key.dropFirst()
  }

  /// A path of keys, from the root of the database.
  ///
  /// A user's key is the user's, chosen elsewhere: digits stay as they are there, or the results would lie beside what the user keeps.
  static func texts(of keys: [String]) -> [String] {
    let first = keys.starts(with: MirrorPointer.copyPath.keys) ? MirrorPointer.copyPath.keys.count : 0
    let user = keys.count > first + 1 && keys[first] == UserLimits.top ? first + 1 : nil
    return keys.enumerated().map { $0.offset == user ? RealtimePath.escape($0.element) : text(of: $0.element) }
  }

  static func path(_ keys: [String]) -> String { texts(of: keys).joined(separator: "/") }
}
