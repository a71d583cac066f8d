internal import CCrypto

/// SHA-256 of what comes in parts.
final class SHA256 {
  private let context: UnsafeMutableRawPointer
  private var isEnded = false

  init() {
    guard let context = jo_sha256_begin() else { preconditionFailure("SHA-256 is part of every libcrypto") }
    self.context = context
  }

  deinit { if !isEnded { _ = end() } }

  func add(_ bytes: [UInt8]) {
    precondition(jo_sha256_add(context, bytes, bytes.count) == 1, "adding to a hash cannot fail")
  }

  /// The hash, 32 bytes; called once.
  func end() -> [UInt8] {
    isEnded = true
    var digest = [UInt8](repeating: 0, count: 32)
    precondition(jo_sha256_end(context, &digest) == 1, "ending a hash cannot fail")
    return digest
  }

  static func hash(_ bytes: [UInt8]) -> [UInt8] {
    let hash = SHA256()
    hash.add(bytes)
    return hash.end()
  }
}
