internal import CCrypto

/// The ETag of a value: the same for equal values, whenever and by whom they were written.
public enum RealtimeTag {
  /// Of a place where nothing is.
  public static let null = "null_etag"

  /// - Complexity: O(*n* log *n*) in the number of nodes.
  public static func tag(of value: RealtimeValue) -> String {
    if value.isNull { return null }
    // 21 bytes: 28 characters without padding.
    return base64(sha256(RealtimeJSON.bytes(of: value)).prefix(21))
  }

  /// SHA-256 in hexadecimal, for the audit log.
  static func digest(of bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: sha256(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = bytes.withUnsafeBytes { jo_sha256($0.baseAddress, $0.count, &digest) }
    precondition(status == 1, "SHA-256 is part of every libcrypto")
    return digest
  }

  private static func base64(_ bytes: ArraySlice<UInt8>) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 3) {
      let word = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
      for shift in [18, 12, 6, 0] { text.append(alphabet[word >> shift & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
