/// Values with their types, as Firestore writes them.
enum FirestoreValue {
  /// `{"integerValue":"12"}`, `{"doubleValue":1.5}`, `{"timestampValue":"2026-01-15T00:00:00Z"}` …
  ///
  /// A whole number without point and exponent is an integer, an instant in UTC a timestamp. Empty fields are left out by whoever calls.
  static func encoded(_ value: WireValue) -> WireValue {
    switch value {
    case .null: return .object(["nullValue": .null])
    case .bool: return .object(["booleanValue": value])
    case .number(let text):
      if Int64(text) != nil { return .object(["integerValue": .string(text)]) }
      return .object(["doubleValue": value])
    case .string(let text): return .object([isInstant(text) ? "timestampValue" : "stringValue": .string(text)])
    case .array(let elements):
      return .object(["arrayValue": elements.isEmpty ? .object([:]) : .object(["values": .array(elements.map(encoded))])])
    case .object(let children): return .object(["mapValue": .object(["fields": .object(children.mapValues(encoded))])])
    }
  }

  /// nil for what is no typed value.
  static func decoded(_ value: WireValue) -> WireValue? {
    guard case .object(let typed) = value, typed.count == 1, let (type, inner) = typed.first else { return nil }
    switch (type, inner) {
    case ("nullValue", _): return .null
    case ("booleanValue", .bool): return inner
    case ("integerValue", .string(let text)): return Int64(text) == nil ? nil : .number(text)
    case ("doubleValue", .number), ("stringValue", .string), ("timestampValue", .string): return inner
    case ("arrayValue", .object(let array)):
      guard let values = array["values"] else { return .array([]) }
      guard case .array(let elements) = values else { return nil }
      let read = elements.compactMap(decoded)
      return read.count == elements.count ? .array(read) : nil
    case ("mapValue", .object(let map)):
      guard let fields = map["fields"] else { return .object([:]) }
      guard case .object(let children) = fields else { return nil }
      let read = children.compactMapValues(decoded)
      return read.count == children.count ? .object(read) : nil
    default: return nil
    }
  }

  /// Whether it is a day and a time with seconds, in UTC: `2026-01-15T07:00:00Z`, with or without a fraction.
  static func isInstant(_ text: String) -> Bool {
    let count = text.utf8.count
    guard (20...30).contains(count), text.utf8.last == UInt8(ascii: "Z") else { return false }
    return text.wholeMatch(of: /\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z/) != nil
  }
}
