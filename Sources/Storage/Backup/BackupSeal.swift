internal import CCrypto

/// Seals the chunks of one backup, or opens them, one after the other.
///
/// With a key: AES-256-GCM in the STREAM construction. The nonce is the number of the chunk and whether it is the last; the header's hash and
/// the chunk's length are associated data. So a chunk fits only in its place, in its backup, and the end cannot be cut off.
/// Without a key: SHA-256 over the hash before it, the length and the content. That shows damage; it does not stop someone who can write the
/// whole file anew.
///
/// - Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015 (STREAM);
///   NIST SP 800-38D (GCM).
struct BackupSeal {
  private let key: [UInt8]?
  private let headerHash: [UInt8]
  private var chained: [UInt8]
  private(set) var chunks: UInt32 = 0

  /// - Parameters:
  ///   - key: nil when it is not sealed.
  ///   - headerHash: 32 bytes.
  init(_ header: BackupHeader, key: BackupKey?, headerHash: [UInt8]) {
    self.key = key?.key(salt: header.salt)
    (self.headerHash, chained) = (headerHash, headerHash)
  }

  /// Behind each chunk stand so many bytes.
  var tagSize: Int { key == nil ? 32 : 16 }

  /// - Returns: length and end mark (4 bytes), content, tag.
  mutating func seal(_ content: [UInt8], isLast: Bool) -> [UInt8] {
    let word = BackupSeal.word(content.count, isLast)
    guard let key else {
      advance(word, content)
      return word + content + chained
    }
    var (sealed, tag) = ([UInt8](repeating: 0, count: content.count), [UInt8](repeating: 0, count: 16))
    let extra = headerHash + word
    let status = jo_gcm_seal(key, nonce(isLast), extra, Int32(extra.count), content, Int32(content.count), &sealed, &tag)
    precondition(status == 1, "AES-GCM is part of every libcrypto")
    chunks += 1
    return word + sealed + tag
  }

  /// - Returns: the content; nil when it is not what was sealed at this place.
  mutating func open(_ content: [UInt8], tag: [UInt8], isLast: Bool) -> [UInt8]? {
    let word = BackupSeal.word(content.count, isLast)
    guard let key else {
      advance(word, content)
      return chained == tag ? content : nil
    }
    var plain = [UInt8](repeating: 0, count: content.count)
    let extra = headerHash + word
    let status = jo_gcm_open(key, nonce(isLast), extra, Int32(extra.count), content, Int32(content.count), tag, &plain)
    chunks += 1
    return status == 1 ? plain : nil
  }

  private mutating func advance(_ word: [UInt8], _ content: [UInt8]) {
    let hash = SHA256()
    for part in [chained, word, content] { hash.add(part) }
    chained = hash.end()
    chunks += 1
  }

  private func nonce(_ isLast: Bool) -> [UInt8] {
    [UInt8](repeating: 0, count: 7) + BigEndian.bytes(chunks) + [isLast ? 1 : 0]
  }

  static let lastMark: UInt32 = 1 << 31

  private static func word(_ count: Int, _ isLast: Bool) -> [UInt8] {
    BigEndian.bytes(UInt32(count) | (isLast ? lastMark : 0))
  }
}
