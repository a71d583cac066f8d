import Foundation
import Transport

/// Bodies of JSON: the same value gives the same bytes.
enum JSONBody {
  static func bytes(_ value: [String: Any]) -> [UInt8] {
    // Built of texts, whole numbers, lists and objects: there is nothing in it that JSON could not say.
    guard let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes]) else {
      preconditionFailure("a body holds what is no JSON")
    }
    return [UInt8](data)
  }

  /// A number of seconds, whole or with a fraction, that an answer asks to wait; cut as ``RetryAfter`` cuts a header.
  /// - Returns: nil for what asks for no wait.
  static func wait(_ value: Any?) -> Duration? {
    guard let seconds = (value as? Double) ?? (value as? Int).map(Double.init), seconds > 0 else { return nil }
    guard seconds * 1000 < Double(RetryAfter.waitMax.components.seconds) * 1000 else { return RetryAfter.waitMax }
    return .milliseconds(Int64((seconds * 1000).rounded(.up)))
  }

  /// An object; nil for anything else.
  static func object(_ bytes: [UInt8]) -> [String: Any]? {
    // An answer may be text, or HTML of a proxy: then it has no fields.
    (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
  }
}
