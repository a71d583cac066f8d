import Foundation

/// Bodies of JSON: the same value gives the same bytes.
enum JSONBody {
  static func bytes(_ value: [String: Any]) -> [UInt8] {
    // Built of texts, whole numbers, lists and objects: there is nothing in it that JSON could not say.
    guard let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes]) else {
      preconditionFailure("a body holds what is no JSON")
    }
    return [UInt8](data)
  }

  /// An object; nil for anything else.
  static func object(_ bytes: [UInt8]) -> [String: Any]? {
    // An answer may be text, or HTML of a proxy: then it has no fields.
    (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
  }
}
