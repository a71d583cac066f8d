internal import CCrypto

/// The key that seals backups: 256 random bits, written as 64 hexadecimal digits. It cannot be printed.
///
/// A passphrase is refused: whoever has stolen a backup could try passphrases for as long as they like.
public struct BackupKey: Sendable {
  private let bytes: [UInt8]

  /// What tells keys apart, in clear in each backup: 8 hexadecimal digits, made from the key in a way that does not lead back to it.
  public let id: String

  /// - Parameter text: 64 hexadecimal digits, as `openssl rand -hex 32` makes them.
  /// - Returns: nil for any other text.
  public init?(_ text: String) {
    guard text.utf8.count == 64, let bytes = Hex.bytes(text) else { return nil }
    self.bytes = bytes
    id = Hex.text(BackupKey.derive(from: bytes, salt: [], purpose: "jobs backup key id").prefix(4))
  }

  /// The key of one backup: never used for another one, so that counting makes nonces that never come twice.
  func key(salt: [UInt8]) -> [UInt8] { BackupKey.derive(from: bytes, salt: salt, purpose: "jobs backup 1 chunks") }

  /// HKDF with SHA-256, one block.
  /// - Source: RFC 5869.
  static func derive(from secret: [UInt8], salt: [UInt8], purpose: String) -> [UInt8] {
    let extracted = mac(salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt, secret)
    return mac(extracted, Array(purpose.utf8) + [1])
  }

  private static func mac(_ key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    let status = jo_hmac_sha256(key, Int32(key.count), bytes, bytes.count, &out)
    precondition(status == 1, "HMAC is part of every libcrypto")
    return out
  }
}

extension BackupKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<key \(id)>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The keys that are set: the one that new backups are sealed with, and those that older ones were.
public struct BackupKeys: Sendable {
  /// nil: new backups are not sealed.
  public let current: BackupKey?
  private let others: @Sendable (_ id: String) -> BackupKey?

  /// - Parameter others: looks up a key by its id.
  public init(current: BackupKey?, others: @escaping @Sendable (_ id: String) -> BackupKey? = { _ in nil }) {
    (self.current, self.others) = (current, others)
  }

  func key(_ id: String) -> BackupKey? {
    if let current, current.id == id { return current }
    return others(id).flatMap { $0.id == id ? $0 : nil }
  }
}

/// Bytes as hexadecimal digits.
enum Hex {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// - Returns: nil when a character is no digit, or one is left over.
  static func bytes(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
