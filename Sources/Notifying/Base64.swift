import Foundation

/// RFC 4648.
enum Base64 {
  static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// In lines of 76 columns, as MIME wants it.
  static func lines(_ bytes: [UInt8]) -> [String] {
    stride(from: 0, to: bytes.count, by: 57).map { text(Array(bytes[$0..<min($0 + 57, bytes.count)])) }
  }
}
