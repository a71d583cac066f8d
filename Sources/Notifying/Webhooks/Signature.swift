import CCrypto
public import Transport

/// Says of a body that whoever knows the key has sent it: HMAC with SHA-256.
public enum Signature {
  /// `v1=<hex>` over the time of sending, a dot, and the body.
  public static func v1(_ body: [UInt8], seconds: Int64, key: Secret) -> String {
    "v1=" + hex(Array("\(seconds).".utf8) + body, key)
  }

  /// `sha256=<hex>` over the body alone, as GitHub signs.
  public static func github(_ body: [UInt8], key: Secret) -> String { "sha256=" + hex(body, key) }

  private static func hex(_ bytes: [UInt8], _ key: Secret) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let isMade = key.reveal { text in
      let key = Array(text.utf8)
      return jo_hmac_sha256(key, Int32(key.count), bytes, bytes.count, &digest)
    }
    precondition(isMade == 1, "libcrypto has no HMAC with SHA-256")
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
