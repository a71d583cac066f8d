import Transport

/// Takes a provider's key out of what the provider sends back: Alpha Vantage echoes it in a refusal.
enum KeyRedaction {
  static let mark = "[redacted]"
  /// Documented for everybody; it stands in sentences, and hides nothing.
  private static let publicKey = "demo"
  /// A key as short as this could stand in data by chance; it is looked for only in bodies as short as a refusal.
  private static let shortKeyMax = 7
  private static let refusalBytesMax = 4096

  /// The response without `secret`; the same response when the secret is not in it.
  static func response(_ response: HTTPResponse, without secret: Secret?) -> HTTPResponse {
    guard let body = redacted(response.body, secret) else { return response }
    var result = response
    result.body = body
    result.gzippedBody = nil
    return result
  }

  /// The text without `secret`.
  static func text(_ text: String, without secret: Secret?) -> String {
    redacted(Array(text.utf8), secret).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// - Returns: nil when the secret is not in it.
  private static func redacted(_ bytes: [UInt8], _ secret: Secret?) -> [UInt8]? {
    guard let key = secret?.reveal({ Array($0.utf8) }), !key.isEmpty, key != Array(publicKey.utf8) else { return nil }
    guard key.count > shortKeyMax || bytes.count <= refusalBytesMax else { return nil }
    var (result, kept): ([UInt8], Int) = ([], 0)
    var start = 0
    while let found = firstIndex(of: key, in: bytes, from: start) {
      result += bytes[kept..<found]
      result += Array(mark.utf8)
      kept = found + key.count
      start = kept
    }
    guard kept > 0 else { return nil }
    return result + bytes[kept...]
  }

  private static func firstIndex(of key: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count - start >= key.count else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var index = start
      let last = bytes.count - key.count
      while index <= last {
        if bytes[index] == key[0], bytes[index..<(index + key.count)].elementsEqual(key) { return index }
        index += 1
      }
      return nil
    }
  }
}
