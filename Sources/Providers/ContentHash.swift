import CCrypto

/// The name of a body: the SHA-256 of its inflated bytes.
enum ContentHash {
  /// 64 lower-case hexadecimal digits.
  static func sha256(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = bytes.withUnsafeBytes { input in
      digest.withUnsafeMutableBufferPointer { output in jo_sha256(input.baseAddress, input.count, output.baseAddress) }
    }
    precondition(status == 1, "libcrypto refuses to compute SHA-256")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
