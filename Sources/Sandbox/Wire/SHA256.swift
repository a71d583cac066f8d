import CCrypto

/// The checksum that the archive publishes beside each file.
enum SHA256 {
  /// 64 lower-case digits.
  static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = bytes.withUnsafeBytes { jo_sha256($0.baseAddress, $0.count, &digest) }
    precondition(status == 1, "SHA-256 is part of every libcrypto")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
